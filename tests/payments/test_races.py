"""Real threads on real PostgreSQL and a real provider process: every race has one winner and one charge."""

import collections
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from apps.kernel.ids import uuid7
from apps.messaging import work
from apps.payments import api as payments
from apps.payments.models import Payment, Refund
from tests.payments.sandbox.checkout import choose
from tests.payments.shop import DECLINED, RETURN_URL, euros

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SUCCEEDED, CANCELLED = payments.PaymentStatus.SUCCEEDED, payments.PaymentStatus.CANCELLED


def at_once(calls):
    """Run all calls from one starting line, each on its own connection; return results or what they raised."""
    line = threading.Barrier(len(calls))

    def run(call):
        line.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def kinds(outcomes):
    return collections.Counter(type(outcome).__name__ for outcome in outcomes)


def test_one_open_payment_however_many_ask_for_it(shop):
    order_id = uuid7()

    outcomes = at_once([partial(shop.open, order_id=order_id) for _ in range(6)])

    assert kinds(outcomes) == {"Payment": 6}
    assert len({payment.id for payment in outcomes}) == 1
    assert Payment.objects.filter(order_id=order_id).count() == 1


def test_page_and_intent_asked_for_at_once_leave_one_that_can_be_paid(shop):
    order_id = uuid7()

    at_once([partial(shop.open, order_id=order_id, return_url=url) for url in (None, RETURN_URL, None, RETURN_URL)])

    statuses = collections.Counter(payment.status.value for payment in payments.list_payments(order_id=order_id))
    assert statuses["requires_payment_method"] == 1
    assert set(statuses) <= {"requires_payment_method", "cancelled"}


def test_two_tabs_with_two_cards_pay_once(shop):
    payment = shop.open()

    outcomes = at_once([partial(shop.confirm, payment, key=f"tab-{number}") for number in range(4)])

    assert kinds(outcomes) == {"Payment": 1, "PaymentNotPayable": 3}
    shop.assert_ledgers_agree(payment)
    assert shop.events(payment) == ["payment_succeeded"]


def test_six_tabs_that_each_open_and_confirm_pay_once(shop):
    order_id = uuid7()

    def pay(number):
        return shop.confirm(shop.open(order_id=order_id), key=f"tab-{number}")

    outcomes = at_once([partial(pay, number) for number in range(6)])

    assert kinds(outcomes)["Payment"] == 1
    (payment,) = payments.list_payments(order_id=order_id)
    shop.assert_ledgers_agree(payment)


def test_one_confirmation_sent_five_times_at_once_has_one_answer(shop):
    payment = shop.open()

    outcomes = at_once([partial(shop.confirm, payment) for _ in range(5)])

    assert {outcome.status for outcome in outcomes} == {SUCCEEDED}
    shop.assert_ledgers_agree(payment)


