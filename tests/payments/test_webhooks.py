"""Webhooks: only what the provider signed just now; applied once, whatever their number and order."""

import json
import time

import pytest
import stripe

from apps.kernel.errors import Invalid
from apps.messaging import api as messaging
from apps.payments import api as payments
from apps.payments.models import WebhookEvent
from tests.payments.sandbox.checkout import choose
from tests.payments.shop import RETURN_URL, VISA

pytestmark = pytest.mark.django_db
SUCCEEDED = payments.PaymentStatus.SUCCEEDED
PAID, COMPLETED = "payment_intent.succeeded", "checkout.session.completed"


def signed(shop, event, *, secret=None, at=None):
    """Return an event's body and headers as the holder of `secret` would send it."""
    body = json.dumps(event).encode()
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret or shop.provider.webhook_secret, at
    )
    return {"provider": "stripe", "body": body, "headers": {"stripe-signature": header}}


def made_up_event(kind=PAID, **subject):
    return {
        "id": "evt_made_up",
        "object": "event",
        "type": kind,
        "data": {"object": {"id": "pi_x", "object": "payment_intent", "metadata": {}, **subject}},
    }


def paid_on_page(shop):
    payment = shop.open(return_url=RETURN_URL)
    choose(payment.redirect_url, "approve")
    return payment


def test_buyer_who_never_comes_back_is_paid_by_the_webhook(shop):
    payment = paid_on_page(shop)
    assert shop.look(payment).status is not SUCCEEDED

    shop.deliver(shop.webhooks(payment, COMPLETED)[0])
    shop.work()

    assert shop.look(payment).status is SUCCEEDED
    assert shop.events(payment) == ["payment_succeeded"]
    shop.assert_ledgers_agree(payment)


def test_five_deliveries_of_one_event_are_kept_and_applied_once(shop):
    payment = paid_on_page(shop)
    (received,) = shop.webhooks(payment, COMPLETED)

    for _ in range(5):
        shop.deliver(received)
    shop.work()

    assert WebhookEvent.objects.filter(event_id=received.event["id"]).count() == 1
    assert shop.events(payment) == ["payment_succeeded"]


def test_events_in_the_wrong_order_end_the_same(shop):
    payment = shop.open()
    with pytest.raises(payments.CardDeclined):
        shop.confirm(payment, "pm_card_visa_chargeDeclined")
    shop.confirm(payment, VISA, key="second")
    failed, paid = shop.webhooks(payment, "payment_intent.payment_failed"), shop.webhooks(payment, PAID)

    for received in [*paid, *failed]:
        shop.deliver(received)
    shop.work()

    assert shop.look(payment).status is SUCCEEDED
    assert shop.events(payment) == ["payment_succeeded"]


def test_webhook_before_the_api_answered_is_applied_by_the_id_in_its_metadata(shop, monkeypatch):
    """The row exists before the provider is called, so even news of an intent that we do not know yet finds it."""
    from apps.payments.gateways.stripe import StripeGateway

    really_open = StripeGateway.open

    def deliver_first(self, opening, *, key):
        snapshot = really_open(self, opening, key=key)
        intents = self._client.v1.payment_intents
        intents.confirm(snapshot.intent_id, {"payment_method": VISA, "return_url": RETURN_URL})
        shop.deliver(shop.webhooks_of(opening.handle.payment_id, PAID)[0])
        shop.work()
        return snapshot

    with monkeypatch.context() as patch:
        patch.setattr(StripeGateway, "open", deliver_first)
        payment = shop.open()

    assert payment.status is SUCCEEDED
    assert shop.events(payment) == ["payment_succeeded"]


def test_wrong_secret_is_refused(shop):
    with pytest.raises(payments.InvalidSignature):
        payments.receive_webhook(**signed(shop, made_up_event(), secret="whsec_somebody_else"))

    assert not WebhookEvent.objects.exists()


def test_old_signature_is_refused(shop):
    with pytest.raises(payments.InvalidSignature):
        payments.receive_webhook(**signed(shop, made_up_event(), at=int(time.time()) - 600))


def test_one_changed_byte_is_refused(shop):
    call = signed(shop, made_up_event())
    call["body"] = call["body"].replace(b"pi_x", b"pi_y")

    with pytest.raises(payments.InvalidSignature):
        payments.receive_webhook(**call)


