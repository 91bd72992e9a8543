"""Opening a payment: a committed row first, then the provider under a key derived from it, then what it answered.

A crash or a time-out in between leaves the row; the next request finds it and asks again with the same key and body. Keys
are `payment:<id>:create`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.kernel import clock
from apps.kernel.codec import decode, encode
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.payments.contracts import PaymentKind, PaymentStatus
from apps.payments.errors import PaymentInProgress, PaymentNotPayable, ProviderRefused, ProviderUnavailable
from apps.payments.gateways.base import Handle, Opening
from apps.payments.gateways.errors import StoredFailure
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import OPEN_STATUSES, Payment, amount_columns
from apps.payments.services import declines
from apps.payments.services.applying import apply_snapshot, lock_payment
from apps.payments.services.closing import close
from apps.payments.services.fetching import refresh
from apps.payments.services.turns import turn

# Stripe's page lives from 30 minutes to 24 hours; https://docs.stripe.com/api/checkout/sessions/create.
_SHORTEST_PAGE: Final = timedelta(minutes=31)
_LONGEST_PAGE: Final = timedelta(hours=23, minutes=55)
# Stripe forgets a key after 24 hours; https://docs.stripe.com/api/idempotent_requests.
_KEY_LIFETIME: Final = timedelta(hours=23)
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The payment that an order asks for."""

    order_id: UUID
    customer_id: UUID | None
    provider: str
    kind: PaymentKind
    amount: Money
    deadline: datetime
    return_url: str
    cancel_url: str
    description: str
    reference: str
    email: str
    client: str

    @property
    def account(self) -> str:
        """Return the digest of who pays."""
        return declines.account_digest(customer_id=self.customer_id, order_id=self.order_id)


def open_payment(wanted: Wanted) -> Payment:
    """Return the order's open payment as wanted, opening it where there is none; see `api.open_payment`."""
    get_gateway(wanted.provider).check_amount(wanted.amount)
    with turn(order_id=wanted.order_id):
        for _round in range(_ROUNDS):
            row, is_new = _find_or_insert(wanted)
            if row.status == PaymentStatus.SUCCEEDED.value:
                return row
            answered = row.opened_at is not None or not _fits(row, wanted)
            settled = _settle(row, wanted) if answered else _open(row, is_new=is_new)
            if settled:
                return settled
    raise ProviderUnavailable(_("%(provider)s does not open a payment; try again.") % {"provider": wanted.provider})


@messaging.command
def _find_or_insert(wanted: Wanted) -> tuple[Payment, bool]:
    # The whole amount that came and is kept pays the order, also while its event is still on the way there: nobody is to pay again.
    amount = amount_columns(wanted.amount)
    paid = Q(status=PaymentStatus.SUCCEEDED.value, captured_total__gt=F("refunded_total"), **amount)
    found = Payment.objects.filter(paid | Q(status__in=OPEN_STATUSES), order_id=wanted.order_id)
    rows = sorted(found, key=lambda row: row.is_open)
    if not rows or rows[0].is_open:
        declines.refuse_payer(kind=wanted.kind.value, account=wanted.account, address=wanted.client)
    if rows:
        return rows[0], False
    payment_id = uuid7()
    opening = _opening_of(wanted, payment_id=payment_id)
    row = Payment(
        id=payment_id,
        order_id=wanted.order_id,
        customer_id=wanted.customer_id,
        provider=wanted.provider,
        kind=wanted.kind.value,
        status=PaymentStatus.REQUIRES_PAYMENT_METHOD.value,
        **amount,
        opening=encode(opening),
        expires_at=opening.expires_at if wanted.kind is PaymentKind.CHECKOUT else None,
        return_url=wanted.return_url,
        cancel_url=wanted.cancel_url,
        deadline=wanted.deadline,
        client=wanted.client,
        created_at=clock.now(),
    )
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        raise PaymentInProgress(_("Another request is opening a payment of this order; try again.")) from error
    return row, True


def _fits(row: Payment, wanted: Wanted) -> bool:
    if (row.provider, row.kind, row.amount) != (wanted.provider, wanted.kind.value, wanted.amount):
        return False
    # A page leads back where it was opened for; only pages lead anywhere.
    leads_to = (row.return_url, row.cancel_url)
    return wanted.kind is not PaymentKind.CHECKOUT or leads_to == (wanted.return_url, wanted.cancel_url)


def _settle(row: Payment, wanted: Wanted) -> Payment | None:
    """Return the open payment where it serves, or what it became where it cannot be replaced; None to look again."""
    if not _fits(row, wanted):
        row = close(row)
    elif row.expires_at and row.expires_at <= clock.now():
        row = refresh(row)
    else:
        return row
    if row.is_open:
        raise PaymentInProgress(_("The order's payment is under way at the provider and cannot be replaced now."))
    return row if row.status == PaymentStatus.SUCCEEDED.value else None


def _open(row: Payment, *, is_new: bool) -> Payment | None:
    """Ask the provider; None where this row will never open and a new one must.

    What an earlier request asked for may be refused by now, such as a page that was to close too soon.
    """
    if row.created_at < clock.now() - _KEY_LIFETIME:
        _give_up(payment_id=row.pk)
        return None
    try:
        snapshot = get_gateway(row.provider).open(decode(Opening, row.opening), key=f"payment:{row.pk}:create")
    except StoredFailure:
        # Whatever the provider made has a secret that nobody was given, so it can never be paid.
        _give_up(payment_id=row.pk)
        return None
    except ProviderRefused:
        _give_up(payment_id=row.pk)
        if is_new:
            raise
        return None
    opened = apply_snapshot(payment_id=row.pk, snapshot=snapshot)
    if not opened.is_open and opened.status != PaymentStatus.SUCCEEDED.value:
        raise PaymentNotPayable(f"Payment {row.pk} was {opened.status} meanwhile.")
    return opened


@messaging.command
def _give_up(*, payment_id: UUID) -> None:
    row = lock_payment(payment_id=payment_id)
    if row.is_open and row.opened_at is None:
        row.status, row.opening = PaymentStatus.FAILED.value, {}
        row.save()


def _opening_of(wanted: Wanted, *, payment_id: UUID) -> Opening:
    now = clock.now()
    expires_at = min(max(wanted.deadline, now + _SHORTEST_PAGE), now + _LONGEST_PAGE)
    return Opening(
        handle=Handle(payment_id=payment_id, order_id=wanted.order_id),
        kind=wanted.kind,
        amount=wanted.amount,
        description=wanted.description,
        reference=wanted.reference,
        email=wanted.email,
        return_url=wanted.return_url,
        cancel_url=wanted.cancel_url,
        expires_at=expires_at,
    )
