"""What the mails say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from apps.kernel.address import Address
from apps.notifications.models import MailKind
from apps.orders import api as orders
from apps.web import tokens

LINK_DAYS = 180
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Subject, opening and next step of one kind of mail."""

    subject: str
    opening: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMail:
    """A mail ready to send."""

    subject: str
    text: str
    html: str


def write(*, kind: MailKind, order: orders.Order, facts: Facts) -> WrittenMail:
    """Return the mail of one kind about an order, as text and HTML that say the same."""
    words = _WORDS[kind](order, facts)
    context = {
        "words": words,
        "order": order,
        "addresses": _addresses(order),
        "shop": settings.SHOP_NAME,
        "link": _link(order),
    }
    return WrittenMail(
        subject=words.subject,
        text=render_to_string("notifications/mail.txt", context),
        html=render_to_string("notifications/mail.html", context),
    )


def _addresses(order: orders.Order) -> dict[str, Address]:
    delivery, invoice = order.shipping_address, order.billing_address
    return {"Delivery to": delivery} if invoice == delivery else {"Delivery to": delivery, "Invoice to": invoice}


def _link(order: orders.Order) -> str:
    """Return a signed link to the order's page, which works on every device."""
    token = tokens.sign(subject=str(order.id), purpose="order", days=LINK_DAYS)
    return f"{settings.STOREFRONT_URL}/orders/{order.id}/?token={token}"


def _placed(order: orders.Order, facts: Facts) -> Words:
    return Words(
        subject=f"We received your order {order.number}",
        opening=f"Thank you for your order {order.number}. We have set your items aside.",
        next_step="As soon as your payment arrives we start packing and write to you again.",
    )


def _paid(order: orders.Order, facts: Facts) -> Words:
    return Words(
        subject=f"Payment received for order {order.number}",
        opening=f"Your payment of {facts['amount']} for order {order.number} has arrived.",
        next_step="We are packing your order. You will get another mail when it leaves.",
    )


def _shipped(order: orders.Order, facts: Facts) -> Words:
    parcel = next((s for s in order.shipments if str(s.id) == facts["shipment_id"]), None)
    tracking = f" Its tracking number is {parcel.tracking_number}." if parcel and parcel.tracking_number else ""
    whole = "" if facts["complete"] else " The rest follows in another parcel."
    return Words(
        subject=f"Your order {order.number} is on its way",
        opening=f"A parcel with your order {order.number} has left.{tracking}",
        next_step=f"Follow it on your order's page.{whole}",
    )


_CANCELLED = {
    "customer": "as you asked",
    "staff": "by our team",
    "payment_deadline": "because no payment arrived in time",
    "out_of_stock": "because the items sold out before your payment arrived; we are sorry",
}


def _cancelled(order: orders.Order, facts: Facts) -> Words:
    why = _CANCELLED.get(facts["reason"], "")
    refund = "Your money is on its way back to you." if facts["was_paid"] else "You have not been charged."
    return Words(
        subject=f"Your order {order.number} was cancelled",
        opening=f"Your order {order.number} was cancelled {why}.".replace(" .", "."),
        next_step=refund,
    )


def _refunded(order: orders.Order, facts: Facts) -> Words:
    return Words(
        subject=f"Refund for your order {order.number}",
        opening=f"We have sent {facts['amount']} for order {order.number} back to you.",
        next_step="Depending on your bank it shows up within a few working days.",
    )


_WORDS: dict[MailKind, Callable[[orders.Order, Facts], Words]] = {
    MailKind.PLACED: _placed,
    MailKind.PAID: _paid,
    MailKind.SHIPPED: _shipped,
    MailKind.CANCELLED: _cancelled,
    MailKind.REFUNDED: _refunded,
}
