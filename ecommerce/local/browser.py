"""Finding the Chromium that browser tests drive."""

from __future__ import annotations

import os
import shutil
from typing import Final

# The headless shell draws no window around the page: a tenth of what opening one costs.
_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium (CHROMIUM names one that is not on the PATH), or None."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else _NAMES)), None)
