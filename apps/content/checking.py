"""What pages, collections and the home page must be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from django.conf import settings

from apps.content.contracts import (
    COLLECTION_TEXTS,
    HOME_TEXTS,
    LAST_POSITION,
    LONGEST_SLUG,
    LONGEST_TAG,
    PAGE_TEXTS,
    CollectionInput,
    HomeInput,
    PageInput,
    Texts,
)
from apps.kernel.errors import FieldError
from apps.kernel.text import is_blank
from apps.web.texts import language_fault, text_faults

_SLUG: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_SEVERAL_LINES: Final = ("text",)
# A parser tries each open bracket for the beginning of a link, up to the end of the text: tens of thousands take it seconds.
_MOST_BRACKETS: Final = 1000


def page_faults(page: PageInput) -> Iterator[FieldError]:
    """Yield what is wrong with a page, by field."""
    yield from _slug_faults(page.slug)
    yield from _position_faults(page.position)
    yield from _texts_faults(page.texts, PAGE_TEXTS, required=("title",))


def collection_faults(collection: CollectionInput) -> Iterator[FieldError]:
    """Yield what is wrong with a collection, by field."""
    yield from _slug_faults(collection.slug)
    yield from _position_faults(collection.position)
    if is_blank(collection.tag):
        yield FieldError("tag", "required", "is empty; write the tag that its products bear, such as rain ready.")
    yield from text_faults("tag", collection.tag, longest=LONGEST_TAG)
    yield from _texts_faults(collection.texts, COLLECTION_TEXTS, required=("title",))


def home_faults(home: HomeInput) -> Iterator[FieldError]:
    """Yield what is wrong with the home page, by field."""
    yield from _texts_faults(home.texts, HOME_TEXTS)


def _slug_faults(slug: str) -> Iterator[FieldError]:
    if len(slug) > LONGEST_SLUG or not _SLUG.fullmatch(slug):
        yield FieldError(
            "slug",
            "invalid_slug",
            f"{slug[:80]!r} cannot stand in an address; use up to {LONGEST_SLUG} of a-z, 0-9 and single -, such as size-guide.",
        )


def _position_faults(position: int) -> Iterator[FieldError]:
    if not 0 <= position <= LAST_POSITION:
        yield FieldError("position", "invalid_position", f"{position} is no place; use 0 to {LAST_POSITION}.")


def _texts_faults(texts: Texts, sizes: Mapping[str, int], *, required: tuple[str, ...] = ()) -> Iterator[FieldError]:
    own = settings.LANGUAGE_CODE
    for name in required:
        if is_blank(texts.get(own, {}).get(name, "")):
            yield FieldError(f"texts.{own}.{name}", "required", "is empty; other languages fall back to this one.")
    for language, named in texts.items():
        if fault := language_fault(language, field=f"texts.{language[:20]}", with_own=True):
            yield fault
            continue
        for name, text in named.items():
            where = f"texts.{language}.{name[:40]}"
            if name not in sizes:
                yield FieldError(where, "unknown_text", f"is no text of this; there are {', '.join(sizes)}.")
                continue
            yield from text_faults(where, text, longest=sizes[name], several_lines=name in _SEVERAL_LINES)
            if (brackets := text.count("[")) > _MOST_BRACKETS:
                detail = f"has {brackets:,} opening brackets; {_MOST_BRACKETS:,} at most."
                yield FieldError(where, "too_many_brackets", detail)
