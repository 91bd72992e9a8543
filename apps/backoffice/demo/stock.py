"""Sample deliveries and corrections of stock, entered by the services that staff use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from apps.backoffice.demo.plan import StockChange
from apps.catalog import api as catalog
from apps.inventory import api as inventory

ACTOR: Final = "sample stock"


def enter_stock_changes(plan: Iterable[StockChange]) -> None:
    """Enter what a plan holds and the shop sells; again, only what was not entered before."""
    warehouse = next(each.code for each in inventory.list_warehouses() if each.is_active)
    for change in plan:
        if units := _by_variant(change.units):
            _enter(change, units, warehouse=warehouse)


def _enter(change: StockChange, units: Mapping[UUID, int], *, warehouse: str) -> None:
    key = uuid5(NAMESPACE_URL, f"northfold sample stock {change.key}")
    if change.is_delivery:
        inventory.receive_stock(
            quantities=units, warehouse=warehouse, reason=change.reason, actor=ACTOR, operation_id=key
        )
        return
    with suppress(inventory.BelowReserved):  # sold meanwhile
        inventory.adjust_stock(changes=units, warehouse=warehouse, reason=change.reason, actor=ACTOR, operation_id=key)


def _by_variant(units: Mapping[str, int]) -> dict[UUID, int]:
    found = {}
    for sku, count in units.items():
        with suppress(catalog.VariantNotFound):
            found[catalog.get_variant_by_sku(sku=sku).id] = count
    return found
