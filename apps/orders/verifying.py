"""Whether every order is what its history says: the fold of its events, its lines and parcels, its sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Count, Sum

from apps.kernel.codec import CodecError
from apps.messaging import audits
from apps.orders import history
from apps.orders.history import OrderState
from apps.orders.models import Order, OrderEvent, OrderLine, ShipmentLine
from apps.orders.services.recording import read_state
from apps.persistence.databases import alias_for

_BATCH = 500


def verify_orders() -> Iterator[tuple[int, list[str]]]:
    """Yield, for one batch of orders after the other, how many were checked and a sentence for everything that is wrong.

    Six statements a batch, whatever the orders hold; memory stays that of one batch.
    """
    for batch in audits.ids_of(Order, size=_BATCH)(""):
        yield len(batch), [f"order {fault.number} ({fault.order_id}): {fault.detail}" for fault in find_faults(batch)]


@dataclass(frozen=True, slots=True)
class Fault:
    """An order that is not what its history, lines and parcels say."""

    order_id: UUID
    number: str
    detail: str


def find_faults(order_ids: Sequence[str]) -> list[Fault]:
    """Compare some orders with their histories, lines and parcels, all of one moment."""
    with _snapshot():
        return list(_differences(list(Order.objects.filter(pk__in=order_ids).order_by("pk"))))


@contextmanager
def _snapshot() -> Iterator[None]:
    """Show one moment of the database, so that an order which changes meanwhile is not taken for wrong."""
    alias = alias_for("orders")
    with transaction.atomic(using=alias, durable=True):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _differences(batch: Sequence[Order]) -> Iterator[Fault]:
    events: dict[UUID, list[OrderEvent]] = defaultdict(list)
    for event in OrderEvent.objects.filter(order__in=batch).order_by("order_id", "version"):
        events[event.order_id].append(event)
    lines = {
        found["order_id"]: found
        for found in OrderLine.objects.filter(order__in=batch)
        .order_by()
        .values("order_id")
        .annotate(
            items=Sum("quantity"),
            subtotal=Sum("line_total_amount"),
            currencies=Count("line_total_currency", distinct=True),
        )
    }
    shipped = dict(
        ShipmentLine.objects.filter(shipment__order__in=batch)
        .values_list("shipment__order_id")
        .annotate(quantity=Sum("quantity"))
    )
    for row in batch:
        wrong = [*_history_faults(row, events[row.pk]), *_line_faults(row, lines.get(row.pk))]
        if row.shipped_count != shipped.get(row.pk, 0):
            wrong.append(f"shipped_count is {row.shipped_count}, its parcels hold {shipped.get(row.pk, 0)}")
        yield from (Fault(row.pk, row.number, sentence) for sentence in [*wrong, *_sum_faults(row)])


def _history_faults(row: Order, events: Sequence[OrderEvent]) -> Iterator[str]:
    if [event.version for event in events] != list(range(1, len(events) + 1)):
        yield f"history has versions {[event.version for event in events]}"
        return
    try:
        folded = _fold(events)
    except (ValueError, KeyError, CodecError) as error:
        yield f"history does not fold: {error}"
        return
    stored = read_state(row)
    for field in fields(OrderState):
        if getattr(folded, field.name) != getattr(stored, field.name):
            yield f"{field.name} is {getattr(stored, field.name)}, its history says {getattr(folded, field.name)}"


def _fold(events: Sequence[OrderEvent]) -> OrderState:
    state: OrderState | None = None
    for event in events:
        state = history.apply(state, history.read_fact(event.type, event.data))
    if state is None:
        raise ValueError("there is none")
    return state


def _line_faults(row: Order, lines: Mapping[str, object] | None) -> Iterator[str]:
    if lines is None:
        yield "it has no lines"
        return
    if lines["items"] != row.item_count:
        yield f"item_count is {row.item_count}, its lines hold {lines['items']}"
    if lines["subtotal"] != row.subtotal.amount or lines["currencies"] != 1:
        yield f"subtotal is {row.subtotal}, its lines add up to {lines['subtotal']}"


def _sum_faults(row: Order) -> Iterator[str]:
    total = row.subtotal - row.discount + row.shipping
    if not row.prices_include_tax:
        total = total + row.tax
    if total != row.total:
        yield f"total is {row.total}, its parts add up to {total}"
    if row.paid and row.paid != row.total:
        yield f"paid is {row.paid}, the order costs {row.total}"
    if row.refunded > row.paid:
        yield f"refunded is {row.refunded}, more than the {row.paid} that was paid"
