"""Which languages documents are made in, and how PostgreSQL stems them."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from apps.web.languages import other_languages

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


def spoken(language: str) -> str:
    """Return the language to answer in where `language` is asked for: the shop's own where the shop does not speak it."""
    return language if language in other_languages() else shop_language()


def stemmer(language: str) -> str:
    """Return the text search configuration of a language; the one without stemming where PostgreSQL has none."""
    return _STEMMERS.get(language.partition("-")[0], "simple")
