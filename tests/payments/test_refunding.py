"""Refunds: never more than was captured, sent once, and recorded whoever asked for them."""

import time

import pytest

from apps.kernel.errors import Invalid
from apps.kernel.money import Money
from apps.payments import api as payments
from apps.payments.gateways.stripe import StripeGateway
from apps.payments.models import Refund
from tests.payments.shop import euros

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PENDING, SUCCEEDED, FAILED = (
    payments.RefundStatus.PENDING,
    payments.RefundStatus.SUCCEEDED,
    payments.RefundStatus.FAILED,
)


def only_refund(payment):
    (refund,) = payments.list_refunds(order_id=payment.order_id)
    return refund


def test_refund_is_promised_first_and_then_sent(shop):
    payment = shop.paid()

    refund = shop.refund(payment, euros("30.00"))
    assert refund.status is PENDING
    assert shop.look(payment).refunded == euros("0")
    shop.work()

    assert only_refund(payment).status is SUCCEEDED
    assert shop.look(payment).refunded == euros("30.00")
    assert shop.events(payment) == ["payment_succeeded", "refund_succeeded"]
    shop.assert_ledgers_agree(payment)


def test_refund_without_an_amount_gives_back_all_that_is_left(shop):
    payment = shop.paid()
    shop.refund(payment, euros("30.00"))

    refund = shop.refund(payment, reference="rest")

    assert refund.amount == euros("54.90")


def test_same_reference_is_the_same_refund(shop):
    payment = shop.paid()

    assert shop.refund(payment, euros("30.00")) == shop.refund(payment, euros("30.00"))
    shop.work()

    assert shop.look(payment).refunded == euros("30.00")


def test_more_than_is_left_is_refused_also_while_the_rest_is_only_promised(shop):
    payment = shop.paid()
    shop.refund(payment, euros("80.00"))

    with pytest.raises(payments.RefundExceedsCaptured) as refused:
        shop.refund(payment, euros("4.91"), reference="second")

    assert refused.value.refundable == euros("4.90")


def test_unpaid_payment_has_nothing_to_refund(shop):
    with pytest.raises(payments.RefundExceedsCaptured):
        shop.refund(shop.open())


@pytest.mark.parametrize("amount", [Money("1", "USD"), Money("0", "EUR"), Money("-1", "EUR")])
def test_amount_that_makes_no_sense_is_refused(shop, amount):
    with pytest.raises(Invalid) as refused:
        shop.refund(shop.paid(), amount)

    assert refused.value.fields[0].field == "amount"


def test_crash_between_the_refund_and_its_record_sends_once(shop, monkeypatch):
    payment, really_refund = shop.paid(), StripeGateway.refund
    shop.refund(payment, euros("30.00"))

    def refund_then_die(self, *arguments, **named):
        really_refund(self, *arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(StripeGateway, "refund", refund_then_die)
        shop.work()
    assert only_refund(payment).status is PENDING
    shop.lease_ran_out(Refund)
    shop.work()

    assert only_refund(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


def test_refund_whose_answer_timed_out_is_sent_once(shop):
    payment = shop.paid()
    shop.refund(payment)
    shop.provider.add_fault("charge_then_timeout", seconds=5, times=2, match={"path": "/v1/refunds", "method": "POST"})

    shop.work()
    assert only_refund(payment).status is PENDING
    shop.due_now(Refund)
    shop.work()

    assert only_refund(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


def test_outage_of_the_provider_parks_no_refund(shop, settings):
    payment = shop.paid()
    shop.refund(payment)
    shop.provider.add_fault("error_500", times=3 * settings.MESSAGING["MAX_ATTEMPTS"], match={"path": "/v1/refunds"})

    for _ in range(3):
        shop.work()
        shop.due_now(Refund)

    waiting = Refund.objects.get(payment_id=payment.id)
    assert (waiting.parked_at, waiting.attempts) == (None, 0)


@pytest.mark.parametrize("executes", [True, False])
def test_failure_that_the_provider_stored_ends_in_one_refund(shop, executes):
    payment = shop.paid()
    shop.refund(payment, euros("30.00"))
    shop.provider.add_fault("error_500_replayed", executes=executes, match={"path": "/v1/refunds", "method": "POST"})

    for _ in range(2):
        shop.work()
        shop.due_now(Refund)

    assert only_refund(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


def test_refund_that_the_provider_refuses_has_failed_and_is_free_again(shop):
    payment = shop.paid()
    shop.provider.client().v1.refunds.create({"payment_intent": shop.row(payment).intent_id})

    refund = shop.refund(payment, euros("30.00"))
    shop.work()

    (found,) = [each for each in payments.list_refunds(order_id=payment.order_id) if each.id == refund.id]
    assert found.status is FAILED
    assert "refund_failed" in shop.events(payment)


def test_refund_made_at_the_provider_is_recorded_too(shop):
    payment = shop.paid()
    shop.provider.client().v1.refunds.create({"payment_intent": shop.row(payment).intent_id, "amount": 1000})

    for received in shop.webhooks(payment, "charge.refunded"):
        shop.deliver(received)
    shop.work()

    refund = only_refund(payment)
    assert (refund.status, refund.amount) == (SUCCEEDED, euros("10.00"))
    shop.assert_ledgers_agree(payment)
    with pytest.raises(payments.RefundExceedsCaptured):
        shop.refund(payment, euros("74.91"))


def test_refund_that_the_bank_sends_back_has_failed_after_all(shop):
    payment = shop.paid("pm_card_refundFail")
    shop.refund(payment)
    shop.work()
    assert only_refund(payment).status is SUCCEEDED

    for received in shop.webhooks(payment, "refund.failed"):
        shop.deliver(received)
    shop.work()

    assert only_refund(payment).status is FAILED
    assert shop.look(payment).refunded == euros("0")
    assert shop.events(payment) == ["payment_succeeded", "refund_succeeded", "refund_failed"]
    shop.assert_ledgers_agree(payment)


def test_refund_that_takes_its_time_is_pending_until_the_provider_tells(shop):
    payment = shop.paid("pm_card_pendingRefund")
    shop.refund(payment)
    shop.work()
    assert only_refund(payment).status is PENDING

    time.sleep(1.2)
    for received in shop.webhooks(payment, "refund.updated"):
        shop.deliver(received)
    shop.work()

    assert only_refund(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)
