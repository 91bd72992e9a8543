"""Bank transfers: instructions for the buyer, staff record the money."""

import pytest
from django.utils import translation

from apps.payments import api as payments
from apps.payments.models import PaymentTransaction
from tests.payments.shop import euros

pytestmark = pytest.mark.django_db


@pytest.fixture
def transfer(shop):
    return shop.open(provider="manual")


def test_buyer_is_told_how_much_to_send_where_and_with_which_reference(transfer):
    for told in ("€84.90", "Northfold GmbH", "DE02 1203 0000 0000 2020 51", "BYLADEM1001", "N-1001"):
        assert told in transfer.instructions
    assert transfer.status is payments.PaymentStatus.PROCESSING


@pytest.mark.parametrize(
    ("language", "told"),
    [("de", ("Kontoinhaber: ", "84,90\xa0€")), ("fr", ("Titulaire du compte\xa0: ", "84,90\xa0€"))],
)
def test_account_is_told_in_the_language_of_who_asks(shop, language, told):
    with translation.override(language):
        text = payments.write_transfer_instructions(amount=shop.amount, reference="1282")

    for words in (*told, "DE02 1203 0000 0000 2020 51", "1282"):
        assert words in text


def test_no_account_is_told_where_the_shop_takes_no_transfers(shop, settings):
    settings.BANK_TRANSFER_IBAN = ""

    assert payments.write_transfer_instructions(amount=shop.amount, reference="1282") == ""


def test_choosing_a_transfer_is_told_once_however_often_it_is_asked_for(shop, transfer):
    again = shop.open(order_id=transfer.order_id, provider="manual")

    assert again.id == transfer.id
    assert shop.events(transfer) == ["transfer_chosen"]


def test_money_that_staff_saw_is_captured_with_their_name(shop, transfer):
    paid = payments.record_manual_payment(payment_id=transfer.id, actor="mia@shop.test", note="statement 12")

    assert (paid.status, paid.captured) == (payments.PaymentStatus.SUCCEEDED, shop.amount)
    entry = PaymentTransaction.objects.get(payment_id=transfer.id)
    assert (entry.kind, entry.amount, entry.actor, entry.note) == (
        "charge",
        shop.amount,
        "mia@shop.test",
        "statement 12",
    )
    assert shop.events(transfer) == ["transfer_chosen", "payment_succeeded"]


def test_recording_it_twice_changes_nothing(shop, transfer):
    first, second = (payments.record_manual_payment(payment_id=transfer.id, actor="mia") for _ in range(2))

    assert first == second
    assert shop.events(transfer) == ["transfer_chosen", "payment_succeeded"]


def test_cancelled_at_once_and_late_money_still_counts(shop, transfer):
    assert payments.void_payment(payment_id=transfer.id).status is payments.PaymentStatus.CANCELLED

    late = payments.record_manual_payment(payment_id=transfer.id, actor="mia")

    assert late.status is payments.PaymentStatus.SUCCEEDED
    assert shop.events(transfer) == ["transfer_chosen", "payment_cancelled", "payment_succeeded"]


def test_refund_waits_until_staff_have_sent_it_and_is_told_then_once(shop, transfer):
    payments.record_manual_payment(payment_id=transfer.id, actor="mia")
    refund = shop.refund(transfer, euros("4.90"))
    shop.work()
    shop.work()

    assert shop.look(transfer).refunded == euros("0.00")
    assert "refund_succeeded" not in shop.events(transfer)
    assert payments.count_refunds_to_send().transfers == 1

    for _ in range(2):
        sent = payments.record_manual_refund(refund_id=refund.id, actor="mia@shop.test", note="statement 13")
        assert sent.status is payments.RefundStatus.SUCCEEDED
    assert shop.look(transfer).refunded == euros("4.90")
    assert shop.events(transfer).count("refund_succeeded") == 1
    assert payments.count_refunds_to_send().transfers == 0
    entry = PaymentTransaction.objects.get(payment_id=transfer.id, kind="refund")
    assert (entry.actor, entry.note) == ("mia@shop.test", "statement 13")


def test_repeat_of_a_refund_with_another_amount_is_refused(shop, transfer):
    payments.record_manual_payment(payment_id=transfer.id, actor="mia")
    shop.refund(transfer, euros("4.90"))

    with pytest.raises(payments.RefundMismatch, match=r"4\.90 EUR goes back"):
        shop.refund(transfer, euros("5.90"))


def test_refund_recorded_before_its_work_item_ran_stays_sent(shop, transfer):
    payments.record_manual_payment(payment_id=transfer.id, actor="mia")
    refund = shop.refund(transfer, euros("4.90"))
    payments.record_manual_refund(refund_id=refund.id, actor="mia")

    shop.work()

    assert shop.look(transfer).refunded == euros("4.90")


def test_refund_of_a_card_is_not_recorded_by_hand(shop):
    refund = shop.refund(shop.paid(), euros("4.90"))

    with pytest.raises(payments.RefundNotFound):
        payments.record_manual_refund(refund_id=refund.id, actor="mia")


def test_card_payment_cannot_be_recorded_by_hand(shop):
    with pytest.raises(payments.PaymentNotPayable):
        payments.record_manual_payment(payment_id=shop.open().id, actor="mia")


def test_bank_transfer_takes_no_card(shop, transfer):
    with pytest.raises(payments.PaymentNotPayable, match="instructions"):
        shop.confirm(transfer)


def test_buyer_may_change_from_transfer_to_card(shop, transfer):
    card = shop.open(order_id=transfer.order_id)

    assert shop.look(transfer).status is payments.PaymentStatus.CANCELLED
    assert card.client_secret


def test_ledger_refuses_changes(shop):
    from django.db import DatabaseError, transaction

    payment = shop.paid()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PaymentTransaction.objects.filter(payment_id=payment.id).update(note="changed")


def test_reconciler_leaves_bank_transfers_alone(transfer):
    manual = payments.reconcile()[-1]

    assert (manual.checked, manual.drifted) == (0, 0)
