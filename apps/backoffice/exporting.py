"""The catalogue with its stock as a product file: what the command writes and the back office sends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from uuid import UUID

from apps.catalog import api as catalog
from apps.inventory import api as inventory


def export_shop(*, currency: str, left_out: Callable[[str, str], None]) -> Iterator[str]:
    """Yield the file in pieces; `left_out` is told of what it has no row for. Raises Invalid for an unknown currency."""
    return catalog.export_products(currency=currency, count_stock=_count_stock, left_out=left_out)


def _count_stock(variant_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return what is on hand in the warehouse that imports set, the first active one."""
    found = inventory.get_stock_levels(variant_ids=variant_ids)
    first = next((place.code for place in inventory.list_warehouses() if place.is_active), "")
    return {
        level.variant_id: level.on_hand for levels in found.values() for level in levels if level.warehouse == first
    }
