"""Opening a payment: one per order, resumable, replaced only once the old one cannot be paid."""

from datetime import timedelta

import pytest

from apps.kernel import clock
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.payments import api as payments
from apps.payments.gateways.stripe import StripeGateway
from apps.payments.models import Payment
from tests.payments.sandbox.checkout import choose
from tests.payments.shop import RETURN_URL, euros

pytestmark = pytest.mark.django_db


def test_client_without_pages_gets_a_client_secret(shop):
    payment = shop.open()

    assert payment.status is payments.PaymentStatus.REQUIRES_PAYMENT_METHOD
    assert payment.client_secret.startswith("pi_")
    assert payment.redirect_url is None


def test_browser_gets_the_providers_page_which_names_order_and_payment(shop):
    deadline = clock.now() + timedelta(hours=2)

    payment = shop.open(return_url=RETURN_URL, cancel_url="https://shop.test/cart", deadline=deadline)

    assert payment.redirect_url.startswith(shop.provider.url)
    session = shop.provider.client().v1.checkout.sessions.retrieve(shop.row(payment).session_id).to_dict()
    assert session["metadata"] == {"payment_id": str(payment.id), "order_id": str(payment.order_id)}
    assert (session["amount_total"], session["currency"]) == (8490, "eur")
    assert session["success_url"] == RETURN_URL
    assert session["expires_at"] == int(deadline.timestamp())


@pytest.mark.parametrize("minutes", [5, 60 * 24 * 7])
def test_page_lives_as_long_as_the_provider_allows_where_the_deadline_does_not_fit(shop, minutes):
    payment = shop.open(return_url=RETURN_URL, deadline=clock.now() + timedelta(minutes=minutes))

    assert payment.redirect_url


def test_repeat_returns_the_open_payment(shop):
    first = shop.open()

    assert shop.open(order_id=first.order_id) == first


def test_another_kind_closes_the_first_at_the_provider_and_opens_a_new_one(shop):
    first = shop.open(return_url=RETURN_URL)

    second = shop.open(order_id=first.order_id)

    assert second.id != first.id
    assert shop.look(first).status is payments.PaymentStatus.CANCELLED
    session = shop.provider.client().v1.checkout.sessions.retrieve(shop.row(first).session_id)
    assert session.status == "expired"
    assert shop.look(first).redirect_url is None


def test_a_page_that_leads_elsewhere_replaces_the_first(shop):
    first = shop.open(return_url=RETURN_URL)

    second = shop.open(order_id=first.order_id, return_url=f"{RETURN_URL}?app=1", cancel_url=RETURN_URL)
    again = shop.open(order_id=first.order_id, return_url=f"{RETURN_URL}?app=1", cancel_url=RETURN_URL)

    assert shop.look(first).status is payments.PaymentStatus.CANCELLED
    session = shop.provider.client().v1.checkout.sessions.retrieve(shop.row(second).session_id)
    assert (session.success_url, session.cancel_url) == (f"{RETURN_URL}?app=1", RETURN_URL)
    assert again == second


def test_another_amount_closes_the_first_and_opens_a_new_one(shop):
    first = shop.open()

    second = shop.open(order_id=first.order_id, amount=euros("12.00"))

    assert second.amount == euros("12.00")
    assert shop.provider.client().v1.payment_intents.retrieve(shop.row(first).intent_id).status == "canceled"


def test_open_payment_that_was_paid_meanwhile_is_returned_instead_of_a_new_one(shop):
    first = shop.open(return_url=RETURN_URL)
    choose(first.redirect_url, "approve")

    second = shop.open(order_id=first.order_id, return_url=None)

    assert (second.id, second.status) == (first.id, payments.PaymentStatus.SUCCEEDED)
    assert shop.events(first) == ["payment_succeeded"]


def test_order_whose_money_came_opens_no_other_payment_however_it_is_asked_for(shop):
    first = shop.open()
    shop.confirm(first)

    again = [shop.open(order_id=first.order_id), shop.open(order_id=first.order_id, return_url=RETURN_URL)]

    assert [(payment.id, payment.status) for payment in again] == [(first.id, payments.PaymentStatus.SUCCEEDED)] * 2
    with pytest.raises(payments.PaymentNotPayable):
        shop.confirm(again[0], key="another")
    shop.assert_ledgers_agree(first)


