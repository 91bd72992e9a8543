"""Pages, collections and home pages for tests."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from apps.content import api as content

RETURNS = content.PageInput(
    slug="returns",
    group=content.PageGroup.HELP,
    position=1,
    is_published=True,
    purpose=content.PagePurpose.RETURNS,
    texts={
        "en": {"title": "Returns", "summary": "Thirty days to change your mind", "text": "Send it **back**."},
        "de": {"title": "Rückgabe", "text": "Schicken Sie es **zurück**."},
    },
)
RAIN = content.CollectionInput(
    slug="rain-ready",
    tag="rain ready",
    position=1,
    is_on_home=True,
    texts={
        "en": {"title": "Rain ready", "story": "Taped, waxed or simply quick to dry."},
        "de": {"title": "Bereit für Regen", "story": "Verklebt, gewachst oder einfach schnell trocken."},
    },
)


def write_page(**changes: Any) -> UUID:
    """Save a page about returns, changed."""
    return content.save_page(page=replace(RETURNS, **changes), actor="staff:test")


def write_collection(**changes: Any) -> UUID:
    """Save the collection of what bears the tag "rain ready", changed."""
    return content.save_collection(collection=replace(RAIN, **changes), actor="staff:test")


def write_home(language: str = "en", /, **texts: str) -> None:
    """Write the home page in one language."""
    content.change_home(home=content.HomeInput(texts={language: texts}), actor="staff:test")
