"""Published interface of payments: getting an order's money from a provider, and giving it back.

Payments never reads orders: whoever calls has checked that the order may be paid, by whom, and how much. No function that
talks to a provider may be called inside a transaction (NestedCommand). A payment's `status` moves forward only; that money
came is told by the event PaymentSucceeded, exactly once, also where the payment had been cancelled before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from apps.kernel.money import Money
from apps.payments import selectors
from apps.payments.contracts import (
    Balance,
    LedgerFault,
    Payment,
    PaymentStatus,
    ReconcileReport,
    Refund,
    RefundStatus,
    RefundsToSend,
)
from apps.payments.errors import (
    CardDeclined,
    InvalidSignature,
    PaymentInProgress,
    PaymentMismatch,
    PaymentNotFound,
    PaymentNotPayable,
    ProviderRefused,
    ProviderUnavailable,
    RefundExceedsCaptured,
    RefundMadeGood,
    RefundMismatch,
    RefundNotFound,
    TooManyDeclines,
    UnknownProvider,
)
from apps.payments.gateways import manual, registry
from apps.payments.services import (
    closing,
    confirming,
    declines,
    fetching,
    making_good,
    opening,
    reconciling,
    recording,
    refunding,
    verifying,
    webhooks,
)

__all__ = [
    "Balance",
    "CardDeclined",
    "InvalidSignature",
    "LedgerFault",
    "Payment",
    "PaymentInProgress",
    "PaymentMismatch",
    "PaymentNotFound",
    "PaymentNotPayable",
    "PaymentStatus",
    "ProviderRefused",
    "ProviderUnavailable",
    "ReconcileReport",
    "Refund",
    "RefundExceedsCaptured",
    "RefundMadeGood",
    "RefundMismatch",
    "RefundNotFound",
    "RefundStatus",
    "RefundsToSend",
    "TooManyDeclines",
    "UnknownProvider",
    "confirm_payment",
    "count_refunds_to_send",
    "find_order_ids",
    "get_balances",
    "get_own_payment",
    "get_payment",
    "list_payments",
    "list_providers",
    "list_refunds",
    "open_payment",
    "receive_webhook",
    "reconcile",
    "record_manual_payment",
    "record_manual_refund",
    "record_transfer_of_failed_refund",
    "refresh_payment",
    "request_refund",
    "send_failed_refund_again",
    "verify_payments",
    "void_payment",
    "write_transfer_instructions",
]


def list_providers() -> tuple[str, ...]:
    """Return the names of the providers that the settings offer, the default first ("stripe", "manual")."""
    return registry.list_names()


def write_transfer_instructions(*, amount: Money, reference: str) -> str:
    """Return what a buyer is told who sends this amount by bank transfer: account, amount and reference, a fact on a line.

    In the active language. `reference` is the name the buyer knows the order by. Blank where the shop offers no transfer.
    """
    account = registry.bank_account()
    return manual.write_instructions(account, amount=amount, reference=reference) if account.iban else ""


def open_payment(
    *,
    order_id: UUID,
    amount: Money,
    provider: str,
    deadline: datetime,
    return_url: str | None,
    cancel_url: str | None,
    description: str,
    email: str,
    reference: str,
    customer_id: UUID | None = None,
    client_network: str = "",
) -> Payment:
    """Return the order's open payment of this amount, provider, kind and way back, opening it at the provider where there is none.

    With `return_url` the buyer pays on the provider's page (`redirect_url`) and comes back there; the caller has checked that
    it leads to the shop. Without it a client pays with `client_secret`, or by `confirm_payment`. `cancel_url` is where the
    page leads who gives up. `deadline` (aware) bounds the page's life, within what the provider allows. `description` is
    shown to the buyer; `reference` is the name they know the order by (its number), quoted in a bank transfer. `email`
    (may be empty) goes to the provider only. `customer_id` is the owner whom `get_own_payment` lets in besides the holder
    of the order's token. `client_network` is the address that declined cards are counted by, as `web.limits.client_network`
    gives it; empty where they are not to be. Only a digest of it is kept, while the payment is open.

    An order has one open payment: one of another amount, provider or kind, or a page that leads elsewhere, is closed at its
    provider first. Where the money has come, or turns out to have, and was not given back, the payment it came with is returned
    instead (`status` succeeded). A repeat after a crash or a time-out resumes with the same key and body.

    Raises UnknownProvider, Invalid (`amount`: the provider cannot charge exactly that), ProviderRefused, PaymentInProgress
    (another request has the order's turn for more than five seconds, or the open payment is under way and cannot be
    replaced), TooManyDeclines (of this account or address; never for a bank transfer) and ProviderUnavailable (repeat the call).
    """
    kind = registry.get_gateway(provider).kind_for(return_url=return_url or "")
    wanted = opening.Wanted(
        order_id=order_id,
        customer_id=customer_id,
        provider=provider,
        kind=kind,
        amount=amount,
        deadline=deadline,
        return_url=return_url or "",
        cancel_url=cancel_url or "",
        description=description,
        reference=reference,
        email=email,
        client=declines.address_digest(client_network),
    )
    return selectors.to_payment(opening.open_payment(wanted))


def confirm_payment(
    *,
    payment_id: UUID,
    order_id: UUID,
    payment_method: str,
    idempotency_reference: str,
    return_url: str | None = None,
    client_network: str = "",
) -> Payment:
    """Pay an order's payment with a provider's token (such as "pm_card_visa") and return the payment.

    `idempotency_reference` names this attempt: a repeat asks the provider under the same key and cannot charge twice; another
    card needs another reference. `status` may be requires_action: the buyer goes to `redirect_url` and comes back to
    `return_url` (default settings.PAYMENT_RETURN_URL). `client_network` is as in `open_payment`.

    Raises CardDeclined (the payment is back at requires_payment_method), PaymentNotFound, PaymentNotPayable (paid by another
    attempt, closed, or of a kind that takes no token), Invalid (`payment_method`), TooManyDeclines (of this card, account or
    address: nothing was tried), PaymentInProgress and ProviderUnavailable (repeat with the same reference).
    """
    row = confirming.confirm_payment(
        payment_id=payment_id,
        order_id=order_id,
        payment_method=payment_method,
        idempotency_reference=idempotency_reference,
        return_url=return_url,
        client=declines.address_digest(client_network),
    )
    return selectors.to_payment(row)


def get_payment(*, payment_id: UUID) -> Payment:
    """Return a payment as we know it, without asking the provider. Raises PaymentNotFound."""
    return selectors.to_payment(selectors.get_payment(payment_id=payment_id))


def get_own_payment(*, payment_id: UUID, customer_id: UUID | None, order_id: UUID | None) -> Payment:
    """Return a payment to who owns it: the customer it was opened for, or who holds the token of its order.

    `customer_id` is who is signed in, `order_id` what a verified order token names; None for neither. Raises PaymentNotFound
    for everybody else's.
    """
    row = selectors.get_own_payment(payment_id=payment_id, customer_id=customer_id, order_id=order_id)
    return selectors.to_payment(row)


def find_order_ids(*, reference: str) -> tuple[UUID, ...]:
    """Return the orders whose payment or refund a provider knows by this id (such as "pi_3Pq..."), or we by that of the payment."""
    return selectors.find_order_ids(reference=reference)


def get_balances(*, order_ids: Collection[UUID]) -> tuple[Balance, ...]:
    """Return the money of every payment that came in for these orders; one query."""
    return selectors.get_balances(order_ids=order_ids)


def list_payments(*, order_id: UUID) -> tuple[Payment, ...]:
    """Return the payments of an order, newest first. One query."""
    return selectors.list_payments(order_id=order_id)


def list_refunds(*, order_id: UUID) -> tuple[Refund, ...]:
    """Return the refunds of all payments of an order, oldest first. One query."""
    return selectors.list_refunds(order_id=order_id)


def refresh_payment(*, payment_id: UUID) -> Payment:
    """Ask the provider how a payment stands, apply it and return it; for the buyer's return. A paid one is returned as it is.

    Raises PaymentNotFound, PaymentMismatch (the provider holds another amount: nothing was applied) and ProviderUnavailable.
    """
    return selectors.to_payment(fetching.refresh_payment(payment_id=payment_id))


def void_payment(*, payment_id: UUID) -> Payment:
    """Make a payment impossible to pay and return what became of it; a repeat changes nothing.

    `status` succeeded means that the money came first (PaymentSucceeded is published); an open status means that the provider
    has it under way and cannot let go now: call again later. Raises PaymentNotFound, PaymentInProgress, PaymentMismatch and
    ProviderUnavailable.
    """
    return selectors.to_payment(closing.void_payment(payment_id=payment_id))


def request_refund(*, payment_id: UUID, amount: Money | None, reason: str, reference: str, actor: str) -> Refund:
    """Promise to give money back and return the pending refund; it is sent at once by a worker, that of a bank
    transfer by staff, who then call `record_manual_refund`.

    `amount` None means all that is left. `reference` (1-255 characters) is the caller's own id: a repeat returns the same
    refund. `reason` is kept to 500 characters, `actor` says who asked. The outcome is told by RefundSucceeded or RefundFailed.

    Raises PaymentNotFound, RefundMismatch (the reference is a refund of another amount), RefundExceedsCaptured (over what was
    captured and is not refunded or promised) and Invalid (`amount`: another currency, nothing, or not what the provider can send).
    """
    refund_id = refunding.request_refund(
        payment_id=payment_id, amount=amount, reason=reason, reference=reference, actor=actor
    )
    return selectors.get_refund(refund_id=refund_id)


def record_manual_payment(*, payment_id: UUID, actor: str, note: str = "") -> Payment:
    """Record that a bank transfer arrived in full, also after the payment was cancelled; a repeat changes nothing.

    Raises PaymentNotFound and PaymentNotPayable (a payment that is not by bank transfer).
    """
    return selectors.to_payment(recording.record_manual_payment(payment_id=payment_id, actor=actor, note=note))


def record_manual_refund(*, refund_id: UUID, actor: str, note: str = "") -> Refund:
    """Record that staff sent a refund by bank transfer and return it, succeeded; RefundSucceeded is told now. A repeat changes nothing.

    Raises RefundNotFound (no such refund of a bank transfer).
    """
    recording.record_manual_refund(refund_id=refund_id, actor=actor, note=note)
    return selectors.get_refund(refund_id=refund_id)


def send_failed_refund_again(*, refund_id: UUID, actor: str) -> Refund:
    """Ask the provider once more to give back the money of a refund that failed, and return the refund made in its place.

    A repeat returns the same one. Raises RefundNotFound (no such refund that failed), RefundMadeGood, RefundExceedsCaptured.
    """
    return selectors.get_refund(refund_id=making_good.send_again(refund_id=refund_id, actor=actor))


def record_transfer_of_failed_refund(*, refund_id: UUID, actor: str, note: str = "") -> Refund:
    """Record that staff transferred the money of a refund that the provider could not give back, and return the refund made in its
    place, succeeded; RefundSucceeded is told now. A repeat changes nothing.

    Raises RefundNotFound (no such refund that failed), RefundMadeGood, RefundExceedsCaptured.
    """
    return selectors.get_refund(
        refund_id=making_good.record_transfer(refund_id=refund_id, actor=actor, note=note),
    )


def count_refunds_to_send() -> RefundsToSend:
    """Return how many refunds wait for staff to send them. One query."""
    return selectors.count_refunds_to_send()


def receive_webhook(*, provider: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Verify a provider's webhook over its raw body and keep it, once per event; a worker applies it.

    Returning means that it may be answered with 2xx. Raises UnknownProvider, InvalidSignature (forged, changed or older
    than five minutes) and Invalid.
    """
    webhooks.receive_webhook(provider=provider, body=body, headers=headers)


def reconcile() -> tuple[ReconcileReport, ...]:
    """Fetch events the providers could not deliver, and look up payments nothing was heard about; one report per provider.

    Runs for half a minute at most and goes on next time, also where a provider is down now.
    """
    return tuple(reconciling.reconcile(provider=name) for name in registry.list_names())


def verify_payments(*, since: datetime | None) -> Iterator[LedgerFault]:
    """Yield every payment whose balances are not the sums of its ledger, and those made since then that their provider has otherwise.

    With `since` None no provider is asked; else each payment costs one or two calls. Changes nothing. Raises
    ProviderUnavailable.
    """
    yield from verifying.verify_rows()
    if since is not None:
        yield from verifying.verify_at_provider(since=since)
