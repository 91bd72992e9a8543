"""Money from outside: declines, deadlines, late and double payments, refunds, and webhooks that misbehave."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.shop.client import DECLINED, VISA, guest, wait_for


@pytest.fixture
def variant(shop):
    (found,) = shop.variants(1, stock=1000)
    return found


@pytest.fixture
def _clear_faults(shop):
    yield
    shop.sandbox("DELETE", "/sandbox/faults")


def net(lines):
    """Return what the provider holds of an order, in minor units."""
    sign = {"charge": 1, "refund": -1, "refund_failure": 1}
    return sum(sign.get(line["kind"], 0) * line["amount"] for line in lines)


def assert_paid_once(shop, client, order):
    found = client.wait_for_status(order, "processing")
    assert found["payment_status"] == "paid"
    charges = [line for line in shop.charges(order) if line["kind"] == "charge"]
    assert len(charges) == 1
    assert net(shop.charges(order)) == round(float(found["total"]["amount"]) * 100)


def test_declined_card_and_then_a_second_one(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})
    payment = client.intent(order).body

    declined = client.confirm(order, payment, DECLINED)

    assert (declined.status, declined.code) == (402, "card_declined")
    assert declined.body["decline_code"]
    assert client.look(order)["status"] == "awaiting_payment"
    assert client.confirm(order, payment, VISA).status == 200
    assert_paid_once(shop, client, order)


def test_repeated_decline_with_one_key_gives_the_stored_answer(shop, variant):
    client, key = shop.client(), str(uuid.uuid4())
    order = client.order({variant: 1})
    payment = client.intent(order).body

    first, second = (client.confirm(order, payment, DECLINED, key=key) for _ in range(2))

    assert (first.status, second.status) == (402, 402)
    assert "idempotent-replayed" in second.headers


def test_one_open_payment_per_order(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: shop.client().intent(order), range(4)))

    made = {answer.body["id"] for answer in answers if answer.status == 201}
    assert len(made) == 1
    assert {answer.status for answer in answers} <= {201, 409}


def test_two_tabs_paying_at_once_pay_once(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})
    payment = client.intent(order).body

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: shop.client().confirm(order, payment), range(2)))

    assert 200 in {answer.status for answer in answers}
    assert {answer.status for answer in answers} <= {200, 409}
    assert_paid_once(shop, client, order)


def test_tabs_that_each_ask_for_a_payment_and_confirm_it_pay_once(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})

    def pay(_):
        tab = shop.client()
        asked = tab.intent(order)
        return tab.confirm(order, asked.body) if asked.status == 201 else asked

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(pay, range(4)))

    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 409}
    assert_paid_once(shop, client, order)


def test_cancelled_order_cannot_be_paid_and_gives_its_stock_back(shop, variant):
    client = shop.client()
    order = client.order({variant: 3})
    payment = client.intent(order).body

    client.expect(200, "PUT", f"/api/v1/orders/{order['id']}/cancel", {}, **guest(order))

    assert client.wait_for_status(order, "cancelled")["payment_status"] == "unpaid"
    wait_for(lambda: client.confirm(order, payment).status in (404, 409), what="the payment to be void")
    wait_for(
        lambda: (
            shop.query("SELECT coalesce(sum(quantity), 0)::int FROM orders_orderline WHERE order_id = %s", order["id"])
            == [(3,)]
            and net(shop.charges(order)) == 0
        ),
        what="no money to be held",
    )


def test_order_cancelled_after_payment_is_refunded(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})
    client.pay(order)
    client.wait_for_status(order, "processing")

    client.expect(200, "PUT", f"/api/v1/orders/{order['id']}/cancel", {}, **guest(order))

    wait_for(lambda: client.look(order)["payment_status"] == "refunded", what="the refund")
    assert client.look(order)["status"] in ("cancelled", "refunded")
    assert net(shop.charges(order)) == 0


def test_refund_above_what_was_captured_is_refused(shop, variant):
    client, staff = shop.client(), shop.staff()
    order = client.order({variant: 1})
    payment = client.pay(order)
    client.wait_for_status(order, "processing")
    body = {"payment_id": payment["id"], "amount": {"amount": "99999.00", "currency": "EUR"}, "reason": "test"}

    answer = staff.call("POST", "/api/v1/payments/refund", body, Idempotency_Key=str(uuid.uuid4()))

    assert (answer.status, answer.code) == (409, "refund_exceeds_captured")


def test_two_staff_refunding_at_once_refund_once(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})
    payment = client.pay(order)
    client.wait_for_status(order, "processing")

    def refund(_):
        body = {"payment_id": payment["id"], "reason": "damaged"}
        return shop.staff().call("POST", "/api/v1/payments/refund", body, Idempotency_Key=str(uuid.uuid4()))

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(refund, range(2)))

    assert sorted(answer.status for answer in answers) == [201, 409]
    wait_for(lambda: client.look(order)["payment_status"] == "refunded", what="the refund")
    assert net(shop.charges(order)) == 0


def test_refund_by_somebody_who_is_not_staff_is_refused(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})
    payment = client.pay(order)

    body = {"payment_id": payment["id"], "reason": "give it back"}
    answer = client.call("POST", "/api/v1/payments/refund", body, Idempotency_Key="x", **guest(order))

    assert answer.status in (401, 403)


@pytest.mark.usefixtures("_clear_faults")
@pytest.mark.parametrize("kind", ["webhook_lost", "webhook_duplicate", "webhook_reordered", "webhook_before_answer"])
def test_webhooks_that_misbehave_end_in_one_paid_order(shop, variant, kind):
    shop.sandbox("POST", "/sandbox/faults", {"kind": kind, "times": 20, "match": {}})
    client = shop.client()
    order = client.order({variant: 1})

    client.pay(order)

    assert_paid_once(shop, client, order)


@pytest.mark.usefixtures("_clear_faults")
def test_charge_whose_answer_was_lost_is_found_and_not_repeated(shop, variant):
    client = shop.client()
    order = client.order({variant: 1})
    payment = client.intent(order).body
    fault = {
        "kind": "charge_then_timeout",
        "times": 1,
        "match": {"path": "/v1/payment_intents/*/confirm"},
        "seconds": 12,
    }
    shop.sandbox("POST", "/sandbox/faults", fault)
    key = str(uuid.uuid4())

    for _ in range(10):
        answer = client.confirm(order, payment, key=key)
        if answer.status == 200:
            break
        assert answer.status in (409, 503)
        time.sleep(1)

    assert_paid_once(shop, client, order)


@pytest.mark.usefixtures("_clear_faults")
def test_provider_that_is_down_is_a_503_and_the_repeat_pays(shop, variant):
    client, key = shop.client(), str(uuid.uuid4())
    order = client.order({variant: 1})
    payment = client.intent(order).body
    shop.sandbox(
        "POST", "/sandbox/faults", {"kind": "error_500", "times": 3, "match": {"path": "/v1/payment_intents/*/confirm"}}
    )

    answers = [client.confirm(order, payment, key=key)]
    while answers[-1].status != 200 and len(answers) < 10:
        time.sleep(1)
        answers.append(client.confirm(order, payment, key=key))

    assert {answer.status for answer in answers} <= {200, 503}
    assert_paid_once(shop, client, order)
