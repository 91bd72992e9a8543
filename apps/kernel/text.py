"""What text may hold."""

from __future__ import annotations

import re
from typing import Final

# Control characters (C0, DEL, C1) and the line and paragraph separators of Unicode.
_NOT_ONE_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def is_one_line(text: str) -> bool:
    """Return whether a name or address line is one: line breaks in it could put words of a stranger into the shop's own mails."""
    return not _NOT_ONE_LINE.search(text)
