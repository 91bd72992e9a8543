"""What the demo brand tells in its own words: home page, collections and pages, from `<language>.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from apps.content.contracts import CollectionInput, HeroScene, HomeInput, PageGroup, PageInput, PagePurpose, Texts

_FOLDER: Final = Path(__file__).parent
# Address: where it is linked, and what for, in this order.
_PAGES: Final = {
    "delivery": (PageGroup.HELP, PagePurpose.DELIVERY),
    "returns": (PageGroup.HELP, PagePurpose.RETURNS),
    "size-guide": (PageGroup.HELP, PagePurpose.SIZE_GUIDE),
    "terms": (PageGroup.LEGAL, PagePurpose.TERMS),
    "privacy": (PageGroup.LEGAL, PagePurpose.PRIVACY),
}
# Address and tag.
_COLLECTIONS: Final = {"rain-ready": "rain ready", "first-frost": "first frost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContent:
    """Home page, collections and pages to write."""

    home: HomeInput
    collections: tuple[CollectionInput, ...]
    pages: tuple[PageInput, ...]


def read_content() -> DemoContent:
    """Return all of it in those of the shop's languages that it is written in."""
    told = {code: tomllib.loads(path.read_text(encoding="utf-8")) for code, path in _files().items()}
    return DemoContent(
        home=HomeInput(scene=HeroScene.HILLS, texts={code: texts["home"] for code, texts in told.items()}),
        collections=tuple(
            CollectionInput(
                slug=slug, tag=tag, position=place, is_on_home=True, texts=_texts(told, "collections", slug)
            )
            for place, (slug, tag) in enumerate(_COLLECTIONS.items(), 1)
        ),
        pages=tuple(
            PageInput(
                slug=slug,
                group=group,
                position=place,
                is_published=True,
                purpose=purpose,
                texts=_texts(told, "pages", slug),
            )
            for place, (slug, (group, purpose)) in enumerate(_PAGES.items(), 1)
        ),
    )


def _files() -> dict[str, Path]:
    paths = {code: _FOLDER / f"{code}.toml" for code, _ in settings.LANGUAGES}
    return {code: path for code, path in paths.items() if path.exists()}


def _texts(told: dict[str, Any], kind: str, slug: str) -> Texts:
    return {code: texts[kind][slug] for code, texts in told.items()}
