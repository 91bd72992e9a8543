"""The saga: paid, late, twice, never, sold out; and stock and money right in each case."""

import pytest
from django.conf import settings
from django.test.utils import override_settings

from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.messaging import work
from apps.messaging.models import OutboxMessage
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.orders import saga
from apps.orders.models import Order, OrderSaga, SagaStep
from apps.orders.services import settling
from apps.payments import api as payments
from tests.orders.making import STAFF, held, look, place, statuses, stock
from tests.orders.paying import arrive, facts, open_another, pass_deadline, pay, refunded, settle, start

pytestmark = pytest.mark.django_db


def published(order):
    messages = OutboxMessage.objects.filter(key=f"orders:{order.id}").order_by("version")
    return [message.event_type.split(".")[1] for message in messages]


def nothing_left_to_do(order):
    row = OrderSaga.objects.get(order_id=order.id)
    undone = SagaStep.objects.filter(order_id=order.id, done_at__isnull=True)
    return row.next_run_at is None and row.parked_at is None and not undone.exists()


def test_paid_order_is_processed_and_its_stock_is_allocated():
    order, _ = place()

    payment = pay(order)

    found = look(order)
    assert statuses(order) == ("processing", "paid", "unfulfilled")
    assert (found.paid, found.payment_deadline) == (order.total, None)
    assert published(order) == ["order_placed", "order_updated", "order_paid"]
    assert held(order) == [(10, 2)]
    assert payments.get_payment(payment_id=payment.id).refunded.amount == 0
    assert nothing_left_to_do(order)


def test_unpaid_order_is_cancelled_at_its_deadline_and_gives_its_stock_back():
    order, _ = place()
    payment = start(order)
    deliver_all()
    assert statuses(order)[0] == "awaiting_payment"

    pass_deadline(order.id)
    deliver_all()

    assert statuses(order) == ("cancelled", "unpaid", "unfulfilled")
    assert orders.get_history(order_id=order.id)[-1].data["reason"] == "payment_deadline"
    assert payments.get_payment(payment_id=payment.id).status is payments.PaymentStatus.CANCELLED
    assert held(order) == [(10, 0)]
    assert nothing_left_to_do(order)


def caused_by(name, do, *arguments):
    """Do something as a request of this id does; return what it returns."""
    before = messaging.causation.set({"request_id": name})
    try:
        return do(*arguments)
    finally:
        messaging.causation.reset(before)


def requests_of(order):
    """Return which request each published event of an order names."""
    messages = OutboxMessage.objects.filter(key=f"orders:{order.id}").order_by("version")
    return [(message.event_type.split(".")[1], message.headers.get("request_id")) for message in messages]


def test_events_of_the_saga_name_the_request_that_led_to_them():
    order, _ = caused_by("placing", place)
    payment = caused_by("paying", start, order)

    caused_by("transfer", arrive, payment)
    deliver_all()

    assert requests_of(order) == [("order_placed", "placing"), ("order_updated", "paying"), ("order_paid", "transfer")]


def test_what_no_request_led_to_names_the_one_that_placed_the_order():
    unpaid, _ = caused_by("placing", place)
    paid, _ = caused_by("buying", place)

    pay(paid)
    pass_deadline(unpaid.id)
    deliver_all()

    assert requests_of(unpaid)[-1] == ("order_cancelled", "placing")
    assert requests_of(paid)[-1] == ("order_paid", "buying")
    assert messaging.causation.get() is None


def test_saga_waits_for_the_deadline():
    order, _ = place()

    deliver_all()

    assert OrderSaga.objects.get(order_id=order.id).next_run_at == order.payment_deadline


def test_money_that_came_before_the_deadline_wins_even_if_its_event_is_late():
    order, _ = place()
    payment = start(order)
    deliver_all()
    arrive(payment)
    pass_deadline(order.id)

    work.drive(name="orders.drive_saga")

    assert statuses(order)[:2] == ("processing", "paid")
    deliver_all()
    assert facts(order.id).count("paid") == 1
    assert refunded(payment).amount == 0


def test_late_payment_after_cancellation_is_refunded():
    order, token = place()
    payment = start(order)
    orders.cancel_order(order_id=order.id, viewer=orders.Viewer(order_token=token))
    settle()

    arrive(payment)
    settle()

    assert statuses(order) == ("cancelled", "unpaid", "unfulfilled")
    assert refunded(payment) == order.total
    assert facts(order.id)[-2:] == ["late_payment", "late_payment_refunded"]
    assert held(order) == [(10, 0)]
    assert nothing_left_to_do(order)


def test_second_payment_is_refunded_and_the_order_stays_paid():
    order, _ = place()
    voided = start(order)
    payments.void_payment(payment_id=voided.id)
    pay(order)

    arrive(voided)
    settle()

    assert statuses(order) == ("processing", "paid", "unfulfilled")
    assert (look(order).paid, look(order).refunded.amount) == (order.total, 0)
    assert refunded(voided) == order.total
    assert "second_payment" in facts(order.id)
    assert held(order) == [(10, 2)]


