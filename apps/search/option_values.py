"""How an option and its value are one text in a document, "Size:M": what an array can be indexed and counted by."""

from __future__ import annotations

from typing import Final

# Stands for a colon in a name, so that the first colon always ends it: a name may hold any sign that people write.
_COLON: Final = "\x1f"


def join(name: str, value: str) -> str:
    """Return the text of one value of an option."""
    return f"{store_name(name)}:{value}"


def split(text: str) -> tuple[str, str]:
    """Return name and value of such a text."""
    name, _, value = text.partition(":")
    return name.replace(_COLON, ":"), value


def store_name(name: str) -> str:
    """Return an option's name as the texts begin."""
    return name.replace(":", _COLON)
