"""Progress on the terminal: one line per step with the seconds since the start."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Console:
    """Writes lines and never fails: a closed terminal must not take the supervisor with it."""

    def __init__(self, *, stream: TextIO | None = None, quiet: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._quiet = quiet
        self._started = time.monotonic()

    def step(self, text: str) -> None:
        """Say what happens now, with the seconds since the start."""
        if not self._quiet:
            self._write(f"[{time.monotonic() - self._started:6.1f} s] {text}")

    def say(self, text: str = "") -> None:
        """Print a line of result."""
        self._write(text)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(f"{text}\n")
            self._stream.flush()
        except (OSError, ValueError):
            self._quiet = True
