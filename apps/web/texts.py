"""Texts that staff write, in one language or in each: what they must be, and how they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from apps.kernel.errors import FieldError
from apps.kernel.text import is_blank, is_one_line
from apps.web.languages import other_languages


def text_faults(field: str, text: str, *, longest: int, several_lines: bool = False) -> Iterator[FieldError]:
    """Yield what is wrong with a plain text of at most `longest` characters; tabs and line feeds may be in one of several lines."""
    if len(text) > longest:
        yield too_long(field, text, longest)
    if not is_one_line(re.sub("[\n\t]", "", text) if several_lines else text):
        detail = "Holds a control character, or a line break where none may be; write plain text."
        yield FieldError(field, "invalid_characters", detail)


def too_long(field: str, text: str, longest: int) -> FieldError:
    """Return what is wrong with a text of more than `longest` characters."""
    return FieldError(field, "too_long", f"At most {longest:,} characters; it has {len(text):,}.")


def language_fault(language: str, *, field: str, with_own: bool = False) -> FieldError | None:
    """Return what is wrong with texts in a language, None where nothing is.

    The shop's own language is none to translate into, but where its texts stand beside the others (`with_own`).
    """
    known = [code for code, _ in settings.LANGUAGES] if with_own else other_languages()
    if language in known:
        return None
    if language == settings.LANGUAGE_CODE:
        detail = f"{language!r} is the shop's own language: its texts are the fields themselves."
    else:
        detail = f"{language[:20]!r} is no language of this shop; use {' or '.join(known) or 'none: it has one only'}."
    return FieldError(field, "unknown_language", detail)


def filled(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return texts, by language and name or at any depth, as they are stored: without spaces around them, and without what is blank."""
    trimmed = {name: filled(text) if isinstance(text, Mapping) else text.strip() for name, text in texts.items()}
    return {name: text for name, text in trimmed.items() if text and (isinstance(text, dict) or not is_blank(text))}
