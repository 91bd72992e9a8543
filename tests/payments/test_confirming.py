"""Paying with a token: once per reference, a second card after a decline, one charge whatever gets lost."""

import pytest
import requests

from apps.kernel.errors import Invalid
from apps.payments import api as payments
from apps.payments.gateways.stripe import StripeGateway
from tests.payments.shop import AUTHENTICATE, DECLINED, RETURN_URL, VISA

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SUCCEEDED = payments.PaymentStatus.SUCCEEDED


def test_good_card_pays_and_tells_so_once(shop):
    payment = shop.paid()

    assert (payment.status, payment.captured) == (SUCCEEDED, shop.amount)
    assert payment.client_secret is None
    assert shop.events(payment) == ["payment_succeeded"]
    shop.assert_ledgers_agree(payment)


def test_repeat_of_a_confirmation_gets_its_answer_and_charges_nothing(shop):
    payment = shop.paid()

    assert shop.confirm(payment) == payment
    assert len(shop.charges(payment.order_id)) == 1


def test_another_confirmation_of_a_paid_payment_is_refused(shop):
    payment = shop.paid()

    with pytest.raises(payments.PaymentNotPayable):
        shop.confirm(payment, key="second")


def test_declined_card_says_why_and_leaves_the_payment_payable(shop):
    payment = shop.open()

    with pytest.raises(payments.CardDeclined) as declined:
        shop.confirm(payment, DECLINED)

    assert declined.value.decline_code == "generic_decline"
    found = shop.look(payment)
    assert (found.status.value, found.decline_code) == ("requires_payment_method", "generic_decline")
    assert shop.events(payment) == []


def test_second_card_after_a_decline_pays(shop):
    payment = shop.open()
    with pytest.raises(payments.CardDeclined):
        shop.confirm(payment, DECLINED)

    paid = shop.confirm(payment, VISA, key="second")

    assert (paid.status, paid.decline_code) == (SUCCEEDED, None)
    shop.assert_ledgers_agree(payment)


def test_repeat_of_a_declined_confirmation_is_declined_again_also_after_another_card_paid(shop):
    payment = shop.open()
    with pytest.raises(payments.CardDeclined):
        shop.confirm(payment, DECLINED)
    with pytest.raises(payments.CardDeclined):
        shop.confirm(payment, DECLINED)
    shop.confirm(payment, VISA, key="second")

    with pytest.raises(payments.PaymentNotPayable):
        shop.confirm(payment, DECLINED)

    assert shop.look(payment).status is SUCCEEDED


def test_repeat_of_a_declined_confirmation_does_not_ask_the_bank_again(shop):
    payment = shop.open()

    for _ in range(3):
        with pytest.raises(payments.CardDeclined):
            shop.confirm(payment, DECLINED)

    intent_id = shop.row(payment).intent_id
    attempts = shop.provider.client().v1.charges.list({"payment_intent": intent_id}).data
    assert [attempt.status for attempt in attempts] == ["failed"]


def test_card_that_wants_authentication_sends_the_buyer_to_the_bank_and_back(shop):
    payment = shop.confirm(shop.open(), AUTHENTICATE)
    assert payment.status is payments.PaymentStatus.REQUIRES_ACTION
    secret = payment.redirect_url.partition("client_secret=")[2]

    form = {"outcome": "approve", "client_secret": secret}
    requests.post(payment.redirect_url, data=form, allow_redirects=False, timeout=10)
    back = payments.refresh_payment(payment_id=payment.id)

    assert (back.status, back.redirect_url) == (SUCCEEDED, None)
    shop.assert_ledgers_agree(payment)


def test_unknown_token_names_its_field(shop):
    with pytest.raises(Invalid) as refused:
        shop.confirm(shop.open(), "pm_card_nobody")

    assert [(field.field, field.code) for field in refused.value.fields] == [
        ("payment_method", "unknown_payment_method")
    ]


def test_payment_on_the_providers_page_takes_no_token(shop):
    with pytest.raises(payments.PaymentNotPayable, match="redirect_url"):
        shop.confirm(shop.open(return_url=RETURN_URL))


def test_crash_between_the_charge_and_its_record_is_resumed_with_one_charge(shop, monkeypatch):
    payment, really_confirm = shop.open(), StripeGateway.confirm

    def confirm_then_die(self, *arguments, **named):
        really_confirm(self, *arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(StripeGateway, "confirm", confirm_then_die)
        shop.confirm(payment)
    assert shop.look(payment).status is not SUCCEEDED
    again = shop.confirm(payment)

    assert again.status is SUCCEEDED
    shop.assert_ledgers_agree(payment)
    assert shop.events(payment) == ["payment_succeeded"]


def test_another_card_after_a_crash_finds_the_money_and_takes_none(shop, monkeypatch):
    payment, really_confirm = shop.open(), StripeGateway.confirm

    def confirm_then_die(self, *arguments, **named):
        really_confirm(self, *arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(StripeGateway, "confirm", confirm_then_die)
        shop.confirm(payment)

    assert shop.confirm(payment, key="second").status is SUCCEEDED
    assert len(shop.charges(payment.order_id)) == 1


def test_charge_whose_answer_timed_out_is_found_under_the_same_key(shop):
    payment = shop.open()
    shop.provider.add_fault("charge_then_timeout", seconds=3, match={"path": "/v1/payment_intents/*/confirm"})

    assert shop.confirm(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


def test_time_out_of_every_attempt_is_a_503_that_the_repeat_resolves(shop):
    payment = shop.open()
    shop.provider.add_fault("charge_then_timeout", seconds=5, times=3, match={"path": "/v1/payment_intents/*/confirm"})

    with pytest.raises(payments.ProviderUnavailable):
        shop.confirm(payment)
    shop.provider.clear_faults()

    assert shop.confirm(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


@pytest.mark.parametrize("kind", ["error_500", "rate_limited", "conflict", "connection_reset"])
def test_passing_fault_is_retried_under_the_same_key(shop, kind):
    payment = shop.open()
    shop.provider.add_fault(kind, times=2, match={"path": "/v1/payment_intents/*/confirm"})

    assert shop.confirm(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


@pytest.mark.parametrize("executes", [True, False])
def test_failure_that_the_provider_stored_is_looked_behind(shop, executes):
    payment = shop.open()
    fault = {"match": {"path": "/v1/payment_intents/*/confirm"}, "executes": executes}
    shop.provider.add_fault("error_500_replayed", **fault)

    assert shop.confirm(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


def test_provider_that_restarts_keeps_nobody_from_paying(shop):
    payment = shop.open()
    shop.provider.kill()
    with pytest.raises(payments.ProviderUnavailable):
        shop.confirm(payment)
    shop.provider.start()

    assert shop.confirm(payment).status is SUCCEEDED
    shop.assert_ledgers_agree(payment)


def test_provider_that_keeps_failing_is_left_alone_for_a_while(shop):
    shop.provider.add_fault("error_500", times=1000)
    for _ in range(4):
        with pytest.raises(payments.ProviderUnavailable):
            shop.open()
    shop.provider.clear_faults()

    with pytest.raises(payments.ProviderUnavailable) as refused:
        shop.open()

    assert refused.value.retry_after > 20
