"""Writes of content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError

from apps.content import checking, models
from apps.content.contracts import CollectionInput, HomeInput, PageInput
from apps.content.errors import CollectionNotFound, PageNotFound
from apps.kernel import clock
from apps.kernel.errors import FieldError, Invalid
from apps.web.texts import filled

_TAKEN: Final = re.compile(r"^Key \((\w+)\)=\((.*)\) already exists")


def save_page(*, page: PageInput, actor: str, page_id: UUID | None) -> UUID:
    _refuse(checking.page_faults(page))
    values = {
        "slug": page.slug,
        "group": page.group.value,
        "position": page.position,
        "is_published": page.is_published,
        "purpose": page.purpose.value if page.purpose else "",
        "texts": filled(page.texts),
        **_stamp(actor),
    }
    with _taken_named():
        if page_id is None:
            return models.Page.objects.create(**values).id
        if not models.Page.objects.filter(pk=page_id).update(**values):
            raise PageNotFound(f"There is no page {page_id}.")
        return page_id


def delete_page(*, page_id: UUID) -> None:
    if not models.Page.objects.filter(pk=page_id).delete()[0]:
        raise PageNotFound(f"There is no page {page_id}.")


def save_collection(*, collection: CollectionInput, actor: str, collection_id: UUID | None) -> UUID:
    _refuse(checking.collection_faults(collection))
    values = {
        "slug": collection.slug,
        "tag": collection.tag.strip(),
        "position": collection.position,
        "is_on_home": collection.is_on_home,
        "texts": filled(collection.texts),
        **_stamp(actor),
    }
    with _taken_named():
        if collection_id is None:
            return models.Collection.objects.create(**values).id
        if not models.Collection.objects.filter(pk=collection_id).update(**values):
            raise CollectionNotFound(f"There is no collection {collection_id}.")
        return collection_id


def delete_collection(*, collection_id: UUID) -> None:
    if not models.Collection.objects.filter(pk=collection_id).delete()[0]:
        raise CollectionNotFound(f"There is no collection {collection_id}.")


def change_home(*, home: HomeInput, actor: str) -> None:
    _refuse(checking.home_faults(home))
    values = {"scene": home.scene.value, "texts": filled(home.texts), **_stamp(actor)}
    models.Home.objects.update_or_create(pk=1, defaults=values)


def _stamp(actor: str) -> dict[str, Any]:
    return {"changed_at": clock.now(), "changed_by": actor[:100]}


def _refuse(faults: Iterator[FieldError]) -> None:
    if found := list(faults):
        raise Invalid(fields=found)


@contextmanager
def _taken_named() -> Iterator[None]:
    """Turn the violation of a unique address or purpose into the error that names its field and the value."""
    try:
        yield
    except IntegrityError as error:
        match = _TAKEN.search(getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or "")
        if match is None:
            raise
        name, value = match.groups()
        detail = f"{value!r} is taken by another one; choose another, or change that one first."
        raise Invalid.field(name, "taken", detail) from error
