"""Reactions to orders: a mail for each fact a buyer wants to know, a hint to whoever is watching."""

from __future__ import annotations

from apps.messaging import api as messaging
from apps.notifications.contracts import MailKind
from apps.notifications.services import hints, mails
from apps.orders.events import (
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
    OrderUpdated,
)


@messaging.subscribe(OrderPlaced, consumer="notifications.mail_placed")
def mail_placed(event: OrderPlaced) -> None:
    """Confirm the order."""
    mails.queue(kind=MailKind.PLACED, order_id=event.order_id, version=event.version)


@messaging.subscribe(OrderPaid, consumer="notifications.mail_paid")
def mail_paid(event: OrderPaid) -> None:
    """Confirm the payment."""
    facts = {"amount": str(event.amount)}
    mails.queue(kind=MailKind.PAID, order_id=event.order_id, version=event.version, facts=facts)


@messaging.subscribe(OrderShipped, consumer="notifications.mail_shipped")
def mail_shipped(event: OrderShipped) -> None:
    """Say that a parcel left."""
    facts = {"shipment_id": str(event.shipment_id), "complete": event.complete}
    mails.queue(kind=MailKind.SHIPPED, order_id=event.order_id, version=event.version, facts=facts)


@messaging.subscribe(OrderCancelled, consumer="notifications.mail_cancelled")
def mail_cancelled(event: OrderCancelled) -> None:
    """Say that and why the order ended."""
    facts = {"reason": event.reason, "was_paid": event.was_paid}
    mails.queue(kind=MailKind.CANCELLED, order_id=event.order_id, version=event.version, facts=facts)


@messaging.subscribe(OrderRefunded, consumer="notifications.mail_refunded")
def mail_refunded(event: OrderRefunded) -> None:
    """Say that money went back."""
    facts = {"amount": str(event.amount)}
    mails.queue(kind=MailKind.REFUNDED, order_id=event.order_id, version=event.version, facts=facts)


@messaging.subscribe(
    OrderPlaced,
    OrderPaid,
    OrderShipped,
    OrderDelivered,
    OrderCancelled,
    OrderRefunded,
    OrderUpdated,
    consumer="notifications.hint_viewers",
    projection=True,
)
def hint_viewers(
    event: OrderPlaced | OrderPaid | OrderShipped | OrderDelivered | OrderCancelled | OrderRefunded | OrderUpdated,
) -> None:
    """Nudge the order's sockets."""
    hints.hint(order_id=event.order_id, version=event.version)