def test_good_and_bad_card_at_once_end_paid_once(shop):
    payment = shop.open()

    outcomes = at_once(
        [partial(shop.confirm, payment, key="good"), partial(shop.confirm, payment, DECLINED, key="bad")]
    )

    assert kinds(outcomes)["Payment"] == 1
    assert shop.look(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


@pytest.mark.parametrize("attempt", range(3))
def test_void_against_confirmation_has_one_winner(shop, attempt):
    payment = shop.open()

    at_once([partial(payments.void_payment, payment_id=payment.id), partial(shop.confirm, payment)])

    found = shop.look(payment)
    assert (found.status, len(shop.charges(payment.order_id))) in {(CANCELLED, 0), (SUCCEEDED, 1)}
    shop.assert_ledgers_agree(payment)


@pytest.mark.parametrize("attempt", range(3))
def test_void_against_the_providers_page_has_one_winner(shop, attempt):
    payment = shop.open(return_url=RETURN_URL)

    at_once([partial(payments.void_payment, payment_id=payment.id), partial(choose, payment.redirect_url, "approve")])

    found = shop.look(payment)
    assert (found.status, len(shop.charges(payment.order_id))) in {(CANCELLED, 0), (SUCCEEDED, 1)}
    shop.assert_ledgers_agree(payment)


def test_money_seen_by_many_at_once_is_booked_once(shop):
    payment = shop.open(return_url=RETURN_URL)
    choose(payment.redirect_url, "approve")

    outcomes = at_once([partial(payments.refresh_payment, payment_id=payment.id) for _ in range(6)])

    assert {outcome.status for outcome in outcomes} == {SUCCEEDED}
    assert shop.events(payment) == ["payment_succeeded"]
    shop.assert_ledgers_agree(payment)


def test_two_staff_refunding_at_once_cannot_give_back_more_than_came(shop):
    payment = shop.paid()

    outcomes = at_once([partial(shop.refund, payment, euros("50.00"), f"staff-{number}") for number in range(4)])

    assert kinds(outcomes) == {"Refund": 1, "RefundExceedsCaptured": 3}


def test_one_refund_asked_for_many_times_at_once_is_one(shop):
    payment = shop.paid()

    outcomes = at_once([partial(shop.refund, payment, euros("50.00")) for _ in range(4)])

    assert len({refund.id for refund in outcomes}) == 1
    assert Refund.objects.filter(payment_id=payment.id).count() == 1


def test_refunds_sent_by_many_workers_and_told_by_webhooks_are_booked_once(shop):
    payment = shop.paid()
    for number in range(4):
        shop.refund(payment, euros("10.00"), f"part-{number}")

    at_once([partial(work.drive, name="payments.send_refund") for _ in range(3)])
    for received in shop.webhooks(payment, "refund.created", count=4):
        shop.deliver(received)
    at_once([partial(work.drive, name="payments.apply_webhook") for _ in range(3)])

    assert shop.look(payment).refunded == euros("40.00")
    assert shop.events(payment) == ["payment_succeeded", *["refund_succeeded"] * 4]
    shop.assert_ledgers_agree(payment)


def test_one_webhook_five_times_at_once_is_kept_once(shop):
    payment = shop.paid()
    (received,) = shop.webhooks(payment, "payment_intent.succeeded")

    outcomes = at_once([partial(shop.deliver, received) for _ in range(5)])
    shop.work()

    assert outcomes == [None] * 5
    assert shop.events(payment) == ["payment_succeeded"]


def test_another_request_waits_its_turn_and_is_then_told_to_come_back(shop, monkeypatch):
    from apps.payments.services import turns

    monkeypatch.setattr(turns, "_WAIT_SECONDS", 0.2)
    payment = shop.open()
    shop.provider.add_fault("slow", seconds=1.5, match={"path": "/v1/payment_intents/*/confirm"})

    outcomes = at_once([partial(shop.confirm, payment, key=key) for key in ("first", "second")])

    assert kinds(outcomes) == {"Payment": 1, "PaymentInProgress": 1}
    (busy,) = [outcome for outcome in outcomes if isinstance(outcome, payments.PaymentInProgress)]
    assert busy.retry_after == 1


def test_failed_refund_is_made_good_once_by_whoever_tries_in_whichever_way(shop):
    payment = shop.paid("pm_card_refundFail")
    shop.refund(payment, euros("30.00"))
    shop.work()
    for received in shop.webhooks(payment, "refund.failed"):
        shop.deliver(received)
    shop.work()
    (failed,) = payments.list_refunds(order_id=payment.order_id)
    ways = [payments.send_failed_refund_again, payments.record_transfer_of_failed_refund]

    outcomes = at_once([partial(way, refund_id=failed.id, actor="staff:1") for way in ways * 3])

    assert kinds(outcomes) == {"Refund": 3, "RefundMadeGood": 3}
    assert len({outcome.id for outcome in outcomes if isinstance(outcome, payments.Refund)}) == 1
    assert Refund.objects.filter(payment_id=payment.id).count() == 2
