"""Card testing: who has many cards declined is refused for a while, counted by card, account and address; an honest buyer is not."""

import json
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse
from prometheus_client import REGISTRY

from apps.kernel.ids import uuid7
from apps.payments import api as payments
from apps.payments.models import DeclinedCharge, LiftedLimit, Payment, WebhookEvent
from apps.payments.services import declines
from apps.web import tokens
from apps.web.testing import assert_queries
from ecommerce.settings.limits import Budget
from tests.orders.making import place
from tests.payments.sandbox.checkout import choose
from tests.payments.shop import DECLINED, RETURN_URL, VISA

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NO_FUNDS, LOST, CVC = (
    "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_card_visa_chargeDeclinedLostCard",
    "pm_card_chargeDeclinedIncorrectCvc",
)
CARDS = (DECLINED, NO_FUNDS, LOST, CVC, "pm_card_visa_chargeDeclinedStolenCard", "pm_card_chargeDeclinedExpiredCard")


@pytest.fixture(autouse=True)
def _counting(settings):
    """Limits of requests are on, and wider than those of declines."""
    settings.LIMITS_ENABLED = True
    settings.LIMITS = settings.LIMITS | {"payment": Budget(10_000, 1000, fails_open=False)}


def address():
    return f"10.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}"


def send(path, body, *, order_id, ip):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    headers["Order-Token"] = tokens.sign(subject=str(order_id), purpose="order", days=1)
    return Client().post(
        f"/api/v1/payments/{path}", json.dumps(body), "application/json", headers=headers, REMOTE_ADDR=ip
    )


def confirm(payment, method, *, ip):
    body = {"payment_id": str(payment.id), "payment_method": method}
    return send("confirm", body, order_id=payment.order_id, ip=ip)


def attempts(shop, payment):
    intent_id = shop.row(payment).intent_id
    return len(shop.provider.client().v1.charges.list({"payment_intent": intent_id}).data)


def time_passes(**ago):
    DeclinedCharge.objects.update(declined_at=F("declined_at") - timedelta(**ago))


def test_a_buyer_whose_card_is_declined_twice_pays_with_the_third_try(shop):
    payment, ip = shop.open(), address()

    answers = [confirm(payment, method, ip=ip).status_code for method in (DECLINED, NO_FUNDS, VISA)]

    assert answers == [402, 402, 200]


def test_a_burst_on_one_order_asks_the_bank_eight_times_and_no_more(shop, settings):
    settings.PAYMENT_DECLINES_PER_CARD = 0
    payment = shop.open()

    answers = [confirm(payment, CARDS[number % len(CARDS)], ip=address()) for number in range(30)]

    assert [answer.status_code for answer in answers] == [402] * 8 + [429] * 22
    assert attempts(shop, payment) == 8
    refused = answers[-1]
    assert (refused.json()["code"], refused["Content-Type"]) == ("too_many_declines", "application/problem+json")
    assert 3500 < int(refused["Retry-After"]) <= 3600
    assert "60 minutes" in refused.json()["detail"]
    assert confirm(payment, VISA, ip=address()).status_code == 429
    assert confirm(shop.open(), VISA, ip=address()).status_code == 200


def test_a_card_that_many_try_is_refused_to_everybody_and_other_cards_are_not(shop):
    answers = [confirm(shop.open(), CVC, ip=address()).status_code for _ in range(8)]
    other = confirm(shop.open(), VISA, ip=address())
    unknown = confirm(shop.open(), "pm_of_nobody", ip=address())

    assert answers == [402] * 5 + [429] * 3
    assert (other.status_code, unknown.status_code) == (200, 400)


def test_an_address_that_tries_card_after_card_is_refused_whatever_order_it_brings(shop, settings):
    settings.PAYMENT_DECLINES_PER_ADDRESS = 4
    ip = address()

    answers = [confirm(shop.open(), CARDS[number], ip=ip).status_code for number in range(6)]

    assert answers == [402] * 4 + [429] * 2
    assert confirm(shop.open(), VISA, ip=address()).status_code == 200


def test_all_of_an_ipv6_subscriber_is_one_address(shop, settings):
    settings.PAYMENT_DECLINES_PER_ADDRESS = 3
    network = f"2001:db8:{uuid.uuid4().hex[:4]}:1"

    answers = [confirm(shop.open(), CARDS[number], ip=f"{network}::{number}").status_code for number in range(4)]

    assert answers == [402] * 3 + [429]


def test_a_customer_is_counted_over_all_orders(shop, settings):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    customer = uuid7()
    opened = [shop.open(customer_id=customer) for _ in range(4)]

    answers = [confirm(payment, card, ip=address()).status_code for payment, card in zip(opened, CARDS, strict=False)]

    assert answers == [402] * 3 + [429]
    with pytest.raises(payments.TooManyDeclines):
        shop.open(customer_id=customer)


