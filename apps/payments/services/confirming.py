"""Confirming a payment on the server with a provider's token.

The provider's key is `payment:<id>:confirm:<digest of the caller's reference and token>`: the same request asks again under
the same key, another card is another key. The digest is committed before the call.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.conf import settings

from apps.messaging import api as messaging
from apps.payments.contracts import PaymentKind, PaymentStatus
from apps.payments.errors import CardDeclined, PaymentNotFound, PaymentNotPayable, ProviderRefused, ProviderUnavailable
from apps.payments.gateways.base import Snapshot
from apps.payments.gateways.errors import StoredFailure
from apps.payments.gateways.registry import get_gateway
from apps.payments.models import Payment
from apps.payments.services import declines
from apps.payments.services.applying import apply_snapshot, lock_payment
from apps.payments.services.fetching import refresh
from apps.payments.services.turns import turn

_CONFIRMABLE = (PaymentStatus.REQUIRES_PAYMENT_METHOD.value, PaymentStatus.REQUIRES_ACTION.value)


def confirm_payment(
    *,
    payment_id: UUID,
    order_id: UUID,
    payment_method: str,
    idempotency_reference: str,
    return_url: str | None,
    client: str,
) -> Payment:
    back_to = return_url or settings.PAYMENT_RETURN_URL.replace("{order_id}", str(order_id))
    parts = (idempotency_reference, payment_method, back_to)
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    with turn(order_id=order_id):
        row = _begin(payment_id=payment_id, order_id=order_id, digest=digest, client=client)
        if not row.is_open:
            return row
        if declines.is_any_card_refused():
            declines.refuse_card(get_gateway(row.provider).fingerprint_of(payment_method))
        return _confirm(row, payment_method=payment_method, return_url=back_to, digest=digest)


@messaging.command
def _begin(*, payment_id: UUID, order_id: UUID, digest: str, client: str) -> Payment:
    """Commit which confirmation is about to be sent; a repeat of the one that succeeded gets the payment."""
    row = lock_payment(payment_id=payment_id)
    if row.order_id != order_id:
        raise PaymentNotFound(f"Order {order_id} has no payment {payment_id}.")
    if row.status == PaymentStatus.SUCCEEDED.value and row.confirmation == digest:
        return row
    if row.kind != PaymentKind.INTENT.value:
        raise PaymentNotPayable(f"Payment {row.pk} is not paid by token: it is paid {_WHERE[row.kind]}.")
    if row.status not in _CONFIRMABLE or row.opened_at is None:
        raise PaymentNotPayable(f"Payment {row.pk} is {row.status}.")
    account = declines.account_digest(customer_id=row.customer_id, order_id=row.order_id)
    declines.refuse_payer(kind=row.kind, account=account, address=client)
    row.confirmation, row.client = digest, client
    row.save(update_fields=["confirmation", "client"])
    return row


_WHERE = {
    PaymentKind.CHECKOUT.value: "on the provider's page (redirect_url)",
    PaymentKind.MANUAL.value: "by bank transfer (instructions)",
}


def _confirm(row: Payment, *, payment_method: str, return_url: str, digest: str) -> Payment:
    gateway, key = get_gateway(row.provider), f"payment:{row.pk}:confirm:{digest[:32]}"
    try:
        snapshot = gateway.confirm(row.handle, payment_method=payment_method, return_url=return_url, key=key)
    except ProviderRefused as refused:
        return _after_refusal(row, refused)
    except StoredFailure as failure:
        found = refresh(row)
        if found.status not in _CONFIRMABLE:
            return found
        # Seen unpaid, so this is safe under another key: the provider lets an intent be paid once, whatever the key.
        snapshot = _again(found, failure, payment_method=payment_method, return_url=return_url, key=f"{key}:again")
    return _applied(row, snapshot)


def _again(row: Payment, failure: StoredFailure, *, payment_method: str, return_url: str, key: str) -> Snapshot:
    gateway = get_gateway(row.provider)
    try:
        return gateway.confirm(row.handle, payment_method=payment_method, return_url=return_url, key=key)
    except ProviderRefused as refused:
        raise ProviderUnavailable(failure.detail) from refused


def _after_refusal(row: Payment, refused: ProviderRefused) -> Payment:
    """The payment's state forbids it: return what it came to, where that is an end, else say why."""
    found = refresh(row)
    if found.status == PaymentStatus.SUCCEEDED.value:
        return found
    raise PaymentNotPayable(f"Payment {row.pk} is {found.status}: {refused.detail}") from refused


def _applied(row: Payment, snapshot: Snapshot) -> Payment:
    applied = apply_snapshot(payment_id=row.pk, snapshot=snapshot)
    if snapshot.status is PaymentStatus.REQUIRES_PAYMENT_METHOD and snapshot.decline_code:
        raise CardDeclined(snapshot.decline_detail, decline_code=snapshot.decline_code)
    return applied
