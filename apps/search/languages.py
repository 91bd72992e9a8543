"""Which language documents are made in, and how PostgreSQL stems it."""

from __future__ import annotations

from typing import Final

from django.conf import settings

_STEMMERS: Final = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
}


def shop_language() -> str:
    """Return the language that products are written in, such as "en"."""
    return str(settings.LANGUAGE_CODE).partition("-")[0]


def stemmer(language: str) -> str:
    """Return the text search configuration of a language; the one without stemming where PostgreSQL has none."""
    return _STEMMERS.get(language, "simple")