def test_payment_of_another_amount_is_refunded_and_the_order_still_waits():
    order, _ = place()
    wrong = open_another(order, order.total + order.shipping)

    arrive(wrong)
    settle()

    assert statuses(order)[0] == "awaiting_payment"
    assert refunded(wrong) == order.total + order.shipping
    assert "unexpected_amount" in facts(order.id)


def test_lost_reservation_is_taken_again_when_the_money_comes():
    order, _ = place()
    payment = start(order)
    lose_stock_of(order)
    assert held(order) == [(10, 0)]

    arrive(payment)
    deliver_all()

    assert statuses(order)[:2] == ("processing", "paid")
    assert held(order) == [(10, 2)]


def test_sold_out_after_payment_is_cancelled_and_refunded():
    variant = stock(2)
    order, _ = place({variant: 2})
    payment = start(order)
    lose_stock_of(order)
    place({variant: 1})

    arrive(payment)
    settle()

    assert statuses(order) == ("cancelled", "refunded", "unfulfilled")
    assert orders.get_history(order_id=order.id)[-2].data["reason"] == "out_of_stock"
    assert (look(order).paid, look(order).refunded) == (order.total, order.total)
    assert refunded(payment) == order.total
    assert "order_cancelled" in published(order)
    assert held(order) == [(2, 1)]


def lose_stock_of(order):
    inventory.release_reservation(reference=Order.objects.get(pk=order.id).reservation)


def test_cancelled_after_payment_gives_stock_and_money_back():
    order, token = place()
    payment = pay(order)

    cancelled = orders.cancel_order(order_id=order.id, viewer=orders.Viewer(order_token=token))
    settle()

    assert cancelled.status is orders.OrderStatus.CANCELLED
    assert statuses(order) == ("cancelled", "refunded", "unfulfilled")
    assert refunded(payment) == order.total
    assert held(order) == [(10, 0)]
    assert published(order)[-2:] == ["order_cancelled", "order_refunded"]


def test_order_cancelled_while_it_is_being_paid_keeps_neither_stock_nor_money(monkeypatch):
    order, token = place()
    payment = start(order)
    allocate = saga.inventory.allocate_reservation

    def cancel_meanwhile(**arguments):
        reserved = allocate(**arguments)
        orders.cancel_order(order_id=order.id, viewer=orders.Viewer(order_token=token))
        return reserved

    monkeypatch.setattr(saga.inventory, "allocate_reservation", cancel_meanwhile)
    arrive(payment)
    settle()

    assert statuses(order)[:2] == ("cancelled", "unpaid")
    assert refunded(payment) == order.total
    assert held(order) == [(10, 0)]


def test_cancelling_twice_changes_nothing_and_after_shipping_is_refused():
    order, _ = place()
    orders.cancel_order(order_id=order.id, viewer=STAFF)
    version = look(order).version
    assert orders.cancel_order(order_id=order.id, viewer=STAFF).version == version

    shipped, _ = place()
    pay(shipped)
    orders.ship_order(order_id=shipped.id, actor="staff:test", reference="parcel-1")
    with pytest.raises(orders.NotCancellable):
        orders.cancel_order(order_id=shipped.id, viewer=STAFF)


def test_payment_event_delivered_twice_pays_once():
    order, _ = place()
    payment = pay(order)

    settling.expect_settlement(order_id=order.id, received=settling.Received(payment_id=payment.id, amount=order.total))
    deliver_all()

    assert facts(order.id).count("paid") == 1


def test_order_that_costs_nothing_is_paid_at_once():
    nothing = Money.zero("EUR")
    order, _ = place(price=nothing, shipping=nothing)

    deliver_all()

    assert statuses(order)[0] == "processing"
    assert held(order) == [(10, 2)]
    orders.cancel_order(order_id=order.id, viewer=STAFF)
    deliver_all()
    assert held(order) == [(10, 0)]
    assert nothing_left_to_do(order)


def test_money_for_an_order_that_does_not_exist_waits_for_staff():
    order, _ = place()
    stray = payments.open_payment(
        order_id=uuid7(),
        amount=order.total,
        provider="manual",
        deadline=order.placed_at,
        return_url=None,
        cancel_url=None,
        description="stray",
        email="",
        reference="stray",
    )

    arrive(stray)
    with override_settings(MESSAGING={**settings.MESSAGING, "MAX_ATTEMPTS": 1}):
        deliver_all()

    parked = [item for item in messaging.list_parked() if item.name.startswith("orders.follow_payments")]
    assert [item.error.partition(":")[0] for item in parked] == ["OrderNotFound"]
    assert statuses(order)[0] == "awaiting_payment"
