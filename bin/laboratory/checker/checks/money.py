"""I3 and I6: the provider's ledger and the shop's are the same, every cent has its order, and nobody pays twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Groups, Run, tell_move
from laboratory.checker.tables import Order, Payment, Refund

_SIGN: Final = {"charge": 1, "refund": -1, "refund_failure": 1, "void": 0}
# How the provider counts: https://docs.stripe.com/currencies.
_ZERO_DECIMAL: Final = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE_DECIMAL: Final = frozenset("BHD JOD KWD OMR TND".split())


def _minor(amount: Decimal, currency: str) -> int:
    decimals = 0 if currency in _ZERO_DECIMAL else 3 if currency in _THREE_DECIMAL else 2
    return int(amount.scaleb(decimals))


def _kept_at_provider(lines: Iterable[dict[str, Any]]) -> int:
    return sum(_SIGN[line["kind"]] * line["amount"] for line in lines)


def _kept(run: Run, order: Order) -> int:
    """Return what was taken for an order and not given back, in minor units: by the provider's ledger, by the shop's for transfers."""
    transferred = sum(
        _SIGN[row.kind] * _minor(row.amount_amount, row.amount_currency)
        for payment in run.payments_of[order.id]
        for row in run.transactions_of[payment.id]
        if row.provider != "stripe"
    )
    return _kept_at_provider(run.ledger_of[order.id]) + transferred


def _taken_back(run: Run, order: Order) -> tuple[int, int]:
    """Return what the provider took back of its refunds, in minor units: of the order's own payment, and of those it did not need."""
    booked = {row.reference for row in run.transactions_of[order.payment_id]}
    failures = [line for line in run.ledger_of[order.id] if line["kind"] == "refund_failure"]
    own = sum(line["amount"] for line in failures if line["object"] in booked)
    return own, sum(line["amount"] for line in failures) - own


@check("I3", over=lambda run: run.orders.values())
def money_fits_the_order(run: Run, order: Order) -> Iterator[Violation]:
    """The provider kept an order's total less what was refunded of it; of one that ended or was never paid, nothing.

    What it took back of its refunds may wait for staff to send it in another way, where the order says that it did not go back.
    """
    is_paid = order.status in ("processing", "shipped", "delivered")
    came = order.total_amount if is_paid else order.paid_amount
    told = _minor(came - order.refunded_amount, order.total_currency)
    own, unneeded = _taken_back(run, order)
    kept, due = _kept(run, order), told if is_paid else min(told, own)
    if not due <= kept <= due + unneeded:
        detail = f"{kept} {order.total_currency} (minor units) were kept, {due} are the shop's"
        witness = run.tell_order(order.id) + run.tell_events(order.id) + run.tell_ledger(order.id)
        witness += run.tell_calls(order.id, "pay", "cancel", "refund")
        yield Violation(
            subject=f"order {order.id}",
            detail=detail,
            witness=witness,
            figure="cents_unaccounted",
            amount=abs(kept - due),
        )


@check("I3", over=lambda run: [order_id for order_id in run.ledger_of if order_id not in run.orders])
def money_has_an_order(run: Run, order_id: str | None) -> Iterator[Violation]:
    """No money moves at the provider for an order that does not exist."""
    lines = run.ledger_of[order_id]
    detail = f"{_kept_at_provider(lines)} (minor units) were kept for no order"
    yield Violation(
        subject=f"order {order_id}",
        detail=detail,
        witness=[tell_move(line) for line in lines],
        figure="cents_unaccounted",
        amount=abs(_kept_at_provider(lines)),
    )


@check("I3", over=lambda run: sorted({order_id for order_id in (*run.ledger_of, *run.payments_of) if order_id}))
def ledgers_agree(run: Run, order_id: str) -> Iterator[Violation]:
    """The provider's ledger and the shop's hold the same movements of money, one by one and to the cent."""
    theirs = Counter(
        (line["kind"], line["object"], line["amount"], line["currency"].upper())
        for line in run.ledger_of[order_id]
        if line["kind"] != "void"
    )
    ours = Counter(
        (row.kind, row.reference, _minor(row.amount_amount, row.amount_currency), row.amount_currency)
        for payment in run.payments_of[order_id]
        for row in run.transactions_of[payment.id]
        if row.provider == "stripe" and row.kind != "void"
    )
    if theirs != ours:
        only = [f"only the provider has {move}" for move in theirs - ours] + [
            f"only the shop has {move}" for move in ours - theirs
        ]
        witness = run.tell_order(order_id) + run.tell_ledger(order_id)
        yield Violation(subject=f"order {order_id}", detail="; ".join(only), witness=witness)


@check("I3", over=lambda run: run.rows[Payment])
def balance_is_the_ledger(run: Run, payment: Payment) -> Iterator[Violation]:
    """What a payment says was captured and refunded is the sum of the shop's ledger, and no more went back than came."""
    rows = run.transactions_of[payment.id]
    captured = sum((row.amount_amount for row in rows if row.kind == "charge"), Decimal(0))
    refunded = -sum((_SIGN[row.kind] * row.amount_amount for row in rows if row.kind.startswith("refund")), Decimal(0))
    if (captured, refunded) != (payment.captured_total, payment.refunded_total) or refunded > captured:
        detail = f"captured {payment.captured_total} and refunded {payment.refunded_total}, its ledger {captured} and {refunded}"
        yield Violation(subject=f"payment {payment.id}", detail=detail, witness=run.tell_ledger(payment.order_id))


@check("I3", over=lambda run: run.rows[Refund])
def refund_has_ended(run: Run, refund: Refund) -> Iterator[Violation]:
    """After all is quiet, every refund that was asked for has come to an end."""
    if refund.status == "pending":
        detail = f"{refund.amount_amount} asked for as {refund.reference!r} is still on its way"
        yield Violation(subject=f"refund {refund.id}", detail=detail, witness=[f"of payment {refund.payment_id}"])


def _intents(run: Run) -> list[tuple[str, list[dict[str, Any]]]]:
    return sorted(Groups(run.ledger, itemgetter("payment_intent")).items())


@check("I3", over=_intents)
def no_more_goes_back_than_came(run: Run, intent: tuple[str, list[dict[str, Any]]]) -> Iterator[Violation]:
    """No more is given back of a payment at the provider than was taken by it."""
    name, lines = intent
    if _kept_at_provider(lines) < 0:
        detail = f"{-_kept_at_provider(lines)} (minor units) more were given back than taken"
        yield Violation(subject=f"payment {name}", detail=detail, witness=[tell_move(line) for line in lines])


@check("I6", over=lambda run: sorted(order_id for order_id in run.ledger_of if order_id))
def one_capture_per_order(run: Run, order_id: str) -> Iterator[Violation]:
    """At most one payment of an order is captured at the provider, and that once."""
    charges = [line for line in run.ledger_of[order_id] if line["kind"] == "charge"]
    if len(charges) > 1:
        witness = [tell_move(line) for line in charges] + run.tell_calls(order_id, "start_payment", "pay")
        yield Violation(subject=f"order {order_id}", detail=f"{len(charges)} charges", witness=witness)