@pytest.mark.parametrize("header", ["", "t=1", "nonsense", "t=x,v1=y"])
def test_signature_that_is_none_is_refused(shop, header):
    with pytest.raises(payments.InvalidSignature):
        payments.receive_webhook(provider="stripe", body=b"{}", headers={"Stripe-Signature": header})


def test_body_that_is_not_text_is_refused(shop):
    call = signed(shop, made_up_event())

    with pytest.raises(payments.InvalidSignature):
        payments.receive_webhook(**call | {"body": b"\xff\xfe"})


@pytest.mark.parametrize(
    "event",
    [
        [],
        {"id": "evt_1"},
        {"id": "evt_1", "type": "x", "data": {"object": None}},
        made_up_event() | {"id": None},
        made_up_event() | {"id": "\ud800"},
        made_up_event(kind=None),
        made_up_event(kind="\ud800"),
    ],
)
def test_signed_body_that_is_no_event_is_refused(shop, event):
    with pytest.raises(Invalid):
        payments.receive_webhook(**signed(shop, event))


def test_signed_body_that_is_too_deep_is_refused(shop):
    body = "[" * 100_000
    header = stripe.WebhookSignature.generate_signature_header(body, shop.provider.webhook_secret, None)

    with pytest.raises(Invalid):
        payments.receive_webhook(provider="stripe", body=body.encode(), headers={"stripe-signature": header})


def test_type_that_means_nothing_to_us_is_kept_and_ignored(shop):
    payments.receive_webhook(**signed(shop, made_up_event("customer.created")))
    shop.work()

    assert WebhookEvent.objects.get().outcome == "ignored"


def test_event_of_somebody_elses_payment_is_ignored(shop):
    payments.receive_webhook(**signed(shop, made_up_event()))
    shop.work()

    assert WebhookEvent.objects.get().outcome == "ignored"


def test_event_that_says_paid_is_only_a_hint(shop):
    payment = shop.open()
    claim = {"id": shop.row(payment).intent_id, "status": "succeeded", "amount": 8490, "amount_received": 8490}

    payments.receive_webhook(**signed(shop, made_up_event(**claim)))
    shop.work()

    assert shop.look(payment).status is payments.PaymentStatus.REQUIRES_PAYMENT_METHOD


def test_paid_intent_of_somebody_else_that_names_our_payment_pays_nothing(shop):
    payment = shop.open()
    client = shop.provider.client()
    client.v1.payment_intents.create(
        {
            "amount": 1,
            "currency": "eur",
            "payment_method_types": ["card"],
            "payment_method": VISA,
            "confirm": True,
            "metadata": {"payment_id": str(payment.id)},
        }
    )

    for received in shop.webhooks(payment, PAID):
        shop.deliver(received)
    shop.work()

    assert shop.look(payment).status is payments.PaymentStatus.REQUIRES_PAYMENT_METHOD
    assert shop.events(payment) == []


def test_foreign_amount_is_parked_for_staff_and_never_paid(shop):
    payment = shop.open()
    intents, intent_id = shop.provider.client().v1.payment_intents, shop.row(payment).intent_id
    intents.update(intent_id, {"amount": 100})
    intents.confirm(intent_id, {"payment_method": VISA, "return_url": RETURN_URL})

    for received in shop.webhooks(payment, PAID):
        shop.deliver(received)
    shop.work()

    (parked,) = messaging.list_parked()
    assert parked.kind == "payments.apply_webhook"
    assert "84.90 EUR here" in parked.error
    assert shop.look(payment).status is not SUCCEEDED
    assert shop.events(payment) == []


def test_personal_data_in_an_event_is_not_kept(shop):
    payment = paid_on_page(shop)

    for received in shop.webhooks(payment, COMPLETED):
        shop.deliver(received)

    assert set(WebhookEvent.objects.get().payload) == {"payment_id", "session_id", "intent_id", "tells_success"}


def test_outage_while_an_event_is_applied_costs_it_no_attempt(shop):
    payment = paid_on_page(shop)
    shop.deliver(shop.webhooks(payment, COMPLETED)[0])
    shop.provider.add_fault("error_500", times=3, match={"path": "/v1/checkout/sessions/*"})

    shop.work()
    waiting = WebhookEvent.objects.get()
    assert (waiting.outcome, waiting.parked_at) == ("waiting", None)
    shop.due_now(WebhookEvent)
    shop.work()

    assert shop.look(payment).status is SUCCEEDED


def test_bank_transfers_send_no_webhooks(shop):
    with pytest.raises(payments.UnknownProvider):
        payments.receive_webhook(provider="manual", body=b"{}", headers={})
