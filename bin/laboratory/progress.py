"""One line that moves while a run goes on; plain lines now and then where nobody looks at a terminal."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

from laboratory.folder import Folder

_LINE_SECONDS = 15.0


class Progress:
    """Says what happens now, with the time since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._next_line = 0.0
        self._moves = sys.stderr.isatty()
        self._watched: tuple[Any, Any, float, float] | None = None

    def say(self, text: str) -> None:
        now = time.monotonic()
        line = f"[{_clock(now - self._started)}] {text}"
        if self._moves:
            sys.stderr.write(f"\r\033[K{line}"[:200])
        elif now >= self._next_line:
            self._next_line = now + _LINE_SECONDS
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def watch(self, *, traffic: Any, nemesis: Any, folder: Folder, seconds: float) -> None:
        """Tell every second how far the run is, until its time is over."""

        def tell() -> None:
            ends = time.monotonic() + seconds
            while (left := ends - time.monotonic()) > 0:
                struck = f"{nemesis.strikes} faults" + (f", now {nemesis.current}" if nemesis.current else "")
                missing = f", NOT RETURNED: {len(nemesis.not_returned)}" if nemesis.not_returned else ""
                self.say(f"{traffic.arrived} buyers, {traffic.busy()} at it; {struck}{missing}; {_clock(left)} to go")
                time.sleep(1)

        threading.Thread(target=tell, daemon=True).start()


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
