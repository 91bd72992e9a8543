"""Values that cross the boundary of content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

# By language (one of the shop's codes), then by name. What is blank in a language is read in the shop's own.
Texts = Mapping[str, Mapping[str, str]]

# The names of the texts that each thing has, and how many characters each may have.
PAGE_TEXTS: Final = {"title": 80, "summary": 150, "text": 20_000}
COLLECTION_TEXTS: Final = {"title": 80, "story": 300}
MOST_PROMISES: Final = 3
HOME_TEXTS: Final = {
    "title": 80,
    "line": 200,
    "button": 40,
    "story_title": 80,
    "story": 1000,
    **{f"promise_{n}{part}": size for n in range(1, MOST_PROMISES + 1) for part, size in (("", 40), ("_text", 120))},
}
LONGEST_SLUG: Final = 60
LONGEST_TAG: Final = 255
LAST_POSITION: Final = 999


class PageGroup(StrEnum):
    """Under which heading a page is linked at the foot of every page."""

    HELP = "help"
    LEGAL = "legal"


class PagePurpose(StrEnum):
    """What the shop links a page for at other places than its foot: beside a price, at the checkout, in mails."""

    DELIVERY = "delivery"
    RETURNS = "returns"
    SIZE_GUIDE = "size_guide"
    TERMS = "terms"
    PRIVACY = "privacy"


class HeroScene(StrEnum):
    """What is behind the title of the home page."""

    PLAIN = "plain"
    HILLS = "hills"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInput:
    """A page as staff write it.

    `texts` are PAGE_TEXTS, of which `text` is Markdown. A page without `purpose` is linked at the foot only.
    """

    slug: str
    group: PageGroup
    position: int
    is_published: bool
    purpose: PagePurpose | None
    texts: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as staff wrote it."""

    id: UUID
    settled: PageInput
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A published page in one language, as it is linked; `summary` is "" or the half sentence that may stand for it."""

    slug: str
    group: PageGroup
    purpose: PagePurpose | None
    title: str
    summary: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPage:
    """A page in one language; `html` is safe to send as it is, its headings begin with h2."""

    slug: str
    group: PageGroup
    is_published: bool
    title: str
    summary: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionInput:
    """A collection as staff write it: products with a `tag`, under a title and a story (`texts` are COLLECTION_TEXTS)."""

    slug: str
    tag: str
    position: int
    is_on_home: bool
    texts: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection as staff wrote it."""

    id: UUID
    settled: CollectionInput


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCollection:
    """A collection in one language."""

    slug: str
    tag: str
    is_on_home: bool
    title: str
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeInput:
    """The home page's words as staff write them; `texts` are HOME_TEXTS."""

    scene: HeroScene = HeroScene.PLAIN
    texts: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The home page's words in one language; "" for each that nobody wrote. `promises` are a few words each, and what follows them."""

    scene: HeroScene
    title: str
    line: str
    button: str
    story_title: str
    story: str
    promises: tuple[tuple[str, str], ...]
