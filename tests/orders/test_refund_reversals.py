"""Refunds that the buyer's bank sends back: the order counts the money as the buyer's again, staff and audit know."""

from contextlib import nullcontext

import pytest

from apps.messaging import audits
from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.orders import verifying
from apps.orders.services import driving
from apps.payments import api as payments
from tests.orders.making import STAFF, look, place, statuses
from tests.orders.paying import facts, pay, settle
from tests.payments.bouncing import bounce

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _snapshots_inside_a_test(monkeypatch):
    monkeypatch.setattr(verifying, "_snapshot", nullcontext)


def refund(order, amount, reference="refund"):
    orders.refund_order(order_id=order.id, amount=amount, reason="late", reference=reference, actor="staff:test")
    settle()


def findings():
    return [finding.detail for check in audits.checks() for looked in audits.walk(check) for finding in looked.findings]


@pytest.mark.parametrize("part", [True, False])
def test_refund_that_came_back_is_no_longer_counted(part):
    order, _ = place()
    pay(order)
    refund(order, order.shipping)
    refund(order, order.shipping if part else None, reference="another")

    bounce(order_id=order.id)
    deliver_all()

    found = look(order)
    assert (found.refunded, found.payment_status.value) == (order.shipping, "partially_refunded")
    assert found.status.value == ("processing" if part else "refunded")
    assert facts(order.id)[-1] == "refund_reversed"
    assert findings() == []


def test_cancelled_order_whose_refund_came_back_stays_cancelled_and_owes_until_the_money_goes_again():
    order, _ = place()
    pay(order)
    orders.cancel_order(order_id=order.id, viewer=STAFF)
    settle()
    bounce(order_id=order.id)
    deliver_all()

    assert statuses(order) == ("cancelled", "paid", "unfulfilled")
    assert look(order).refunded.amount == 0
    assert findings() == []  # what waits for staff is no fault

    (failed,) = payments.list_refunds(order_id=order.id)
    payments.record_transfer_of_failed_refund(refund_id=failed.id, actor="staff:test")
    deliver_all()

    assert statuses(order) == ("cancelled", "refunded", "unfulfilled")
    assert (look(order).refunded, findings()) == (order.total, [])


def test_refund_that_never_succeeded_is_only_noted():
    order, _ = place()
    pay(order)
    orders.refund_order(order_id=order.id, amount=None, reason="late", reference="refund", actor="staff:test")
    deliver_all()
    bounce(order_id=order.id)
    deliver_all()

    assert facts(order.id)[-1] == "refund_failed"
    assert statuses(order) == ("processing", "paid", "unfulfilled")


def test_money_that_an_order_did_not_need_and_that_came_back_is_noted_and_no_fault():
    order, token = place()
    payment = orders.start_payment(order_id=order.id, viewer=STAFF, provider="manual")
    orders.cancel_order(order_id=order.id, viewer=orders.Viewer(order_token=token))
    deliver_all()
    payments.record_manual_payment(payment_id=payment.id, actor="staff:test")
    settle()
    bounce(order_id=order.id)
    deliver_all()

    assert facts(order.id)[-2:] == ["late_payment_refunded", "refund_failed"]
    assert statuses(order) == ("cancelled", "unpaid", "unfulfilled")
    assert findings() == []


def test_driving_again_tells_of_a_return_once_and_only_after_the_refund():
    order, _ = place()
    pay(order)
    refund(order, order.shipping)
    bounce(order_id=order.id)

    for _ in range(2):
        driving.drive_again(order_id=order.id)
        deliver_all()

    assert facts(order.id)[-2:] == ["refunded", "refund_reversed"]
    assert look(order).refunded.amount == 0


def test_driving_again_before_anything_was_told_leaves_the_order_of_things():
    order, _ = place()
    pay(order)
    orders.refund_order(order_id=order.id, amount=None, reason="late", reference="refund", actor="staff:test")
    (asked,) = payments.list_refunds(order_id=order.id)
    payments.record_manual_refund(refund_id=asked.id, actor="staff:test")
    bounce(order_id=order.id)

    driving.drive_again(order_id=order.id)
    deliver_all()

    assert facts(order.id)[-2:] == ["refunded", "refund_reversed"]
    assert look(order).refunded.amount == 0


def test_history_tells_of_it_with_and_without_amounts():
    order, _ = place()
    pay(order)
    refund(order, order.shipping)
    bounce(order_id=order.id)
    deliver_all()

    entry = orders.get_history(order_id=order.id)[-1]

    assert "did not arrive and came back to us" in entry.detail
    assert str(order.shipping.amount) in entry.detail
    assert "came back to us" in entry.detail_without_amounts
    assert str(order.shipping.amount) not in entry.detail_without_amounts
