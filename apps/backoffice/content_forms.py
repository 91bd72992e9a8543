"""Forms of the shop's pages, collections and home page: a field for each text in each language, with what stands in for a blank one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.text import slugify
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.content import api as content
from apps.kernel.errors import Invalid
from apps.web.forms import LinesField

_PROMISES: Final = range(1, content.MOST_PROMISES + 1)
_LABELS: Final = {
    "title": "Title",
    "summary": "In half a sentence",
    "text": "Text",
    "story": "Story",
    "line": "Line below it",
    "button": "Words of the button",
    "story_title": "Title of the story",
    **{f"promise_{n}": f"Promise {n}" for n in _PROMISES},
    **{f"promise_{n}_text": f"What follows promise {n}" for n in _PROMISES},
}
_HELP: Final = {
    "summary": "Stands for the page beside a price, and in search results: “Return within 30 days”.",
    "text": "Markdown: ## heading, **bold**, - list, [words](/pages/returns/), | tables |. HTML is shown as text.",
    "promise_1": "A few words that stand out, such as 30 days.",
}
_LONG: Final = 200
_SLUG_HELP: Final = "The last part of the address. Empty: made of the title. Links to an old one end when it changes."


class ContentForm(forms.Form):
    """Fields are named as members of the app's inputs, texts `text_<language>_<name>`, so that its refusals stand beside them."""

    sizes: Mapping[str, int] = {}
    # What the shop's own language needs, since others fall back to it.
    needed: Collection[str] = ()

    def __init__(self, *args: Any, texts: content.Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = texts.get(settings.LANGUAGE_CODE, {})
        for language, _ in settings.LANGUAGES:
            for name, longest in self.sizes.items():
                field = _text_field(
                    name, longest, placeholder="" if language == settings.LANGUAGE_CODE else own.get(name, "")
                )
                field.required = language == settings.LANGUAGE_CODE and name in self.needed
                field.initial = texts.get(language, {}).get(name, "")
                self.fields[_field_name(language, name)] = field

    def plain_fields(self) -> list[forms.BoundField]:
        """Return what is the same in every language."""
        return [field for field in self if not field.name.startswith("text_")]

    def languages(self) -> Iterator[tuple[str, bool, list[forms.BoundField]]]:
        """Yield each language's name, whether its texts are to be seen at once, and their fields: the shop's own language first."""
        ordered = sorted(settings.LANGUAGES, key=lambda each: each[0] != settings.LANGUAGE_CODE)
        for language, name in ordered:
            fields = [self[_field_name(language, text)] for text in self.sizes]
            is_own = language == settings.LANGUAGE_CODE
            yield name, is_own or any(field.errors for field in fields), fields

    def texts(self) -> content.Texts:
        """Return the texts that were given."""
        return {
            language: {name: self.cleaned_data[_field_name(language, name)] for name in self.sizes}
            for language, _ in settings.LANGUAGES
        }

    def address(self) -> str:
        """Return the address that was given, else one made of the title."""
        title: str = self.cleaned_data[_field_name(settings.LANGUAGE_CODE, "title")]
        return self.cleaned_data["slug"] or slugify(title)[: content.LONGEST_SLUG].strip("-")

    def refuse(self, error: Invalid) -> None:
        """Say beside its fields what was refused."""
        for fault in error.fields:
            kind, _, rest = fault.field.partition(".")
            name = f"text_{rest.replace('.', '_')}" if kind == "texts" else kind
            self.add_error(name if name in self.fields else None, fault.detail)


def _field_name(language: str, name: str) -> str:
    return f"text_{language}_{name}"


def _text_field(name: str, longest: int, *, placeholder: str) -> forms.CharField:
    rows = 18 if name == "text" else 3
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows}) if longest > _LONG else UnfoldAdminTextInputWidget()
    widget.attrs["placeholder"] = placeholder[:300]
    return LinesField(
        label=_LABELS[name], required=False, max_length=longest, help_text=_HELP.get(name, ""), widget=widget
    )


