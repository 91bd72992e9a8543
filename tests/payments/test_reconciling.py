"""The reconciler: what no webhook told is found out all the same."""

from datetime import timedelta

import pytest

from apps.kernel import clock
from apps.payments import api as payments
from apps.payments.models import Payment, WebhookEvent
from tests.payments.sandbox.checkout import choose
from tests.payments.shop import RETURN_URL

pytestmark = pytest.mark.django_db
SUCCEEDED = payments.PaymentStatus.SUCCEEDED


@pytest.fixture(autouse=True)
def _events_are_missed_at_once(settings):
    settings.PAYMENT_RECONCILE_AFTER_SECONDS = 0


def paid_in_silence(shop):
    """Return a payment that was paid while every webhook about it was lost."""
    payment = shop.open(return_url=RETURN_URL)
    shop.provider.add_fault("webhook_lost", times=20, match={"metadata": {"payment_id": str(payment.id)}})
    choose(payment.redirect_url, "approve")
    return payment


def test_lost_webhooks_are_fetched_and_applied(shop):
    payment = paid_in_silence(shop)

    report = payments.reconcile()[0]
    shop.work()

    assert report.missed_events >= 1
    assert shop.look(payment).status is SUCCEEDED
    assert shop.events(payment) == ["payment_succeeded"]
    shop.assert_ledgers_agree(payment)


def test_missed_events_are_fetched_once(shop):
    paid_in_silence(shop)

    payments.reconcile()
    kept = WebhookEvent.objects.count()

    assert payments.reconcile()[0].missed_events == 0
    assert WebhookEvent.objects.count() == kept


def test_open_payment_nothing_was_heard_of_is_looked_up(shop, caplog):
    payment = paid_in_silence(shop)
    shop.heard_nothing_for_long()

    report = payments.reconcile()[0]

    assert (report.checked, report.drifted) == (1, 1)
    assert shop.look(payment).status is SUCCEEDED
    assert "drifted" in caplog.text


def test_fresh_and_closed_payments_are_left_alone(shop, settings):
    settings.PAYMENT_RECONCILE_AFTER_SECONDS = 120
    shop.open()
    shop.paid()

    assert payments.reconcile()[0].checked == 0


def test_payment_that_is_as_we_know_it_is_no_drift_and_waits_its_turn(shop, settings):
    settings.PAYMENT_RECONCILE_AFTER_SECONDS = 120
    shop.open()
    shop.heard_nothing_for_long()

    assert (payments.reconcile()[0].checked, payments.reconcile()[0].checked) == (1, 0)


def test_expired_page_cancels_its_payment(shop):
    payment = shop.open(return_url=RETURN_URL)
    shop.provider.client().v1.checkout.sessions.expire(shop.row(payment).session_id)
    shop.heard_nothing_for_long()

    payments.reconcile()

    assert shop.look(payment).status is payments.PaymentStatus.CANCELLED


def test_refund_that_was_decided_in_silence_is_found(shop):
    payment = shop.paid("pm_card_pendingRefund")
    shop.refund(payment)
    shop.work()
    shop.wait_for_refund(payment)
    shop.heard_nothing_for_long()

    payments.reconcile()

    assert payments.list_refunds(order_id=payment.order_id)[0].status is payments.RefundStatus.SUCCEEDED
    shop.assert_ledgers_agree(payment)


def test_payment_that_cannot_be_applied_does_not_hold_up_the_others(shop):
    wrong, paid = shop.open(), paid_in_silence(shop)
    intents, intent_id = shop.provider.client().v1.payment_intents, shop.row(wrong).intent_id
    intents.update(intent_id, {"amount": 100})
    intents.confirm(intent_id, {"payment_method": "pm_card_visa", "return_url": RETURN_URL})
    shop.heard_nothing_for_long()

    payments.reconcile()

    assert shop.look(paid).status is SUCCEEDED
    assert Payment.objects.get(pk=wrong.id).status == "requires_payment_method"


def test_outage_of_the_provider_is_no_error(shop, caplog):
    shop.provider.add_fault("error_500", times=3)

    report = payments.reconcile()[0]

    assert (report.provider, report.checked) == ("stripe", 0)
    assert "not reconciled now" in caplog.text


def test_handled_events_are_forgotten_after_two_months_and_waiting_ones_never(shop):
    payment = shop.paid()
    shop.deliver(shop.webhooks(payment, "payment_intent.succeeded")[0])
    waiting = shop.webhooks(shop.paid(), "payment_intent.succeeded")[0]
    shop.work()
    shop.deliver(waiting)
    WebhookEvent.objects.update(received_at=clock.now() - timedelta(days=61))
    kept = WebhookEvent.objects.get(outcome="waiting").pk

    payments.reconcile()

    assert list(WebhookEvent.objects.filter(received_at__lt=clock.now() - timedelta(days=60))) == [
        WebhookEvent(pk=kept)
    ]


def test_event_that_is_no_news_asks_the_provider_nothing(shop):
    payment = shop.paid()
    shop.deliver(shop.webhooks(payment, "payment_intent.succeeded")[0])
    shop.provider.add_fault("error_500", match={"path": "/v1/payment_intents/*", "method": "GET"})

    shop.work()

    assert WebhookEvent.objects.get().outcome == "applied"
