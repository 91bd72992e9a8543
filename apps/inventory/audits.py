"""What must hold of stock, checked on all levels by two statements: they are the sums of their movements and reservations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.utils.timezone import localtime

from apps.inventory import api as inventory
from apps.messaging import audits
from apps.messaging.contracts import Finding
from apps.persistence.statements import fetch_all

_MOST: Final = 1000
_LEVELS: Final = f"""
    WITH moved AS (
        SELECT variant_id, warehouse_id, sum(quantity) AS on_hand FROM inventory_stockmovement
        WHERE %(variants)s::uuid[] IS NULL OR variant_id = ANY(%(variants)s::uuid[])
        GROUP BY variant_id, warehouse_id
    ), held AS (
        SELECT variant_id, warehouse_id, sum(quantity - shipped) AS reserved
        FROM inventory_reservationline line JOIN inventory_stockreservation ON reference = reservation_id
        WHERE status IN ('reserved', 'allocated')
          AND (%(variants)s::uuid[] IS NULL OR variant_id = ANY(%(variants)s::uuid[]))
        GROUP BY variant_id, warehouse_id
    ), level AS (
        SELECT * FROM inventory_stocklevel
        WHERE %(variants)s::uuid[] IS NULL OR variant_id = ANY(%(variants)s::uuid[])
    ), compared AS (
        SELECT variant_id, warehouse_id, coalesce(level.on_hand, 0) AS on_hand, coalesce(level.reserved, 0) AS reserved,
               coalesce(moved.on_hand, 0) AS moved, coalesce(held.reserved, 0) AS held
        FROM level FULL JOIN moved USING (variant_id, warehouse_id) FULL JOIN held USING (variant_id, warehouse_id)
    )
    SELECT variant_id, string_agg(format(
               '%%s: %%s on hand, its movements add up to %%s; %%s reserved, its reservations hold %%s',
               coalesce(code, warehouse_id::text), on_hand, moved, compared.reserved, held), '; ' ORDER BY code)
    FROM compared LEFT JOIN inventory_warehouse warehouse ON warehouse.id = warehouse_id
    WHERE on_hand <> moved OR compared.reserved <> held OR compared.reserved NOT BETWEEN 0 AND on_hand
    GROUP BY variant_id ORDER BY variant_id LIMIT {_MOST}
"""  # noqa: S608 - our own words, no input
_STATUSES: Final = f"""
    SELECT item.variant_id, item.status, available
    FROM inventory_stockitem item CROSS JOIN LATERAL (
        SELECT coalesce(sum(on_hand - reserved) FILTER (WHERE is_active), 0) AS available
        FROM inventory_stocklevel level JOIN inventory_warehouse warehouse ON warehouse.id = level.warehouse_id
        WHERE level.variant_id = item.variant_id) stock
    WHERE (%(variants)s::uuid[] IS NULL OR item.variant_id = ANY(%(variants)s::uuid[]))
      AND item.status <> CASE WHEN available = 0 THEN 'out' WHEN available <= low_threshold THEN 'low' ELSE 'in' END
    ORDER BY item.variant_id LIMIT {_MOST}
"""  # noqa: S608 - our own words, no input
# The sweeper acts fifteen minutes after expiry, each minute.
_EXPIRED: Final = f"""
    SELECT reference, expires_at FROM inventory_stockreservation
    WHERE status = 'reserved' AND expires_at < statement_timestamp() - interval '1 hour'
      AND (%(references)s::text[] IS NULL OR reference = ANY(%(references)s::text[]))
    ORDER BY expires_at LIMIT {_MOST}
"""  # noqa: S608 - our own words, no input


def _variants(subjects: Sequence[str] | None) -> dict[str, Any]:
    return {"variants": None if subjects is None else list(subjects)}


@audits.check(
    "inventory.levels", holds="Every level is the sum of its movements, and reserves what its reservations hold"
)
def _look_at_levels(subjects: Sequence[str] | None) -> Iterator[Finding]:
    for variant_id, detail in fetch_all("inventory", _LEVELS, _variants(subjects)):
        yield Finding(subject=str(variant_id), detail=detail)


@audits.check("inventory.statuses", holds="Every variant is shown as what can be sold of it")
def _look_at_statuses(subjects: Sequence[str] | None) -> Iterator[Finding]:
    for variant_id, status, available in fetch_all("inventory", _STATUSES, _variants(subjects)):
        yield Finding(subject=str(variant_id), detail=f"shown as {status!r} with {available} to sell")


@audits.check("inventory.expired", holds="No reservation holds stock an hour after it expired")
def _look_at_expired(subjects: Sequence[str] | None) -> Iterator[Finding]:
    references = {"references": None if subjects is None else list(subjects)}
    for reference, expires_at in fetch_all("inventory", _EXPIRED, references):
        detail = f"expired at {localtime(expires_at):%Y-%m-%d %H:%M} and holds stock still: beat or the worker of inventory stands"
        yield Finding(subject=reference, detail=detail, repair="inventory.release_expired")


@audits.repair(
    "inventory.release_expired",
    does="Release every reservation that is unpaid and long expired; its stock can be sold again.",
)
def _release_expired(_reference: str) -> None:
    inventory.release_expired()
