"""The one path: however often and in whatever order a provider's history is told, it ends the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.kernel.ids import uuid7
from apps.payments import api as payments
from apps.payments.contracts import PaymentStatus, RefundStatus
from apps.payments.gateways.base import Charge, ProviderRefund, Snapshot
from apps.payments.models import Payment, PaymentTransaction, Refund
from apps.payments.services.applying import apply_snapshot
from tests.payments.shop import euros

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
AMOUNT, PART = euros("84.90"), euros("30.00")


def open_row():
    """A payment that the provider has opened, as `open_payment` leaves it."""
    return Payment.objects.create(
        order_id=uuid7(),
        provider="stripe",
        kind="intent",
        status="requires_payment_method",
        amount=AMOUNT,
        opened_at=START,
        intent_id=f"pi_{uuid7()}",
        deadline=START + timedelta(hours=1),
    )


def history(row, *, cancelled=False, refund=None):
    """What the provider says, look after look: declined, at the bank, then paid and refunded, or cancelled."""
    charge = Charge(reference=f"ch_{row.pk}", amount=AMOUNT)
    looks = [
        {"status": PaymentStatus.REQUIRES_PAYMENT_METHOD, "decline_code": "generic_decline"},
        {"status": PaymentStatus.REQUIRES_ACTION, "redirect_url": "https://bank.test"},
    ]
    if cancelled:
        looks.append({"status": PaymentStatus.CANCELLED})
    else:
        looks.append({"status": PaymentStatus.SUCCEEDED, "charge": charge})
        for status in refund or ():
            told = ProviderRefund(reference=f"re_{row.pk}", refund_id=None, amount=PART, status=status)
            looks.append({"status": PaymentStatus.SUCCEEDED, "charge": charge, "refunds": (told,)})
    return [
        Snapshot(taken_at=START + timedelta(seconds=number), amount=AMOUNT, intent_id=row.intent_id, **look)
        for number, look in enumerate(looks)
    ]


def outcome(row):
    found = Payment.objects.get(pk=row.pk)
    rows = PaymentTransaction.objects.filter(payment=row)
    net = sum(
        {"charge": 1, "refund": -1, "refund_failure": 1}.get(entry.kind, 0) * entry.amount.minor for entry in rows
    )
    refunds = [(refund.status, refund.amount) for refund in Refund.objects.filter(payment=row)]
    return found.status, found.captured, found.refunded, net, refunds


PENDING, DONE, FAILED = RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED
HISTORIES = {
    "cancelled": {"cancelled": True},
    "paid": {},
    "refunded": {"refund": (PENDING, DONE)},
    "refund came back": {"refund": (PENDING, DONE, FAILED)},
    "refund refused": {"refund": (PENDING, FAILED)},
}


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(HISTORIES)), data=st.data())
def test_any_order_and_number_of_looks_ends_as_the_history_does(db, name, data):
    straight, shuffled = open_row(), open_row()
    for snapshot in history(straight, **HISTORIES[name]):
        apply_snapshot(payment_id=straight.pk, snapshot=snapshot)

    looks = history(shuffled, **HISTORIES[name])
    told = data.draw(st.permutations(looks + data.draw(st.lists(st.sampled_from(looks), max_size=4))))
    for snapshot in told:
        apply_snapshot(payment_id=shuffled.pk, snapshot=snapshot)

    assert outcome(shuffled) == outcome(straight)


@pytest.mark.parametrize("looks", [(0, 1), (1, 0)])
def test_older_look_at_an_open_payment_does_not_undo_a_newer_one(looks):
    row = open_row()
    snapshots = history(row)[:2]

    for number in looks:
        apply_snapshot(payment_id=row.pk, snapshot=snapshots[number])

    found = payments.get_payment(payment_id=row.pk)
    assert (found.status, found.redirect_url) == (PaymentStatus.REQUIRES_ACTION, "https://bank.test")


def test_end_is_followed_although_a_clock_that_was_ahead_dated_the_look_before():
    row = open_row()
    early, late = START + timedelta(minutes=10), START + timedelta(seconds=5)
    look = {"amount": AMOUNT, "intent_id": row.intent_id}
    apply_snapshot(
        payment_id=row.pk, snapshot=Snapshot(taken_at=early, status=PaymentStatus.REQUIRES_PAYMENT_METHOD, **look)
    )

    apply_snapshot(payment_id=row.pk, snapshot=Snapshot(taken_at=late, status=PaymentStatus.CANCELLED, **look))

    assert payments.get_payment(payment_id=row.pk).status is PaymentStatus.CANCELLED


def test_authorisation_that_is_let_go_is_noted_without_moving_money():
    row = open_row()
    looks = [{"status": PaymentStatus.AUTHORISED}, {"status": PaymentStatus.CANCELLED}]

    for seconds, look in enumerate(looks):
        taken_at = START + timedelta(seconds=seconds)
        apply_snapshot(
            payment_id=row.pk, snapshot=Snapshot(taken_at=taken_at, amount=AMOUNT, intent_id=row.intent_id, **look)
        )

    (entry,) = PaymentTransaction.objects.filter(payment=row)
    assert (entry.kind, entry.amount) == ("void", AMOUNT)
    assert payments.get_payment(payment_id=row.pk).captured == euros("0")


@pytest.mark.parametrize(
    "foreign",
    [
        {"amount": euros("1.00")},
        {"intent_id": "pi_of_another"},
        {"charge": Charge(reference="ch_1", amount=euros("1.00"))},
    ],
)
def test_what_is_not_ours_changes_nothing(foreign):
    row = open_row()
    paid = {
        "taken_at": START,
        "status": PaymentStatus.SUCCEEDED,
        "amount": AMOUNT,
        "intent_id": row.intent_id,
        "charge": Charge(reference="ch_1", amount=AMOUNT),
    }

    with pytest.raises(payments.PaymentMismatch):
        apply_snapshot(payment_id=row.pk, snapshot=Snapshot(**paid | foreign))

    assert outcome(row) == ("requires_payment_method", euros("0"), euros("0"), 0, [])


def test_second_charge_of_one_payment_is_for_staff_to_look_at():
    row = open_row()
    *_, paid = history(row)
    apply_snapshot(payment_id=row.pk, snapshot=paid)
    again = Snapshot(
        taken_at=START,
        status=PaymentStatus.SUCCEEDED,
        amount=AMOUNT,
        intent_id=row.intent_id,
        charge=Charge(reference="ch_other", amount=AMOUNT),
    )

    with pytest.raises(payments.PaymentMismatch):
        apply_snapshot(payment_id=row.pk, snapshot=again)