def test_no_payment_starts_after_too_many_declines_but_a_bank_transfer_does(shop, settings):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    order, _ = place()
    ip, body = address(), {"order_id": str(order.id), "provider": "stripe"}
    opened = send("intent", body, order_id=order.id, ip=ip).json()
    for card in CARDS[:3]:
        send("confirm", {"payment_id": opened["id"], "payment_method": card}, order_id=order.id, ip=ip)

    again = send("intent", body, order_id=order.id, ip=address())
    page = send("intent", body | {"return_url": "http://testserver/x"}, order_id=order.id, ip=address())
    transfer = send("intent", body | {"provider": "manual"}, order_id=order.id, ip=ip)

    assert (again.status_code, again.json()["code"], page.status_code) == (429, "too_many_declines", 429)
    assert (transfer.status_code, transfer.json()["status"]) == (201, "processing")


def test_who_paid_is_told_so_however_many_were_declined(shop, settings):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    payment = shop.open()
    for card in CARDS[:2]:
        confirm(payment, card, ip=address())
    confirm(payment, VISA, ip=address())
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 2

    assert shop.open(order_id=payment.order_id).status is payments.PaymentStatus.SUCCEEDED


def test_the_limit_lets_go_after_an_hour_and_the_rows_after_two_days(shop, settings):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    payment = shop.open()
    for card in CARDS[:3]:
        confirm(payment, card, ip=address())
    assert confirm(payment, VISA, ip=address()).status_code == 429

    time_passes(minutes=61)

    assert confirm(payment, VISA, ip=address()).status_code == 200
    declines.forget_old()
    assert DeclinedCharge.objects.count() == 3
    time_passes(days=2)
    payments.reconcile()
    assert not DeclinedCharge.objects.exists()


def test_a_decline_is_counted_once_however_it_is_told(shop):
    payment = shop.open()
    confirm(payment, DECLINED, ip=address())
    (received,) = shop.webhooks(payment, "payment_intent.payment_failed")

    for _ in range(2):
        shop.deliver(received)
        shop.work()
        payments.refresh_payment(payment_id=payment.id)

    (declined,) = DeclinedCharge.objects.all()
    assert declined.decline_code == "generic_decline"


def test_declines_on_the_providers_page_are_counted_and_end_it(shop, settings):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    payment = shop.open(return_url=RETURN_URL)
    for _ in range(3):
        choose(payment.redirect_url, "decline")
    for received in shop.webhooks(payment, "payment_intent.payment_failed", count=3):
        shop.deliver(received)
    shop.work()

    assert DeclinedCharge.objects.count() == 3
    assert shop.look(payment).status is payments.PaymentStatus.CANCELLED
    assert not WebhookEvent.objects.filter(payload__has_key="decline").exists()


def test_a_failure_of_the_providers_own_is_no_decline(shop):
    payment = shop.open()

    assert confirm(payment, "pm_card_chargeDeclinedProcessingError", ip=address()).status_code == 402
    assert not DeclinedCharge.objects.exists()


def test_nothing_of_card_or_address_can_be_read_in_the_database(shop):
    payment, ip = shop.open(), address()
    confirm(payment, DECLINED, ip=ip)
    (declined,) = DeclinedCharge.objects.all()
    fingerprint = shop.provider.client().v1.payment_methods.retrieve(DECLINED).card.fingerprint

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM payments_declinedcharge t")
        (everything,) = cursor.fetchone()
        cursor.execute("SELECT string_agg(t::text, ' ') FROM payments_payment t")
        everything += cursor.fetchone()[0]
    assert not [
        secret
        for secret in (fingerprint, ip, "4000000000000002", "0002")
        if secret in everything.replace("-", " ").split()
    ]
    assert {len(mark) for mark in (declined.card, declined.account, declined.address)} == {64}
    confirm(payment, VISA, ip=ip)
    assert Payment.objects.get(pk=payment.id).client == ""


def test_staff_see_which_declines_are_of_one_card_and_who_was_refused(shop, client):
    refused = REGISTRY.get_sample_value("shop_payment_attempts_refused_total", {"counted_by": "card"}) or 0
    for _ in range(6):
        confirm(shop.open(), DECLINED, ip=address())
    client.force_login(get_user_model().objects.create_superuser("owner@example.com", "x"))

    page = client.get(reverse("admin:payments_declinedcharge_changelist")).content.decode()

    card = DeclinedCharge.objects.values_list("card", flat=True).distinct().get()
    assert (page.count(card[:8]), page.count("generic_decline") >= 5) == (5, True)
    assert REGISTRY.get_sample_value("shop_payment_attempts_refused_total", {"counted_by": "card"}) == refused + 1


