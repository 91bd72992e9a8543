"""What must hold of orders: they are their histories, hold their stock and their money, and none is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from apps.inventory import api as inventory
from apps.messaging import audits
from apps.messaging.contracts import Finding
from apps.orders.comparing import Difference, compare_money, compare_stock
from apps.orders.contracts import OrderStatus
from apps.orders.models import Order
from apps.orders.services import settling
from apps.orders.services.driving import drive_again
from apps.orders.verifying import find_faults
from apps.persistence.statements import fetch_all

_DRIVE: Final = "orders.drive_again"
_RELEASE: Final = "orders.release_stock"
# Steps end within seconds, or wait for a provider; a deadline is followed within minutes.
_FORGOTTEN: Final = """
    SELECT o.id, CASE
        WHEN saga.next_run_at IS NULL THEN 'sleeps with something left to do'
        WHEN saga.parked_at IS NOT NULL THEN 'failed too often: ' || saga.last_error
        ELSE 'has had something to do for more than an hour; last error: ' || coalesce(nullif(saga.last_error, ''), 'none') END
    FROM (
        SELECT order_id AS id FROM orders_sagastep
        WHERE done_at IS NULL AND created_at < statement_timestamp() - interval '1 hour'
        UNION
        SELECT id FROM orders_order
        WHERE status = 'awaiting_payment' AND payment_deadline < statement_timestamp() - interval '1 hour'
    ) o JOIN orders_ordersaga saga ON saga.order_id = o.id
    WHERE %(ids)s::uuid[] IS NULL OR o.id = ANY(%(ids)s::uuid[])
    ORDER BY o.id LIMIT 1000
"""


@audits.check(
    "orders.history",
    holds="Every order is what its history, its lines and its parcels say",
    batches=audits.ids_of(Order),
)
def _look_at_histories(subjects: Sequence[str] | None) -> Iterable[Finding]:
    return _by_order((str(fault.order_id), fault.detail, "") for fault in find_faults(subjects or ()))


@audits.check(
    "orders.stock",
    holds="Every order holds its stock, once, and one that ended holds none",
    batches=audits.ids_of(Order),
)
def _look_at_stock(subjects: Sequence[str] | None) -> Iterable[Finding]:
    return _by_order(_named(difference) for difference in compare_stock(subjects or ()))


@audits.check(
    "orders.money",
    holds="Every order has the money that its payments took, and what belongs to nobody went back",
    batches=audits.ids_of(Order),
)
def _look_at_money(subjects: Sequence[str] | None) -> Iterable[Finding]:
    return _by_order(_named(difference) for difference in compare_money(subjects or ()))


@audits.check("orders.saga", holds="No order waits for something that is due")
def _look_at_sagas(subjects: Sequence[str] | None) -> Iterator[Finding]:
    ids = {"ids": None if subjects is None else list(subjects)}
    for order_id, detail in fetch_all("orders", _FORGOTTEN, ids):
        yield Finding(subject=str(order_id), detail=f"its saga {detail}", repair=_DRIVE)


def _named(difference: Difference) -> tuple[str, str, str]:
    repair = _RELEASE if difference.can_release else _DRIVE if difference.can_drive else ""
    return str(difference.order_id), difference.detail, repair


def _by_order(faults: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """Put all faults of an order into one finding."""
    found: dict[str, Finding] = {}
    for order_id, detail, repair in faults:
        before = found.get(order_id)
        details = f"{before.detail}; {detail}" if before else detail
        found[order_id] = Finding(subject=order_id, detail=details, repair=(before and before.repair) or repair)
    return list(found.values())


@audits.repair(_DRIVE, does="Tell the order again of every payment and refund there is, and let its saga act now.")
def _drive_again(subject: str) -> None:
    drive_again(order_id=UUID(subject))


@audits.repair(_RELEASE, does="Give back the stock that is held for this order without need.")
def _release_stock(subject: str) -> None:
    """Release what nobody needs: all of an order that ended, the second reservation of one that goes on."""
    row = settling.find_order(order_id=UUID(subject))
    second = settling.second_reservation(row.pk)
    if row.status in (OrderStatus.CANCELLED.value, OrderStatus.REFUNDED.value):
        inventory.release_reservation(reference=row.reservation)
    if row.status != OrderStatus.AWAITING_PAYMENT.value and second != row.reservation:
        inventory.release_reservation(reference=second)
