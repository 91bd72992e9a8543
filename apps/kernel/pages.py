"""One page of a list, as every published list function returns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A slice of a list with opaque cursors to its neighbours; `count` only where the caller asked for it."""

    items: tuple[T, ...]
    next_cursor: str | None = None
    previous_cursor: str | None = None
    count: int | None = None
