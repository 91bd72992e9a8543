"""What every page asks for and staff change now and then: each process remembers it for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from django.conf import settings

T = TypeVar("T")


class Remembered(Generic[T]):
    """What `read` returned less than `settings.REMEMBERED_SECONDS` ago, in this process."""

    _all: ClassVar[list[Remembered[Any]]] = []

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._kept: tuple[float, T] | None = None
        self._all.append(self)

    def __call__(self) -> T:
        """Return it, read anew where it is too old."""
        kept = self._kept
        if kept is None or kept[0] <= time.monotonic():
            kept = self._kept = (time.monotonic() + settings.REMEMBERED_SECONDS, self._read())
        return kept[1]

    def forget(self) -> None:
        """Read it anew the next time, as where this process has changed it."""
        self._kept = None

    @classmethod
    def forget_all(cls) -> None:
        """Forget all that is remembered anywhere, as after rows were restored or rolled back."""
        for each in cls._all:
            each.forget()
