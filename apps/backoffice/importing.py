"""Stock of imported products: what the command and the back office's import do with what a file says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.catalog import api as catalog
from apps.catalog.contracts import ImportedProduct, ImportNote
from apps.inventory import api as inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """For how many variants stock was set, and the notes on those where it was not, by handle."""

    count: int
    refusals: Mapping[str, Sequence[ImportNote]]


def set_stock(results: Sequence[ImportedProduct], *, name: str, actor: str, dry_run: bool) -> Stocked:
    """Set the stock of imported products and remember them as finished; in a dry run, find out what setting it would refuse.

    `name` is the file's, for the stock ledger.
    """
    levels = {key: quantity for result in results for key, quantity in result.stock.items()}
    refused = _find_refused(levels) if dry_run else _store(levels, name=name, actor=actor)
    if not dry_run:
        catalog.record_imported_stock(
            quantities={key: levels[key] for key in levels.keys() - refused.keys()},
            finished=[result for result in results if refused.keys().isdisjoint(result.stock)],
        )
    refusals = {
        result.handle: [_refusal(result, key, refused[key]) for key in result.stock if key in refused]
        for result in results
        if not refused.keys().isdisjoint(result.stock)
    }
    return Stocked(count=len(levels) - len(refused), refusals=refusals)


def _store(levels: Mapping[UUID, int], *, name: str, actor: str) -> dict[UUID, str]:
    left_alone = inventory.set_stock_levels(levels=levels, reason=f"import of {name}"[:200], actor=actor)
    return {
        level.variant_id: _below_reserved(reserved=level.reserved, quantity=levels[level.variant_id])
        for level in left_alone
    }


def _find_refused(levels: Mapping[UUID, int]) -> dict[UUID, str]:
    known = inventory.get_stock_levels(variant_ids=list(levels)) if levels else {}
    # Stock is set in the first warehouse, the one that get_stock_levels names first.
    reserved = {key: rows[0].reserved for key, rows in known.items() if rows}
    return {
        key: _below_reserved(reserved=reserved[key], quantity=quantity)
        for key, quantity in levels.items()
        if quantity < reserved.get(key, 0)
    }


def _below_reserved(*, reserved: int, quantity: int) -> str:
    return inventory.BelowReserved(reserved=reserved, on_hand=quantity).detail


def _refusal(result: ImportedProduct, variant_id: UUID, detail: str) -> ImportNote:
    return ImportNote(
        line=result.line,
        column="Variant Inventory Qty",
        value=f"{result.stock[variant_id]} for {result.skus[variant_id]}",
        message=f"the stock stays as it is: {detail}",
        is_error=True,
    )
