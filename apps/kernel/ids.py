"""UUID version 7: primary keys that sort by creation time.

Source: RFC 9562, section 5.7, with the monotonic random counter of section 6.2, method 2.
"""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_RANDOM_BITS = 74
_lock = threading.Lock()
_last_millisecond = 0
_last_random = 0


def uuid7() -> UUID:
    """Return a new UUIDv7, greater than every one made before it in this process."""
    global _last_millisecond, _last_random
    with _lock:
        millisecond = time.time_ns() // 1_000_000
        if millisecond > _last_millisecond:
            _last_millisecond, _last_random = millisecond, int.from_bytes(os.urandom(10), "big") >> 7
        else:
            _last_random += 1 + int.from_bytes(os.urandom(4), "big")
        millisecond, random = _last_millisecond, _last_random & ((1 << _RANDOM_BITS) - 1)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(millisecond << 80) | (high << 64) | low | _VERSION_AND_VARIANT)


def _reset_after_fork() -> None:
    """Forget the inherited counter: two children must not continue the same sequence."""
    global _lock, _last_millisecond, _last_random
    _lock, _last_millisecond, _last_random = threading.Lock(), 0, 0


os.register_at_fork(after_in_child=_reset_after_fork)
