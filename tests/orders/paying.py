"""Money in tests: real payments by bank transfer, which needs no provider, and what staff and the clock do about them."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from apps.kernel.money import Money
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.payments import api as payments
from apps.web.pagination import PageParams
from tests.orders.making import STAFF


def start(order: orders.Order, *, viewer: orders.Viewer = STAFF) -> payments.Payment:
    return orders.start_payment(order_id=order.id, viewer=viewer, provider="manual")


def open_another(order: orders.Order, amount: Money | None = None) -> payments.Payment:
    """Open a payment past orders' own checks, as a second tab did before the first was paid."""
    return payments.open_payment(
        order_id=order.id,
        amount=amount or order.total,
        provider="manual",
        deadline=order.placed_at,
        return_url=None,
        cancel_url=None,
        description="another",
        email="",
        reference=order.number,
    )


def arrive(payment: payments.Payment) -> None:
    """The money is there; nothing has been told about it yet."""
    payments.record_manual_payment(payment_id=payment.id, actor="staff:test")


def pay(order: orders.Order) -> payments.Payment:
    payment = start(order)
    arrive(payment)
    deliver_all()
    return payment


def settle() -> None:
    """Deliver everything, with staff sending back whatever is owed."""
    deliver_all()
    for order in orders.search_orders(params=PageParams(limit=100)).items:
        for refund in payments.list_refunds(order_id=order.id):
            payments.record_manual_refund(refund_id=refund.id, actor="staff:test")
    deliver_all()


def refunded(payment: payments.Payment) -> Money:
    return payments.get_payment(payment_id=payment.id).refunded


def pass_deadline(order_id: UUID | str) -> None:
    """Let the time to pay run out, as the database sees it, in row and history alike."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET payment_deadline = statement_timestamp() WHERE id = %s", [order_id])
        cursor.execute(
            "UPDATE orders_ordersaga SET next_run_at = statement_timestamp() WHERE order_id = %s", [order_id]
        )


def facts(order_id: UUID) -> list[str]:
    return [
        entry.data["fact"] if entry.type == "noted" else entry.type for entry in orders.get_history(order_id=order_id)
    ]
