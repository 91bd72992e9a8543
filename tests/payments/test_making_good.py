"""Money of refunds that failed: staff see it, and send it again or in another way, once."""

import pytest
from django.urls import reverse

from apps.kernel.ids import uuid7
from apps.payments import api as payments
from apps.payments.models import PaymentTransaction
from tests.payments.shop import euros
from tests.payments.test_admin import operation, page_of, staff_with

pytestmark = pytest.mark.django_db
FAILED, SUCCEEDED = payments.RefundStatus.FAILED, payments.RefundStatus.SUCCEEDED


@pytest.fixture
def bounced(shop):
    """A payment of which a refund of thirty euros came back."""
    payment = shop.paid("pm_card_refundFail")
    shop.refund(payment, euros("30.00"))
    come_back(shop, payment)
    return payment


def come_back(shop, payment, *, count=1):
    shop.work()
    for received in shop.webhooks(payment, "refund.failed", count=count):
        shop.deliver(received)
    shop.work()


def failed_of(payment):
    return next(each for each in payments.list_refunds(order_id=payment.order_id) if each.status is FAILED)


def test_failed_refund_waits_for_staff_until_its_money_was_transferred(shop, bounced):
    failed = failed_of(bounced)
    assert (payments.count_refunds_to_send().failed, failed.waits_for_staff) == (1, True)

    first, second = (
        payments.record_transfer_of_failed_refund(refund_id=failed.id, actor="staff:1", note="to her new account")
        for _ in range(2)
    )
    shop.work()

    assert first == second
    assert (first.status, first.amount, first.reason) == (SUCCEEDED, euros("30.00"), "damaged")
    assert (payments.count_refunds_to_send().failed, failed_of(bounced).waits_for_staff) == (0, False)
    assert shop.look(bounced).refunded == euros("30.00")
    assert shop.events(bounced)[-3:] == ["refund_succeeded", "refund_failed", "refund_succeeded"]
    entry = PaymentTransaction.objects.get(payment_id=bounced.id, provider="manual")
    assert (entry.kind, entry.amount, entry.actor, entry.note) == (
        "refund",
        euros("30.00"),
        "staff:1",
        "to her new account",
    )
    assert len(shop.provider_lines(bounced.order_id)) == 3


def test_provider_is_not_thought_to_know_of_a_transfer(shop, bounced):
    payments.record_transfer_of_failed_refund(refund_id=failed_of(bounced).id, actor="staff:1")

    assert list(payments.verify_payments(since=bounced.created_at)) == []


def test_refund_that_is_sent_again_and_fails_again_waits_in_the_place_of_the_first(shop, bounced):
    failed = failed_of(bounced)

    again, same = (payments.send_failed_refund_again(refund_id=failed.id, actor="staff:1") for _ in range(2))
    assert (again.id, again.amount, payments.count_refunds_to_send().failed) == (same.id, euros("30.00"), 0)
    come_back(shop, bounced, count=2)

    assert payments.count_refunds_to_send().failed == 1
    payments.record_transfer_of_failed_refund(refund_id=again.id, actor="staff:1")
    assert payments.count_refunds_to_send().failed == 0
    with pytest.raises(payments.RefundMadeGood, match="sent again through stripe"):
        payments.record_transfer_of_failed_refund(refund_id=failed.id, actor="staff:1")
    with pytest.raises(payments.RefundMadeGood, match="was transferred already"):
        payments.send_failed_refund_again(refund_id=again.id, actor="staff:1")


def test_refund_of_that_amount_from_elsewhere_makes_it_good(shop, bounced):
    failed = failed_of(bounced)
    shop.refund(bounced, euros("30.00"), reference="from the order's page")

    assert payments.count_refunds_to_send().failed == 0
    with pytest.raises(payments.RefundMadeGood, match="went back already"):
        payments.send_failed_refund_again(refund_id=failed.id, actor="staff:1")
    with pytest.raises(payments.RefundMadeGood):
        payments.record_transfer_of_failed_refund(refund_id=failed.id, actor="staff:1")


def test_no_more_goes_back_than_came(shop, bounced):
    shop.refund(bounced, euros("60.00"), reference="another")

    with pytest.raises(payments.RefundExceedsCaptured):
        payments.record_transfer_of_failed_refund(refund_id=failed_of(bounced).id, actor="staff:1")
    shop.work()

    assert payments.count_refunds_to_send().failed == 0  # its money is not there any more


def test_only_failed_refunds_are_made_good(shop):
    payment = shop.paid()
    refund = shop.refund(payment, euros("30.00"))

    for act in (payments.send_failed_refund_again, payments.record_transfer_of_failed_refund):
        for refund_id in (refund.id, uuid7()):
            with pytest.raises(payments.RefundNotFound):
                act(refund_id=refund_id, actor="staff:1")


def test_staff_find_it_and_record_the_transfer(shop, bounced):
    staff = staff_with("view_payment", "refund_payment", "record_payment")
    listing = reverse("admin:payments_payment_changelist") + "?owed=failed"
    found = staff.get(listing).content.decode()
    page = staff.get(page_of(bounced)).content.decode()
    asked = staff.get(operation(bounced, "sent"))
    (button,) = asked.context["buttons"]

    assert page_of(bounced) in found
    assert operation(bounced, "again") in page
    assert "Stripe could not give this money back. Ask the buyer for another account." in asked.content.decode()
    assert button.text == "Record €30.00 as sent back (damaged)"
    form = {"reference": str(uuid7()), "refund": button.refund, "note": "statement 9"}
    staff.post(operation(bounced, "sent"), form)

    assert shop.look(bounced).refunded == euros("30.00")
    assert page_of(bounced) not in staff.get(listing).content.decode()
    assert operation(bounced, "again") not in staff.get(page_of(bounced)).content.decode()


def test_staff_send_it_again(shop, bounced):
    staff = staff_with("view_payment", "refund_payment")
    (button,) = staff.get(operation(bounced, "again")).context["buttons"]

    told = staff.post(
        operation(bounced, "again"), {"reference": str(uuid7()), "refund": button.refund}, follow=True
    ).content.decode()

    assert button.text == "Send €30.00 again (damaged)"
    assert "€30.00 is on its way back to the buyer again." in told
    assert operation(bounced, "sent") not in told
