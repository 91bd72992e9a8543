"""Test payment methods, by https://docs.stripe.com/testing?testing-method=payment-methods.

Decline codes: https://docs.stripe.com/declines/codes; error fields: https://docs.stripe.com/api/errors.
"""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import stripe

RETURN_URL = "https://shop.test/return?order=7"


@pytest.mark.parametrize(
    ("token", "brand", "last4"),
    [
        ("pm_card_visa", "visa", "4242"),
        ("pm_card_visa_debit", "visa", "5556"),
        ("pm_card_mastercard", "mastercard", "4444"),
        ("pm_card_amex", "amex", "0005"),
        ("pm_card_discover", "discover", "1117"),
        ("pm_card_jcb", "jcb", "0505"),
    ],
)
def test_good_cards_succeed(client, pay, token, brand, last4):
    """https://docs.stripe.com/testing#cards"""
    intent = pay(client, payment_method=token, expand=["latest_charge", "payment_method"])

    card = intent.latest_charge.payment_method_details.card
    assert (intent.status, card.brand, card.last4) == ("succeeded", brand, last4)
    assert intent.payment_method.card.brand == brand


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_bad_cards_are_declined_and_the_intent_takes_another(sandbox, client, pay, token, code, decline_code):
    """A decline is a 402 `card_error` and the intent is `requires_payment_method` again.

    https://docs.stripe.com/testing#declined-payments and https://docs.stripe.com/payments/intents
    """
    intent = pay(client, unpaid=True)

    with pytest.raises(stripe.CardError) as decline:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": token})

    error = decline.value.error
    assert (decline.value.http_status, error.type) == (402, "card_error")
    assert (error.code, error.decline_code) == (code, decline_code)
    after = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (after.status, after.payment_method) == ("requires_payment_method", None)
    assert (after.last_payment_error.code, after.last_payment_error.decline_code) == (code, decline_code)
    assert (after.latest_charge.status, after.latest_charge.id) == ("failed", error.charge)
    assert client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    assert [row["kind"] for row in sandbox.ledger() if row["payment_intent"] == intent.id] == ["charge"]


def test_a_card_without_money_says_so(client, pay):
    """`insufficient_funds`: https://docs.stripe.com/declines/codes"""
    with pytest.raises(stripe.CardError, match="insufficient funds"):
        pay(client, payment_method="pm_card_visa_chargeDeclinedInsufficientFunds")


def test_an_unknown_token_is_missing(client, pay):
    """https://docs.stripe.com/error-codes#resource-missing"""
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod: 'pm_card_none'") as refusal:
        pay(client, payment_method="pm_card_none")

    assert (refusal.value.code, refusal.value.param) == ("resource_missing", "payment_method")


def test_a_card_number_makes_a_method_that_pays(client, pay):
    """https://docs.stripe.com/api/payment_methods/create"""
    card = {"number": "4000000000009995", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    method = client.v1.payment_methods.create({"type": "card", "card": card})

    with pytest.raises(stripe.CardError, match="insufficient funds"):
        pay(client, payment_method=method.id)
    assert client.v1.payment_methods.retrieve(method.id).card.last4 == "9995"


def challenge(sandbox, client, pay, *, outcome, **params):
    intent = pay(client, payment_method="pm_card_threeDSecure2Required", return_url=RETURN_URL, **params)
    assert intent.status == "requires_action"
    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url.return_url == RETURN_URL
    url = intent.next_action.redirect_to_url.url
    assert url.startswith(sandbox.url)
    page = requests.get(url, timeout=10)
    assert page.status_code == 200
    assert "84.90 EUR" in page.text
    form = {"client_secret": intent.client_secret, "outcome": outcome}
    answer = requests.post(url.partition("?")[0], data=form, timeout=10, allow_redirects=False)
    assert answer.status_code == 303
    return client.v1.payment_intents.retrieve(intent.id), urlsplit(answer.headers["Location"])


def test_a_passed_challenge_pays_and_returns_to_the_shop(sandbox, client, pay):
    """https://docs.stripe.com/payments/3d-secure and https://docs.stripe.com/testing#regulatory-cards"""
    intent, location = challenge(sandbox, client, pay, outcome="approve")

    assert intent.status == "succeeded"
    assert location.geturl().startswith("https://shop.test/return?order=7&")
    query = parse_qs(location.query)
    assert query["payment_intent"] == [intent.id]
    assert query["payment_intent_client_secret"] == [intent.client_secret]
    assert query["redirect_status"] == ["succeeded"]


def test_a_failed_challenge_asks_for_another_method(sandbox, client, pay):
    """https://docs.stripe.com/error-codes#payment-intent-authentication-failure"""
    intent, location = challenge(sandbox, client, pay, outcome="fail")

    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert intent.next_action is None
    assert parse_qs(location.query)["redirect_status"] == ["failed"]


def test_a_challenge_under_manual_capture_authorises(sandbox, client, pay):
    intent, location = challenge(sandbox, client, pay, outcome="approve", capture_method="manual")

    assert intent.status == "requires_capture"
    assert parse_qs(location.query)["redirect_status"] == ["succeeded"]


def test_a_challenge_opens_only_with_the_client_secret(sandbox, client, pay):
    intent = pay(client, payment_method="pm_card_threeDSecure2Required")
    page = f"{sandbox.url}/3ds/{intent.id}"

    assert requests.get(page, params={"client_secret": "guess"}, timeout=10).status_code == 404
    answer = requests.post(page, data={"client_secret": "guess", "outcome": "approve"}, timeout=10)
    assert answer.status_code == 404
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_action"


def test_a_card_that_needs_authentication_is_declined_off_session(client, pay):
    """https://docs.stripe.com/declines/codes: `authentication_required`"""
    with pytest.raises(stripe.CardError) as decline:
        pay(client, payment_method="pm_card_authenticationRequired", off_session=True)

    assert decline.value.code == "authentication_required"
