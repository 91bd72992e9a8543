"""Races about one order: of two that exclude each other one wins, and money and stock follow the winner."""

from functools import partial

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging import inbox, relay, work
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.payments import api as payments
from tests.chaos.races.arena import errors, kinds
from tests.orders.making import STAFF, look, statuses
from tests.orders.paying import arrive, open_another, pay, refunded, settle, start

SAGA = "orders.drive_saga"


def paid_order(arena):
    order = arena.place((arena.stock(9), 2))
    return order, pay(order)


def cancel(arena, order):
    return arena.act("cancel", order, partial(orders.cancel_order, order_id=order.id, viewer=STAFF))


def ship(arena, order):
    call = partial(orders.ship_order, order_id=order.id, actor="staff:test", reference=str(uuid7()))
    return arena.act("ship", order, call)


def lapse(arena):
    """Take the order away from the workers who have it in hand."""
    arena.end_leases("orders_ordersaga", due="next_run_at")


def money_is_told(payment):
    """The money came and the order's saga knows; it has not acted yet."""
    relay.ensure_shards()
    arrive(payment)
    relay.relay_once()
    inbox.drain(queue="orders")


def test_payment_races_cancellation(arena):
    order = arena.place((arena.stock(9), 2))
    payment = start(order)
    money_is_told(payment)

    outcomes = arena.race(
        partial(work.drive, name=SAGA), partial(cancel, arena, order), deliver_all, partial(work.drive, name=SAGA)
    )
    settle()

    assert errors(outcomes) == []
    assert look(order).status.value == "cancelled"
    assert refunded(payment) == order.total
    arena.judge()


def test_payment_races_the_deadline(arena):
    order = arena.place((arena.stock(9), 2))
    payment = start(order)
    deliver_all()
    arena.pass_deadline(order)

    def arrives():
        arrive(payment)
        deliver_all()

    outcomes = arena.race(arrives, partial(work.drive, name=SAGA), deliver_all, partial(lapse, arena))
    settle()

    assert errors(outcomes) == []
    assert statuses(order)[:2] in {("processing", "paid"), ("cancelled", "unpaid")}
    assert refunded(payment) == (order.total if look(order).status.value == "cancelled" else Money.zero("EUR"))
    arena.judge()


def test_two_payments_at_once_are_one_and_the_other_goes_back(arena):
    order = arena.place((arena.stock(9), 2))
    first = start(order)
    payments.void_payment(payment_id=first.id)
    second = open_another(order)

    def arrives(payment):
        arrive(payment)
        deliver_all()

    outcomes = arena.race(partial(arrives, first), partial(arrives, second), partial(arrives, first), deliver_all)
    settle()

    assert errors(outcomes) == []
    assert statuses(order)[:2] == ("processing", "paid")
    assert sorted((refunded(first).amount, refunded(second).amount)) == [0, order.total.amount]
    arena.judge()


def test_two_staff_refund_at_once(arena):
    order, payment = paid_order(arena)
    part = Money(order.total.amount - 1, "EUR")

    def refund(reference, amount):
        return payments.request_refund(
            payment_id=payment.id, amount=amount, reason="damaged", reference=reference, actor="staff:test"
        )

    outcomes = arena.race(partial(refund, "one", part), partial(refund, "two", part), partial(refund, "all", None))

    assert kinds(outcomes)["RefundExceedsCaptured"] >= 1
    settle()
    assert refunded(payment).amount <= order.total.amount
    arena.judge()


def test_cancellation_races_shipment(arena):
    order, _ = paid_order(arena)

    shipped, cancelled = arena.race(partial(ship, arena, order), partial(cancel, arena, order))
    settle()

    lost = kinds(outcome for outcome in (shipped, cancelled) if isinstance(outcome, Exception))
    assert (look(order).status.value, lost) in (("shipped", {"NotCancellable": 1}), ("cancelled", {"NotShippable": 1}))
    arena.judge()


def test_two_parcels_packed_at_once_hold_each_item_once(arena):
    order, _ = paid_order(arena)

    outcomes = arena.race(*[partial(ship, arena, order) for _ in range(3)])
    settle()

    assert kinds(outcomes)["NotShippable"] == 2
    assert statuses(order)[2] == "fulfilled"
    arena.judge()


def test_refund_of_everything_races_shipment(arena):
    order, payment = paid_order(arena)

    def refund():
        payments.request_refund(payment_id=payment.id, amount=None, reason="r", reference="all", actor="staff:test")
        settle()

    arena.race(partial(ship, arena, order), refund)
    arena.judge()


def test_two_workers_drive_one_order(arena):
    placed = [arena.place((arena.stock(9), 2)) for _ in range(3)]
    for order in placed:
        arrive(start(order))
    orders.cancel_order(order_id=placed[0].id, viewer=STAFF)

    outcomes = arena.race(*[deliver_all] * 3)
    settle()

    assert errors(outcomes) == []
    assert [look(order).status.value for order in placed] == ["cancelled", "processing", "processing"]
    arena.judge()


def test_worker_who_comes_back_after_his_lease_finds_the_order_taken(arena):
    order = arena.place((arena.stock(9), 2))
    payment = start(order)
    money_is_told(payment)

    def keep_driving():
        for _ in range(15):
            work.drive(name=SAGA)

    outcomes = arena.race(*[keep_driving] * 3, partial(lapse, arena))
    settle()

    assert errors(outcomes) == []
    assert statuses(order)[:2] == ("processing", "paid")
    assert refunded(payment) == Money.zero("EUR")
    arena.judge()