def test_money_of_another_amount_does_not_pay_the_order(shop):
    first = shop.paid(amount=euros("1.00"))

    assert shop.open(order_id=first.order_id).id != first.id


def test_order_whose_money_was_given_back_opens_another_payment(shop):
    first = shop.paid()
    shop.refund(first)
    shop.work()

    assert shop.open(order_id=first.order_id).id != first.id


def test_crash_between_the_providers_answer_and_its_record_resumes_with_one_intent(shop, monkeypatch):
    order_id, really_open = uuid7(), StripeGateway.open

    def open_then_die(self, opening, *, key):
        really_open(self, opening, key=key)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(StripeGateway, "open", open_then_die)
        shop.open(order_id=order_id)
    payment = shop.open(order_id=order_id)

    intents = shop.provider.client().v1.payment_intents.list({"limit": 100}).data
    ours = [intent for intent in intents if intent.metadata.to_dict().get("order_id") == str(order_id)]
    assert [intent.id for intent in ours] == [shop.row(payment).intent_id]
    assert Payment.objects.filter(order_id=order_id).count() == 1


def test_timed_out_answer_is_asked_for_again_under_the_same_key(shop):
    order_id = uuid7()
    shop.provider.add_fault("charge_then_timeout", seconds=3, match={"metadata": {"order_id": str(order_id)}})

    payment = shop.open(order_id=order_id)

    intents = shop.provider.client().v1.payment_intents.list({"limit": 100}).data
    ours = [intent for intent in intents if intent.metadata.to_dict().get("order_id") == str(order_id)]
    assert [intent.id for intent in ours] == [shop.row(payment).intent_id]


def test_provider_that_is_down_leaves_a_row_that_the_repeat_resumes(shop):
    order_id = uuid7()
    shop.provider.add_fault("error_500", times=3, match={"metadata": {"order_id": str(order_id)}})

    with pytest.raises(payments.ProviderUnavailable):
        shop.open(order_id=order_id)
    waiting = Payment.objects.get(order_id=order_id)
    payment = shop.open(order_id=order_id)

    assert waiting.opened_at is None
    assert payment.id == waiting.id
    assert payment.client_secret


def test_failure_that_the_provider_stored_under_the_key_is_left_behind_with_its_payment(shop):
    order_id = uuid7()
    shop.provider.add_fault("error_500_replayed", match={"metadata": {"order_id": str(order_id)}})

    payment = shop.open(order_id=order_id)

    statuses = Payment.objects.filter(order_id=order_id).order_by("id").values_list("status", flat=True)
    assert list(statuses) == ["failed", "requires_payment_method"]
    assert payment.client_secret


def test_personal_data_of_the_request_is_forgotten_once_the_provider_answered(shop):
    assert shop.row(shop.open(return_url=RETURN_URL)).opening == {}


def test_unknown_provider_is_refused_with_those_that_are_offered(shop):
    with pytest.raises(payments.UnknownProvider, match="stripe, manual"):
        shop.open(provider="paypal")


def test_stripe_is_offered_only_with_a_key(shop, settings):
    assert payments.list_providers() == ("stripe", "manual")

    settings.STRIPE_API_KEY = ""

    assert payments.list_providers() == ("manual",)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("500", "JPY", 500), ("500", "ISK", 50000), ("1.230", "KWD", 1230), ("12.34", "USD", 1234), ("7", "UGX", 700)],
)
def test_amounts_reach_the_provider_in_its_own_minor_units(shop, amount, currency, minor):
    payment = shop.paid(amount=Money(amount, currency))

    (charge,) = shop.charges(payment.order_id)
    assert (charge["amount"], charge["currency"]) == (minor, currency.lower())
    assert payment.captured == Money(amount, currency)


@pytest.mark.parametrize(("amount", "currency"), [("1.234", "KWD"), ("10.50", "MGA"), ("1.000", "IQD"), ("0", "EUR")])
def test_amount_that_the_provider_cannot_charge_is_refused_before_any_call(shop, amount, currency):
    order_id = uuid7()

    with pytest.raises(Invalid) as refused:
        shop.open(order_id=order_id, amount=Money(amount, currency))

    assert refused.value.fields[0].code == "amount_not_chargeable"
    assert not Payment.objects.filter(order_id=order_id).exists()
