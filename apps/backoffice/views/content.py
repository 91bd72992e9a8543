"""The shop's own words: its pages, collections and home page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apps.backoffice.content_forms import CollectionForm, ContentForm, HomeForm, PageForm
from apps.backoffice.views.frame import show_page
from apps.content import api as content
from apps.web.authentication import staff_actor
from apps.web.languages import path_in

_may_edit: Final = permission_required("content.edit_content", raise_exception=True)
_SAVED: Final = "Saved. The shop shows it within five seconds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is edited one by one: its form, how it is found and deleted, where the shop shows it."""

    word: str
    form: type[PageForm | CollectionForm]
    find: Callable[[UUID], content.Page | content.Collection]
    delete: Callable[[UUID], None]
    path: str
    consequences: str


PAGE: Final = Kind(
    word="page",
    form=PageForm,
    find=lambda thing_id: content.get_page(page_id=thing_id),
    delete=lambda thing_id: content.delete_page(page_id=thing_id),
    path="/pages/{}/",
    consequences="Its links leave every page of the shop and every new mail, and its address answers that there is no such page."
    " To hide it for a while, take back that it is published instead.",
)
COLLECTION: Final = Kind(
    word="collection",
    form=CollectionForm,
    find=lambda thing_id: content.get_collection(collection_id=thing_id),
    delete=lambda thing_id: content.delete_collection(collection_id=thing_id),
    path="/collections/{}/",
    consequences="It leaves the home page, and its address answers that there is no such page. No product is deleted, nor its tag.",
)


@require_safe
@_may_edit
def overview(request: HttpRequest) -> HttpResponse:
    """List all pages and collections."""
    context = {
        "title": "Pages and home page",
        "pages": [(each, _title(each)) for each in content.list_pages()],
        "collections": [(each, _title(each)) for each in content.list_settled_collections()],
        "home": content.get_settled_home(),
    }
    return show_page(request, "content.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_edit
def edit(request: HttpRequest, kind: Kind, thing_id: UUID | None = None) -> HttpResponse:
    """Show the form of a page or a collection, a new one without `thing_id`, and save what was sent."""
    found = kind.find(thing_id) if thing_id else None
    form = kind.form(request.POST or None, initial=_initial(found), texts=found.settled.texts if found else {})
    if form.is_valid() and (saved := form.save(actor=staff_actor(request), thing_id=thing_id)):
        messages.success(request, _SAVED)
        return redirect(f"backoffice:edit_{kind.word}", saved)
    context = {
        "title": _title(found) if found else f"A new {kind.word}",
        "removal": reverse(f"backoffice:remove_{kind.word}", args=[thing_id]) if thing_id else "",
        "word": kind.word,
    }
    return _show_form(request, form, path=kind.path.format(found.settled.slug) if found else "", **context)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_edit
def remove(request: HttpRequest, kind: Kind, thing_id: UUID) -> HttpResponse:
    """Say what deleting a page or a collection does, and do it."""
    title = _title(kind.find(thing_id))
    if request.method == "POST":
        kind.delete(thing_id)
        messages.success(request, f"The {kind.word} “{title}” is deleted.")
        return redirect("backoffice:content")
    context = {
        "title": f"Delete “{title}”?",
        "kind": kind,
        "back": reverse(f"backoffice:edit_{kind.word}", args=[thing_id]),
    }
    return show_page(request, "content_removal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_may_edit
def edit_home(request: HttpRequest) -> HttpResponse:
    """Show the form of the home page, and save what was sent."""
    now = content.get_settled_home() or content.HomeInput()
    form = HomeForm(request.POST or None, initial={"scene": now.scene.value}, texts=now.texts)
    if form.is_valid() and form.save(actor=staff_actor(request)):
        messages.success(request, _SAVED)
        return redirect(request.path)
    return _show_form(request, form, path="/", title="Home page", word="home page")


def _show_form(request: HttpRequest, form: ContentForm, *, path: str, **context: Any) -> HttpResponse:
    """Show a form, with links to what the shop shows at `path` in each of its languages."""
    shown = [(name, f"{settings.STOREFRONT_URL}{path_in(code, path)}") for code, name in settings.LANGUAGES if path]
    return show_page(request, "content_form.html", {"form": form, "shown": shown, **context})


def _title(thing: content.Page | content.Collection) -> str:
    return thing.settled.texts[settings.LANGUAGE_CODE]["title"]


def _initial(thing: content.Page | content.Collection | None) -> dict[str, Any]:
    """Return the members of a page or a collection as their fields have them; a new one comes first."""
    if thing is None:
        return {"position": 0}
    settled = thing.settled
    return {name: getattr(settled, name) for name in settled.__slots__ if name != "texts"}
