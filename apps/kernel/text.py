"""What text may hold, and how a sentence quotes what somebody gave."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Control characters (C0, DEL, C1), the line and paragraph separators of Unicode, and lone surrogates, which no UTF-8 can hold.
_NOT_ONE_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Of the letters and signs, those that show nothing: the fillers of Hangul, the empty pattern of Braille.
_INVISIBLE: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_blank(text: str) -> bool:
    """Return whether nobody would see anything: spaces, controls and format characters (a zero-width space) only, or nothing at all."""
    return all(unicodedata.category(each)[0] in "CZ" or each in _INVISIBLE for each in text)


def is_one_line(text: str) -> bool:
    """Return whether a name or address line is one: line breaks in it could put words of a stranger into the shop's own mails."""
    return not _NOT_ONE_LINE.search(text)


def quoted(text: str, *, most: int) -> str:
    """Return what somebody gave for a sentence that quotes it: shortened, with a mark for each character that would not print."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:most])
