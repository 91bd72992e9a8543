"""Parcels, delivery and refunds: what staff do, and that it happens once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections

from apps.kernel.errors import Invalid, PreconditionFailed
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.payments import api as payments
from tests.orders.making import STAFF, held, look, place, statuses, stock
from tests.orders.paying import facts, pay, refunded, settle

pytestmark = pytest.mark.django_db


def paid(quantities=None):
    order, _ = place(quantities)
    pay(order)
    return look(order)


def ship(order, lines=None, reference="parcel-1", **options):
    return orders.ship_order(order_id=order.id, lines=lines, actor="staff:test", reference=reference, **options)


def refund(order, amount=None, reference="refund-1"):
    return orders.refund_order(
        order_id=order.id, amount=amount, reason="damaged", reference=reference, actor="staff:test"
    )


def euro(amount):
    return Money(Decimal(amount), "EUR")


def test_shipped_order_has_a_parcel_and_its_goods_have_left():
    order = paid()

    ship(order, tracking_number="TRACK-1", carrier="DHL", tracking_url="https://example.com/TRACK-1")
    deliver_all()

    assert statuses(order) == ("shipped", "paid", "fulfilled")
    tracking = orders.get_tracking(order_id=order.id, viewer=STAFF)
    (parcel,) = tracking.shipments
    assert (parcel.tracking_number, parcel.carrier, parcel.delivered_at) == ("TRACK-1", "DHL", None)
    assert parcel.lines == {order.lines[0].id: 2}
    assert [event.type for event in tracking.events][-1] == "shipped"
    assert held(order) == [(8, 0)]


@pytest.mark.parametrize(
    ("carrier", "page"),
    [
        ("DHL Paket", "https://www.dhl.com/en/home/tracking.html?tracking-id=T%2F1"),
        ("ups", "https://www.ups.com/track?tracknum=T%2F1"),
        ("La Poste", "https://www.laposte.fr/outils/suivre-vos-envois?code=T%2F1"),
        ("Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/T%2F1"),
        ("Upsala Bud", ""),
        ("", ""),
    ],
)
def test_tracking_page_of_a_known_carrier_is_made_from_its_number(carrier, page):
    order = paid()

    for _ in range(2):
        shipped = ship(order, tracking_number="T/ 1", carrier=carrier)

    assert [parcel.tracking_url for parcel in shipped.shipments] == [page]


def test_carrier_without_a_number_has_no_tracking_page():
    shipped = ship(paid(), carrier="DHL")

    assert shipped.shipments[0].tracking_url == ""


def test_order_leaves_in_two_parcels():
    order = paid({stock(): 3, stock(): 1})
    first, second = order.lines

    partly = ship(order, {first.id: 2})
    deliver_all()
    assert (partly.status.value, partly.fulfilment_status.value) == ("processing", "partially_fulfilled")
    assert [line.shipped for line in partly.lines] == [2, 0]
    assert held(order) == [(8, 1), (10, 1)]

    whole = ship(order, reference="parcel-2")
    deliver_all()
    assert (whole.status.value, whole.fulfilment_status.value) == ("shipped", "fulfilled")
    assert whole.shipments[1].lines == {first.id: 1, second.id: 1}
    assert held(order) == [(7, 0), (9, 0)]


def test_repeat_of_a_parcel_ships_nothing_more():
    order = paid()

    first = ship(order, {order.lines[0].id: 1})
    again = ship(order, {order.lines[0].id: 1})
    deliver_all()

    assert first == again
    assert held(order) == [(9, 1)]


def test_unpaid_ended_or_shipped_orders_and_too_large_parcels_are_refused():
    unpaid, _ = place()
    cancelled, _ = place()
    orders.cancel_order(order_id=cancelled.id, viewer=STAFF)
    order = paid()

    for other in (unpaid, cancelled):
        with pytest.raises(orders.NotShippable):
            ship(other)
    with pytest.raises(orders.NotShippable):
        ship(order, {order.lines[0].id: 3})
    ship(order)
    with pytest.raises(orders.NotShippable):
        ship(order, reference="parcel-2")
    with pytest.raises(orders.OrderNotFound):
        orders.ship_order(order_id=uuid7(), actor="staff:test", reference="x")


@pytest.mark.parametrize("quantity", [0, -1])
def test_nonsense_parcels_are_refused_by_name(quantity):
    order = paid()
    unknown, line = uuid7(), order.lines[0].id

    with pytest.raises(Invalid) as refused:
        ship(order, {unknown: 1, line: quantity})
    assert {fault.field for fault in refused.value.fields} == {f"lines.{unknown}", f"lines.{line}"}
    with pytest.raises(Invalid):
        ship(order, {})


def test_delivered_once_everything_has_left():
    order = paid()
    with pytest.raises(orders.NotDeliverable):
        orders.deliver_order(order_id=order.id, actor="staff:test")
    ship(order)

    delivered = orders.deliver_order(order_id=order.id, actor="staff:test")
    again = orders.deliver_order(order_id=order.id, actor="staff:test")

    assert statuses(order) == ("delivered", "paid", "delivered")
    assert delivered == again
    assert delivered.shipments[0].delivered_at


def test_change_of_an_order_that_was_read_in_another_state_is_refused():
    order = paid()

    with pytest.raises(PreconditionFailed):
        ship(order, if_version=order.version - 1)
    with pytest.raises(PreconditionFailed):
        orders.cancel_order(order_id=order.id, viewer=STAFF, if_version=order.version + 1)
    assert ship(order, if_version=order.version).version == order.version + 1


def test_refund_in_parts_changes_the_order_when_the_money_is_back():
    order = paid()

    asked = refund(order, euro("10.00"))
    assert look(order).payment_status.value == "paid"
    settle()
    assert statuses(order) == ("processing", "partially_refunded", "unfulfilled")
    refund(order, reference="refund-2")
    settle()

    assert asked.status is payments.RefundStatus.PENDING
    assert statuses(order) == ("refunded", "refunded", "unfulfilled")
    assert look(order).refunded == order.total
    assert held(order) == [(10, 0)]


def test_order_that_was_shipped_keeps_its_parcels_when_refunded():
    order = paid()
    ship(order)
    refund(order)
    settle()

    assert statuses(order) == ("refunded", "refunded", "fulfilled")
    assert held(order) == [(8, 0)]


def test_refund_above_what_was_paid_or_of_an_unpaid_order_is_refused():
    order = paid()
    unpaid, _ = place()

    with pytest.raises(payments.RefundExceedsCaptured):
        refund(order, order.total + euro("0.01"))
    with pytest.raises(orders.NotRefundable):
        refund(unpaid)
    with pytest.raises(orders.OrderNotFound):
        orders.refund_order(order_id=uuid7(), amount=None, reason="x", reference="x", actor="staff:test")


def test_order_refunded_in_part_and_then_cancelled_returns_the_rest_and_no_more():
    order = paid()
    payment = payments.list_payments(order_id=order.id)[0]
    refund(order, euro("10.00"))
    settle()

    orders.cancel_order(order_id=order.id, viewer=STAFF)
    settle()

    assert statuses(order) == ("cancelled", "refunded", "unfulfilled")
    assert refunded(payment) == order.total


@pytest.mark.django_db(transaction=True)
def test_everything_at_once_ends_in_one_way():
    order = paid()
    start = threading.Barrier(4)

    def act(number):
        start.wait(10)
        try:
            if number % 2:
                ship(order, reference=f"parcel-{number}")
            else:
                orders.cancel_order(order_id=order.id, viewer=STAFF)
        except (orders.NotShippable, orders.NotCancellable) as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))
    settle()

    kinds = facts(order.id)
    assert kinds.count("shipped") + kinds.count("cancelled") == 1
    shipped = "shipped" in kinds
    assert held(order) == [(8, 0) if shipped else (10, 0)]
    assert statuses(order)[1] == ("paid" if shipped else "refunded")