def _slug_field() -> forms.CharField:
    return forms.CharField(
        label="Address",
        max_length=content.LONGEST_SLUG,
        required=False,
        help_text=_SLUG_HELP,
        widget=UnfoldAdminTextInputWidget,
    )


def _position_field(help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label="Place",
        min_value=0,
        max_value=content.LAST_POSITION,
        help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class PageForm(ContentForm):
    """A page."""

    sizes = content.PAGE_TEXTS
    needed = ("title",)
    slug = _slug_field()
    purpose = forms.ChoiceField(
        label="What it tells",
        required=False,
        choices=[
            ("", "Something else: linked at the foot of every page only"),
            (content.PagePurpose.DELIVERY.value, "Delivery: linked beside every price"),
            (content.PagePurpose.RETURNS.value, "Returns: linked beside every price, at the checkout and in mails"),
            (content.PagePurpose.SIZE_GUIDE.value, "Size guide: linked at every product with options"),
            (content.PagePurpose.TERMS.value, "Terms: accepted at the checkout, linked in mails"),
            (content.PagePurpose.PRIVACY.value, "Privacy: named at the checkout"),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    group = forms.ChoiceField(
        label="Where it is linked at the foot of every page",
        choices=[(content.PageGroup.HELP.value, "Under Help"), (content.PageGroup.LEGAL.value, "Under Legal")],
        widget=UnfoldAdminSelectWidget,
    )
    position = _position_field("Pages under one heading stand in this order.")
    is_published = forms.BooleanField(
        label="Published", required=False, help_text="Until then only staff see it.", widget=UnfoldBooleanWidget
    )

    def save(self, *, actor: str, thing_id: UUID | None) -> UUID | None:
        """Save the page and return its id; where it is refused say why beside the fields, and return None."""
        given = self.cleaned_data
        page = content.PageInput(
            slug=self.address(),
            group=content.PageGroup(given["group"]),
            position=given["position"],
            is_published=given["is_published"],
            purpose=content.PagePurpose(given["purpose"]) if given["purpose"] else None,
            texts=self.texts(),
        )
        try:
            return content.save_page(page=page, actor=actor, page_id=thing_id)
        except Invalid as error:
            self.refuse(error)
            return None


class CollectionForm(ContentForm):
    """A collection."""

    sizes = content.COLLECTION_TEXTS
    needed = ("title",)
    slug = _slug_field()
    tag = forms.CharField(
        label="Tag of its products",
        max_length=content.LONGEST_TAG,
        help_text="As it is written at the products, such as rain ready.",
        widget=UnfoldAdminTextInputWidget,
    )
    position = _position_field("The home page shows collections in this order.")
    is_on_home = forms.BooleanField(
        label="On the home page",
        required=False,
        help_text="The first six that fill a row of four with what is not shown above them.",
        widget=UnfoldBooleanWidget,
    )

    def save(self, *, actor: str, thing_id: UUID | None) -> UUID | None:
        """Save the collection and return its id; where it is refused say why beside the fields, and return None."""
        given = self.cleaned_data
        collection = content.CollectionInput(
            slug=self.address(),
            tag=given["tag"],
            position=given["position"],
            is_on_home=given["is_on_home"],
            texts=self.texts(),
        )
        try:
            return content.save_collection(collection=collection, actor=actor, collection_id=thing_id)
        except Invalid as error:
            self.refuse(error)
            return None


class HomeForm(ContentForm):
    """The home page."""

    sizes = content.HOME_TEXTS
    scene = forms.ChoiceField(
        label="Behind the title",
        choices=[
            (content.HeroScene.PLAIN.value, "A plain ground in the brand's colour"),
            (content.HeroScene.HILLS.value, "A drawing of hills"),
        ],
        widget=UnfoldAdminSelectWidget,
    )

    def save(self, *, actor: str) -> bool:
        """Change the home page; where it is refused say why beside the fields, and return False."""
        home = content.HomeInput(scene=content.HeroScene(self.cleaned_data["scene"]), texts=self.texts())
        try:
            content.change_home(home=home, actor=actor)
        except Invalid as error:
            self.refuse(error)
        return not self.errors
