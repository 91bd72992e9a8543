"""Become another program that yields the processor to those who answer somebody: `python ecommerce/behind.py COMMAND...`.

Linux shares a processor between sessions first (autogroup; sched(7)), and `nice` counts only within one; so a process that leads a
session says it for the session too. In a container, where there are no such groups, that changes nothing.
"""

import contextlib
import os
import sys
import time
from pathlib import Path

# Enough that answers come first, little enough that a busy machine does not starve the work behind them: a third of a full share.
_NICE = 5


def _yield_session() -> None:
    # Whoever is not root may say so once in a tenth of a second, on the whole machine.
    for _ in range(5):
        try:
            Path("/proc/self/autogroup").write_text(str(_NICE))
        except BlockingIOError:
            time.sleep(0.12)
        else:
            break


if __name__ == "__main__":
    os.nice(_NICE)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            _yield_session()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell wanted
