"""Voiding: what is given up cannot be paid any more, and money that came first is kept in mind."""

import pytest

from apps.payments import api as payments
from tests.payments.sandbox.checkout import choose
from tests.payments.shop import DECLINED, RETURN_URL, euros

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CANCELLED, SUCCEEDED = payments.PaymentStatus.CANCELLED, payments.PaymentStatus.SUCCEEDED


@pytest.mark.parametrize("return_url", [None, RETURN_URL])
def test_voided_payment_cannot_be_paid_at_the_provider(shop, return_url):
    payment = shop.open(return_url=return_url)

    voided = payments.void_payment(payment_id=payment.id)

    assert (voided.status, voided.client_secret, voided.redirect_url) == (CANCELLED, None, None)
    if return_url:
        choose(payment.redirect_url, "approve")
    else:
        with pytest.raises(payments.PaymentNotPayable):
            shop.confirm(payment)
    assert shop.charges(payment.order_id) == []
    assert shop.events(payment) == ["payment_cancelled"]


def test_repeat_of_a_void_changes_nothing(shop):
    payment = shop.open()

    first, second = (payments.void_payment(payment_id=payment.id) for _ in range(2))

    assert first == second
    assert shop.events(payment) == ["payment_cancelled"]


def test_page_with_a_declined_attempt_is_voided_with_its_intent(shop):
    payment = shop.open(return_url=RETURN_URL)
    choose(payment.redirect_url, "decline")

    assert payments.void_payment(payment_id=payment.id).status is CANCELLED
    assert shop.provider.client().v1.payment_intents.retrieve(shop.row(payment).intent_id).status == "canceled"


def test_intent_with_a_declined_attempt_is_voided(shop):
    payment = shop.open()
    with pytest.raises(payments.CardDeclined):
        shop.confirm(payment, DECLINED)

    assert payments.void_payment(payment_id=payment.id).status is CANCELLED


def test_money_that_came_before_the_void_wins(shop):
    payment = shop.open(return_url=RETURN_URL)
    choose(payment.redirect_url, "approve")

    voided = payments.void_payment(payment_id=payment.id)

    assert (voided.status, voided.captured) == (SUCCEEDED, shop.amount)
    assert shop.events(payment) == ["payment_succeeded"]
    shop.assert_ledgers_agree(payment)


def test_void_whose_answer_was_lost_is_found_out_by_the_repeat(shop):
    payment = shop.open()
    shop.provider.add_fault("charge_then_timeout", seconds=5, times=2, match={"path": "/v1/payment_intents/*/cancel"})
    with pytest.raises(payments.ProviderUnavailable):
        payments.void_payment(payment_id=payment.id)
    shop.provider.clear_faults()

    assert payments.void_payment(payment_id=payment.id).status is CANCELLED


def test_payment_that_the_provider_never_answered_about_is_given_up_here(shop):
    shop.provider.add_fault("error_500", times=3, match={"path": "/v1/payment_intents"})
    with pytest.raises(payments.ProviderUnavailable):
        shop.open()
    (waiting,) = [row for row in shop.rows() if row.opened_at is None]

    assert payments.void_payment(payment_id=waiting.pk).status is CANCELLED
    assert shop.open(order_id=waiting.order_id).id != waiting.pk


def test_money_that_comes_after_the_cancellation_is_still_told_of(shop):
    """No call of ours leads here; whatever does, money is never lost sight of."""
    payment = shop.open()
    intent_id = shop.row(payment).intent_id
    shop.rows().filter(pk=payment.id).update(status="cancelled")

    shop.provider.client().v1.payment_intents.confirm(
        intent_id, {"payment_method": "pm_card_visa", "return_url": RETURN_URL}
    )
    late = payments.refresh_payment(payment_id=payment.id)

    assert (late.status, late.captured) == (SUCCEEDED, shop.amount)
    assert shop.events(payment) == ["payment_succeeded"]


def test_wrong_amount_at_the_provider_can_be_cancelled(shop):
    payment = shop.open()
    shop.provider.client().v1.payment_intents.update(shop.row(payment).intent_id, {"amount": 100})

    assert payments.void_payment(payment_id=payment.id).status is CANCELLED


def test_wrong_amount_at_the_provider_is_never_paid(shop, caplog):
    payment = shop.open()
    shop.provider.client().v1.payment_intents.update(shop.row(payment).intent_id, {"amount": 100})

    with pytest.raises(payments.PaymentMismatch):
        shop.confirm(payment)

    assert shop.look(payment).captured == euros("0")
    assert shop.events(payment) == []
    assert "staff must look" in caplog.text


def test_wrong_amount_at_the_provider_is_noticed_before_anybody_pays(shop):
    payment = shop.open()
    shop.provider.client().v1.payment_intents.update(shop.row(payment).intent_id, {"amount": 100})

    with pytest.raises(payments.PaymentMismatch):
        payments.refresh_payment(payment_id=payment.id)
