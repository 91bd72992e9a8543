"""Reads of content. What stands around every page, and the home page's words, a process remembers for a few seconds."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from apps.content import models
from apps.content.contracts import (
    Collection,
    CollectionInput,
    HeroScene,
    HomeInput,
    Page,
    PageGroup,
    PageInput,
    PagePurpose,
)
from apps.persistence.remembered import Remembered

_LINKED: Final = ("title", "summary")
_ORDER: Final = ("position", "slug")


@Remembered
def published() -> tuple[Page, ...]:
    """Return the published pages in their order, with the texts that a link has."""
    return tuple(_linked(row) for row in _pages().filter(is_published=True))


@Remembered
def collections() -> tuple[Collection, ...]:
    return tuple(map(_collection, models.Collection.objects.order_by(*_ORDER)))


@Remembered
def home() -> HomeInput | None:
    row = models.Home.objects.filter(pk=1).first()
    return HomeInput(scene=HeroScene(row.scene), texts=row.texts) if row else None


def all_pages() -> list[Page]:
    return [_linked(row) for row in _pages()]


def find_page(**by: Any) -> Page | None:
    row = models.Page.objects.filter(**by).first()
    return _page(row, row.texts) if row else None


def find_collection(collection_id: UUID) -> Collection | None:
    row = models.Collection.objects.filter(pk=collection_id).first()
    return _collection(row) if row else None


def _pages() -> Any:
    """Return all pages, as they stand at the foot of a page; the groups are in the order of their names."""
    return models.Page.objects.order_by("group", *_ORDER)


def _linked(row: models.Page) -> Page:
    short = {
        language: {name: texts[name] for name in _LINKED if name in texts} for language, texts in row.texts.items()
    }
    return _page(row, short)


def _page(row: models.Page, texts: dict[str, dict[str, str]]) -> Page:
    settled = PageInput(
        slug=row.slug,
        group=PageGroup(row.group),
        position=row.position,
        is_published=row.is_published,
        purpose=PagePurpose(row.purpose) if row.purpose else None,
        texts=texts,
    )
    return Page(id=row.id, settled=settled, changed_at=row.changed_at)


def _collection(row: models.Collection) -> Collection:
    settled = CollectionInput(
        slug=row.slug, tag=row.tag, position=row.position, is_on_home=row.is_on_home, texts=row.texts
    )
    return Collection(id=row.id, settled=settled)