def lift(client, kind, reason="called; their bank had blocked the card"):
    """Press the button of the page that the newest decline leads to; return that page."""
    declined = DeclinedCharge.objects.latest("declined_at")
    address = reverse("admin:payments_declinedcharge_lift", args=[declined.id, kind])
    page = client.get(address).content.decode()
    client.post(address, {"reason": reason})
    return page


@pytest.fixture
def owner(client):
    client.force_login(get_user_model().objects.create_superuser("owner@example.com", "x"))
    return client


def test_staff_let_an_account_try_again_and_why_is_kept(shop, settings, owner):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    payment = shop.open()
    for card in CARDS[:3]:
        confirm(payment, card, ip=address())
    assert confirm(payment, VISA, ip=address()).status_code == 429

    page = lift(owner, "account")

    assert "count for this account: 3." in page
    assert [confirm(payment, card, ip=address()).status_code for card in (DECLINED, VISA)] == [402, 200]
    kept = LiftedLimit.objects.get()
    assert (kept.declines, kept.reason, kept.actor[:6]) == (3, "called; their bank had blocked the card", "staff:")
    listed = owner.get(reverse("admin:payments_liftedlimit_changelist")).content.decode()
    assert kept.reason in listed


def test_what_is_declined_after_a_limit_was_lifted_counts_again(shop, settings, owner):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = 3
    payment = shop.open()
    for card in CARDS[:3]:
        confirm(payment, card, ip=address())
    lift(owner, "account")

    answers = [confirm(payment, card, ip=address()).status_code for card in CARDS[:4]]

    assert answers == [402] * 3 + [429]


def test_a_lifted_account_leaves_the_card_that_many_try_refused(shop, settings, owner):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = settings.PAYMENT_DECLINES_PER_CARD = 3
    payment = shop.open()
    for _ in range(3):
        confirm(payment, CVC, ip=address())

    lift(owner, "account")
    answers = [confirm(payment, card, ip=address()).status_code for card in (CVC, VISA)]
    lift(owner, "card")

    assert answers == [429, 200]
    assert confirm(shop.open(), CVC, ip=address()).status_code == 402


def test_a_limit_is_lifted_once_for_a_reason_by_who_may(shop, owner, client):
    confirm(shop.open(), DECLINED, ip=address())
    lift(owner, "address", reason="")
    assert not LiftedLimit.objects.exists()
    lift(owner, "address")
    lift(owner, "address")
    reader = get_user_model().objects.create_user("reader@example.com", is_staff=True)
    client.force_login(reader)
    refused = client.get(reverse("admin:payments_declinedcharge_lift", args=[DeclinedCharge.objects.get().id, "card"]))

    assert LiftedLimit.objects.count() == 1
    assert refused.status_code == 403
    LiftedLimit.objects.update(lifted_at=F("lifted_at") - timedelta(days=3))
    declines.forget_old()
    assert LiftedLimit.objects.get().mark == ""


def test_starting_and_trying_are_limited_by_address_before_any_bank_is_asked(shop, settings):
    settings.LIMITS = settings.LIMITS | {"payment": Budget(3, 0.01, fails_open=False)}
    payment, ip = shop.open(), address()

    answers = [confirm(payment, "pm_of_nobody", ip=ip) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [400] * 3 + [429] * 2
    assert (answers[-1].json()["code"], int(answers[-1]["Retry-After"]) > 1) == ("too_many_requests", True)
    order, _ = place()
    assert send("intent", {"order_id": str(order.id)}, order_id=order.id, ip=ip).status_code == 429


def test_while_the_limits_cannot_be_read_nobody_tries_cards(shop, settings):
    settings.BROKER_URL = "redis://127.0.0.1:1/0"

    assert confirm(shop.open(), VISA, ip=address()).status_code == 503


def test_what_this_costs_does_not_grow_with_the_attack(shop, settings):
    settings.PAYMENT_DECLINES_PER_ACCOUNT = settings.PAYMENT_DECLINES_PER_ADDRESS = 0
    attacked, ip = shop.open(), address()
    for card in CARDS * 2:
        confirm(attacked, card, ip=ip)
    settings.PAYMENT_DECLINES_PER_ACCOUNT = settings.PAYMENT_DECLINES_PER_ADDRESS = 1000
    payment = shop.open()

    with assert_queries(at_most=16):
        assert confirm(payment, VISA, ip=ip).status_code == 200
    assert call_command("verify_payments") is None
