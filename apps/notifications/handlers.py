"""Reactions: a mail for each fact of an order or a password, a hint to whoever is watching, a word to who waits for stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from apps.accounts.events import PasswordChanged, PasswordResetRequested
from apps.inventory.contracts import StockStatus
from apps.inventory.events import AvailabilityChanged
from apps.messaging import api as messaging
from apps.notifications.contracts import AccountMailKind, MailKind
from apps.notifications.services import account_mails, hints, mails, stock_notices
from apps.orders.events import (
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
    OrderUpdated,
)
from apps.payments.events import TransferChosen

OrderFact = OrderPlaced | OrderPaid | OrderShipped | OrderDelivered | OrderCancelled | OrderRefunded
F = TypeVar("F", bound=OrderFact)


@messaging.subscribe(OrderPlaced, consumer="notifications.mail_placed", batch=True)
def mail_placed(events: Sequence[OrderPlaced]) -> None:
    """Confirm the order."""
    _queue(MailKind.PLACED, events, lambda event: {})


@messaging.subscribe(TransferChosen, consumer="notifications.mail_transfer")
def mail_transfer(event: TransferChosen) -> None:
    """Say where to send the money."""
    facts = {"amount": str(event.amount)}
    mails.queue([mails.new(kind=MailKind.TRANSFER, order_id=event.order_id, about=event.payment_id, facts=facts)])


@messaging.subscribe(OrderPaid, consumer="notifications.mail_paid", batch=True)
def mail_paid(events: Sequence[OrderPaid]) -> None:
    """Confirm the payment."""
    _queue(MailKind.PAID, events, lambda event: {"amount": str(event.amount)})


@messaging.subscribe(OrderShipped, consumer="notifications.mail_shipped", batch=True)
def mail_shipped(events: Sequence[OrderShipped]) -> None:
    """Say that a parcel left."""
    _queue(MailKind.SHIPPED, events, lambda event: {"shipment_id": str(event.shipment_id), "complete": event.complete})


@messaging.subscribe(OrderCancelled, consumer="notifications.mail_cancelled", batch=True)
def mail_cancelled(events: Sequence[OrderCancelled]) -> None:
    """Say that and why the order ended."""
    _queue(MailKind.CANCELLED, events, lambda event: {"reason": event.reason, "was_paid": event.was_paid})


@messaging.subscribe(OrderRefunded, consumer="notifications.mail_refunded", batch=True)
def mail_refunded(events: Sequence[OrderRefunded]) -> None:
    """Say that money went back."""
    _queue(MailKind.REFUNDED, events, lambda event: {"amount": str(event.amount)})


def _queue(kind: MailKind, events: Sequence[F], facts_of: Callable[[F], Mapping[str, Any]]) -> None:
    mails.queue(
        mails.new(kind=kind, order_id=event.order_id, about=event.version, facts=facts_of(event)) for event in events
    )


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
    batch=True,
)
def hint_viewers(events: Sequence[OrderFact | OrderUpdated]) -> None:
    """Nudge the orders' sockets."""
    for event in events:
        hints.hint(order_id=event.order_id, version=event.version)


@messaging.subscribe(AvailabilityChanged, consumer="notifications.tell_who_waits", batch=True)
def tell_who_waits(events: Sequence[AvailabilityChanged]) -> None:
    """Write to whoever waits for what is back in stock."""
    if back := [event.variant_id for event in events if event.status is not StockStatus.OUT]:
        stock_notices.make_due(variant_ids=back)


@messaging.subscribe(PasswordResetRequested, consumer="notifications.mail_password_reset")
def mail_password_reset(event: PasswordResetRequested) -> None:
    """Send the link, where there is an account."""
    if event.customer_id:
        account_mails.queue(
            kind=AccountMailKind.PASSWORD_RESET,
            customer_id=event.customer_id,
            about=event.request_id,
            language=event.language,
        )


@messaging.subscribe(PasswordChanged, consumer="notifications.mail_password_changed")
def mail_password_changed(event: PasswordChanged) -> None:
    """Tell whose password it is."""
    account_mails.queue(
        kind=AccountMailKind.PASSWORD_CHANGED,
        customer_id=event.customer_id,
        about=event.change_id,
        language=event.language,
    )
