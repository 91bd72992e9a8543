"""Pages of staff lists that count only as far as people leaf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.paginator import Paginator
from django.utils.functional import cached_property

if TYPE_CHECKING:
    TypedPaginator = Paginator[Any]
else:
    TypedPaginator = Paginator

MOST_COUNTED: Final = 10_000


class AtLeast(int):
    """A number of rows that says that there are more."""

    def __str__(self) -> str:
        return f"{int(self):d}+"


class BoundedPaginator(TypedPaginator):
    """Counts at most ten thousand rows of a queryset, so that a list costs the same however long it grows.

    What lies behind is found by search and filters, not by leafing.
    """

    object_list: Any

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, ten thousand and more as one number."""
        counted: int = self.object_list.order_by()[: MOST_COUNTED + 1].count()
        return AtLeast(MOST_COUNTED) if counted > MOST_COUNTED else counted
