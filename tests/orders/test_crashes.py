"""The saga's worker dies before and after every call it makes, in every story an order can have; each ends as if it had not."""

import pytest

from apps.inventory import api as inventory
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.orders import saga
from apps.orders.models import Order, OrderSaga, SagaStep
from apps.payments import api as payments
from tests.orders.making import STAFF, held, look, place, statuses, stock
from tests.orders.paying import arrive, facts, pass_deadline, start

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CALLS = {
    saga.inventory: ("allocate_reservation", "reserve_stock", "release_reservation", "ship_reservation"),
    saga.payments: ("list_payments", "void_payment", "request_refund"),
    saga.settling: (
        "mark_paid",
        "cancel_out_of_stock",
        "note_unneeded_payment",
        "give_up",
        "note_refund",
        "expect_settlement",
        "finish",
    ),
    saga: ("next_run",),
}


class Died(BaseException):
    """The worker was killed here."""


class Killer:
    """Counts the calls made while everything is delivered, and dies once, at call number `at`, before or after it."""

    def __init__(self, monkeypatch):
        self.delivering = False
        self.arm(0, "")
        for module, names in CALLS.items():
            for name in names:
                monkeypatch.setattr(module, name, self.wrap(getattr(module, name)))

    def wrap(self, real):
        def call(**arguments):
            if not self.delivering:
                return real(**arguments)
            self.calls += 1
            dies = self.calls == self.at
            if dies and self.moment == "before":
                raise Died
            answer = real(**arguments)
            if dies:
                raise Died
            return answer

        return call

    def arm(self, at, moment):
        self.calls, self.at, self.moment = 0, at, moment

    def deliver(self):
        """Deliver everything; a worker that died is replaced when its lease has ended."""
        self.delivering = True
        try:
            deliver_all()
        except Died:
            OrderSaga.objects.filter(lease_token__isnull=False).update(next_run_at="2020-01-01T00:00:00Z")
            deliver_all()
        finally:
            self.delivering = False


def paid(killer):
    order, _ = place()
    arrive(start(order))
    killer.deliver()
    return order


def shipped(killer):
    order = paid(killer)
    orders.ship_order(order_id=order.id, lines={order.lines[0].id: 1}, actor="staff:test", reference="one")
    orders.ship_order(order_id=order.id, actor="staff:test", reference="two")
    killer.deliver()
    return order


def cancelled_after_payment(killer):
    order = paid(killer)
    orders.cancel_order(order_id=order.id, viewer=STAFF)
    killer.deliver()
    return order


def expired(killer):
    order, _ = place()
    start(order)
    deliver_all()
    pass_deadline(order.id)
    killer.deliver()
    return order


def paid_at_the_last_moment(killer):
    order, _ = place()
    payment = start(order)
    deliver_all()
    arrive(payment)
    pass_deadline(order.id)
    killer.deliver()
    return order


def paid_too_late(killer):
    order, _ = place()
    payment = start(order)
    orders.cancel_order(order_id=order.id, viewer=STAFF)
    killer.deliver()
    arrive(payment)
    killer.deliver()
    return order


def reservation_lost(killer):
    order, _ = place()
    payment = start(order)
    inventory.release_reservation(reference=Order.objects.get(pk=order.id).reservation)
    arrive(payment)
    killer.deliver()
    return order


def sold_out(killer):
    variant = stock(2)
    order, _ = place({variant: 2})
    payment = start(order)
    inventory.release_reservation(reference=Order.objects.get(pk=order.id).reservation)
    place({variant: 1})
    arrive(payment)
    killer.deliver()
    return order


STORIES = [
    paid,
    shipped,
    cancelled_after_payment,
    expired,
    paid_at_the_last_moment,
    paid_too_late,
    reservation_lost,
    sold_out,
]


def ending(order):
    """Everything that must not depend on a crash: what the order is, its history, its stock, its money, and nothing left to do."""
    found = payments.list_payments(order_id=order.id)
    return {
        "statuses": statuses(order),
        "paid": str(look(order).paid),
        "history": facts(order.id),
        "stock": held(order),
        "money": [(payment.status.value, str(payment.captured), str(payment.refunded)) for payment in found],
        "undone": SagaStep.objects.filter(order_id=order.id, done_at__isnull=True).count(),
        "next": OrderSaga.objects.get(order_id=order.id).next_run_at,
    }


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_worker_may_die_around_every_call(monkeypatch, story):
    killer = Killer(monkeypatch)
    undisturbed = story(killer)
    points, expected = killer.calls, ending(undisturbed)

    assert points >= 3
    # Between two calls nothing is written: dying after one is dying before the next.
    for at, moment in [(1, "before"), *((number, "after") for number in range(1, points + 1))]:
        killer.arm(at, moment)
        order = story(killer)
        assert killer.calls > at, "the worker was not killed, or nobody took over"
        assert ending(order) == expected, f"killed {moment} call {at} of {points}"
