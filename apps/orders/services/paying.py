"""Beginning a payment: who may pay, how much, until when, and where the provider may send the browser back to."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from apps.brand import api as brand
from apps.inventory import api as inventory
from apps.kernel.errors import Invalid
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.orders import selectors
from apps.orders.contracts import OrderStatus, Viewer
from apps.orders.errors import NotPayable, NotRefundable, OrderNotFound
from apps.orders.history import DeadlineExtended
from apps.orders.models import Order
from apps.orders.services.cancelling import actor_of
from apps.orders.services.recording import record
from apps.orders.services.steps import wake_saga
from apps.payments import api as payments


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a payment is opened with."""

    number: str
    customer_id: UUID | None
    amount: Money
    deadline: datetime
    email: str
    reservation: str
    extended_seconds: int | None


def start_payment(
    *,
    order_id: UUID,
    viewer: Viewer,
    provider: str | None,
    return_url: str | None,
    cancel_url: str | None,
    client_network: str,
) -> payments.Payment:
    """Check under the lock, then call the provider outside it; a payment opened for an order that ended meanwhile is voided."""
    provider = _require_provider(provider)
    for name, url in (("return_url", return_url), ("cancel_url", cancel_url)):
        _require_own_url(name, url)
    terms = _agree(order_id=order_id, viewer=viewer, provider=provider)
    if terms.extended_seconds:
        _hold_longer(terms.reservation, terms.extended_seconds)
    payment = payments.open_payment(
        order_id=order_id,
        amount=terms.amount,
        provider=provider,
        deadline=terms.deadline,
        return_url=return_url,
        cancel_url=cancel_url,
        description=f"{brand.get_brand().name} {terms.number}",
        email=terms.email,
        reference=terms.number,
        customer_id=terms.customer_id,
        client_network=client_network,
    )
    if not Order.objects.filter(pk=order_id, status=OrderStatus.AWAITING_PAYMENT.value).exists():
        payments.void_payment(payment_id=payment.id)
        raise NotPayable(_("Order %(number)s ended while the payment was being opened.") % {"number": terms.number})
    return payment


def _hold_longer(reservation: str, seconds: int) -> None:
    """Keep the stock until the new deadline; where it is lost already, the saga reserves again when the money comes."""
    with suppress(inventory.ReservationLost):
        inventory.extend_reservation(reference=reservation, expires_in_seconds=seconds)


def _require_provider(provider: str | None) -> str:
    offered = payments.list_providers()
    if provider is None:
        return offered[0]
    if provider not in offered:
        raise payments.UnknownProvider.field(
            "provider", "unknown_provider", f"{provider!r} is not one of {', '.join(offered)}."
        )
    return provider


def _require_own_url(name: str, url: str | None) -> None:
    """Refuse to let a provider's page send a buyer anywhere but to this shop or its own app (open redirect)."""
    if url is not None and not _is_own(url):
        raise Invalid.field(
            name, "foreign_url", f"{url!r} does not lead to this shop; use {settings.STOREFRONT_URL}/..."
        )


def _is_own(url: str) -> bool:
    # Browsers read "\\" as "/" and drop control characters, so a URL with either may lead elsewhere than it parses to.
    if "\\" in url or any(ord(character) <= 32 or ord(character) == 127 for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    own = urlsplit(settings.STOREFRONT_URL)
    return (parts.scheme, parts.netloc) == (own.scheme, own.netloc) or parts.scheme in settings.APP_URL_SCHEMES


@messaging.command
def _agree(*, order_id: UUID, viewer: Viewer, provider: str) -> Terms:
    """Check owner, state and deadline under the order's lock, and give the chosen way to pay the time it takes."""
    locked = Order.objects.select_for_update(no_key=True, of=("self",)).select_related("contact")
    found = locked.annotate(asked_at=Now()).filter(pk=order_id).first()
    row = selectors.require_visible(found, viewer)
    asked_at: datetime = vars(row)["asked_at"]
    if row.status != OrderStatus.AWAITING_PAYMENT.value:
        raise NotPayable(_("Order %(number)s does not wait for a payment.") % {"number": row.number})
    if row.payment_deadline <= asked_at:
        raise NotPayable(_("The time to pay order %(number)s is over.") % {"number": row.number})
    deadline = row.placed_at + timedelta(seconds=settings.PAYMENT_DEADLINE_SECONDS[provider])
    longer = deadline > row.payment_deadline
    if longer:
        record(row, DeadlineExtended(provider=provider, payment_deadline=deadline), actor=actor_of(viewer))
        wake_saga(order_id=row.pk)
    return Terms(
        number=row.number,
        customer_id=row.customer_id,
        amount=row.total,
        deadline=row.payment_deadline,
        email=row.contact.email,
        reservation=row.reservation,
        extended_seconds=int((deadline - asked_at).total_seconds()) if longer else None,
    )


def refund_order(*, order_id: UUID, amount: Money | None, reason: str, reference: str, actor: str) -> payments.Refund:
    row = Order.objects.filter(pk=order_id).first()
    if row is None:
        raise OrderNotFound(f"There is no order {order_id}.")
    if row.payment_id is None or not row.paid:
        raise NotRefundable(f"No money of order {row.number} was received.")
    return refund_payment(payment_id=row.payment_id, amount=amount, reason=reason, reference=reference, actor=actor)


def refund_payment(
    *, payment_id: UUID, amount: Money | None, reason: str, reference: str, actor: str
) -> payments.Refund:
    return payments.request_refund(
        payment_id=payment_id, amount=amount, reason=reason, reference=reference, actor=actor
    )
