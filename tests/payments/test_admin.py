"""Payments in admin: to read, and the few things staff can do, each with its own right."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.kernel.ids import uuid7
from apps.payments import api as payments
from apps.web.testing import assert_queries
from tests.payments.sandbox.checkout import choose
from tests.payments.shop import RETURN_URL, euros

pytestmark = pytest.mark.django_db


def staff_with(*rights):
    user = get_user_model().objects.create_user(email=f"{uuid7()}@shop.test", password="correct horse", is_staff=True)
    for right in rights:
        user.user_permissions.add(Permission.objects.get(codename=right, content_type__app_label="payments"))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def staff():
    return staff_with("view_payment", "refund_payment", "record_payment", "view_refund", "view_webhookevent")


def page_of(payment):
    return reverse("admin:payments_payment_change", args=[payment.id])


def operation(payment, name):
    return reverse("admin:payments_payment_operation", args=[payment.id, name])


def test_page_shows_ledger_and_refunds_and_never_the_secret(shop, staff):
    payment = shop.open()
    secret = payment.client_secret
    shop.confirm(payment)
    shop.refund(payment, euros("10.00"))
    shop.work()

    page = staff.get(page_of(payment)).content.decode()

    assert "€84.90" in page
    assert "€10.00" in page
    assert "damaged" in page
    assert secret not in page


def test_secret_of_an_open_payment_is_not_shown(shop, staff):
    payment = shop.open()

    assert payment.client_secret not in staff.get(page_of(payment)).content.decode()


@pytest.mark.parametrize("name", ["payment", "refund", "webhookevent"])
def test_lists_are_read_only(shop, staff, name):
    shop.refund(shop.paid())

    assert staff.get(reverse(f"admin:payments_{name}_changelist")).status_code == 200
    assert staff.get(reverse(f"admin:payments_{name}_add")).status_code == 403


def test_list_costs_the_same_for_many_rows_as_for_few(shop, staff):
    def statements():
        with assert_queries(at_most=30) as seen:
            staff.get(reverse("admin:payments_payment_changelist"))
        return len(seen)

    for _ in range(2):
        shop.open(provider="manual")
    statements()  # the brand, which the process then remembers
    few = statements()
    for _ in range(10):
        shop.open(provider="manual")

    assert statements() == few


def test_staff_give_back_a_part_and_a_form_sent_twice_acts_once(shop, staff):
    payment = shop.paid()
    form = {"reference": str(uuid7()), "amount": "30.00", "reason": "damaged", "confirmed": "1"}

    answers = [staff.post(operation(payment, "refund"), form) for _ in range(2)]
    shop.work()

    assert [answer.status_code for answer in answers] == [302, 302]
    (refund,) = payments.list_refunds(order_id=payment.order_id)
    assert (refund.amount, refund.status) == (euros("30.00"), payments.RefundStatus.SUCCEEDED)


def test_refund_shows_the_money_that_results_before_anything_moves(shop, staff):
    payment = shop.paid()
    shop.refund(payment, euros("10.00"))
    shop.work()
    shop.refund(payment, euros("4.90"), reference="refund-2")

    empty = staff.get(operation(payment, "refund")).content.decode()
    asked = staff.post(
        operation(payment, "refund"), {"reference": str(uuid7()), "amount": "30.00", "reason": "damaged"}
    )

    assert "bo-danger" not in empty
    assert [(name, str(amount)) for name, amount in asked.context["preview"]] == [
        ("Captured", "84.90 EUR"),
        ("Refunded before", "-10.00 EUR"),
        ("On its way back", "-4.90 EUR"),
        ("This refund", "-30.00 EUR"),
        ("The shop keeps", "40.00 EUR"),
    ]
    assert ">Give back €30.00</button>" in asked.content.decode()
    assert len(payments.list_refunds(order_id=payment.order_id)) == 2


def test_two_members_of_staff_who_saw_the_same_money_give_it_back_once(shop, staff):
    payment = shop.paid()
    forms = [{"reference": str(uuid7()), "amount": "60.00", "reason": "damaged"} for _ in range(2)]

    previews = [staff.post(operation(payment, "refund"), form).context["preview"] for form in forms]
    first, second = (staff.post(operation(payment, "refund"), form | {"confirmed": "1"}) for form in forms)

    assert all(previews)
    assert first.status_code == 302
    assert second.status_code == 200
    assert "60.00 is too much. At most €24.90 can be refunded." in second.content.decode()
    assert second.context["preview"] is None
    assert [refund.amount for refund in payments.list_refunds(order_id=payment.order_id)] == [euros("60.00")]


def test_whole_refund_sent_twice_ends_where_the_first_did(shop, staff):
    payment = shop.paid()
    form = {"reference": str(uuid7()), "amount": "84.90", "reason": "damaged", "confirmed": "1"}

    answers = [staff.post(operation(payment, "refund"), form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(payments.list_refunds(order_id=payment.order_id)) == 1


def test_buttons_name_the_amounts(shop, staff):
    transfer = shop.open(provider="manual")
    arrived = staff.get(operation(transfer, "arrived")).content.decode()
    payments.record_manual_payment(payment_id=transfer.id, actor="staff:test")
    for amount, reason in (("10.00", "damaged"), ("5.00", "late")):
        payments.request_refund(
            payment_id=transfer.id, amount=euros(amount), reason=reason, reference=str(uuid7()), actor="staff:test"
        )

    page = staff.get(operation(transfer, "sent"))
    sent = {button.text: button.refund for button in page.context["buttons"]}
    body = {"reference": str(uuid7()), "refund": sent["Record €5.00 as sent back (late)"]}
    staff.post(operation(transfer, "sent"), body)
    again = staff.post(operation(transfer, "sent"), body)

    assert ">Record €84.90 as received</button>" in arrived
    assert set(sent) == {"Record €10.00 as sent back (damaged)", "Record €5.00 as sent back (late)"}
    assert page.content.decode().count('name="refund"') == 2
    assert shop.look(transfer).refunded == euros("5.00")
    assert "This refund does not wait any more" in again.content.decode()


def test_refund_above_what_is_left_is_told_in_the_form(shop, staff):
    payment = shop.paid()

    answer = staff.post(
        operation(payment, "refund"), {"reference": str(uuid7()), "amount": "84.91", "reason": "damaged"}
    )

    assert answer.status_code == 200
    assert "At most €84.90 can be refunded." in answer.content.decode()


def test_money_that_arrived_by_transfer_is_recorded_with_who_saw_it(shop, staff):
    payment = shop.open(provider="manual")

    staff.post(operation(payment, "arrived"), {"reference": str(uuid7()), "note": "statement 12"})

    assert shop.look(payment).status is payments.PaymentStatus.SUCCEEDED
    page = staff.get(page_of(payment)).content.decode()
    assert f"staff:{staff.user.pk}" in page
    assert "statement 12" in page


def test_refresh_applies_what_the_provider_has_also_to_a_paid_payment(shop, staff):
    payment = shop.open(return_url=RETURN_URL)
    choose(payment.redirect_url, "approve")
    payments.refresh_payment(payment_id=payment.id)
    shop.provider.client().v1.refunds.create({"payment_intent": shop.row(payment).intent_id, "amount": 1000})

    staff.post(operation(payment, "refresh"), {"reference": str(uuid7())})

    assert shop.look(payment).refunded == euros("10.00")


@pytest.mark.parametrize(
    ("name", "right"), [("refund", "refund_payment"), ("arrived", "record_payment"), ("refresh", "view_payment")]
)
def test_each_operation_needs_its_own_right(shop, name, right):
    payment = shop.paid()
    others = {"view_payment", "refund_payment", "record_payment"} - {right}

    assert staff_with(*others).post(operation(payment, name), {}).status_code == 403
    assert staff_with(right).get(operation(payment, name)).status_code == 200


def test_page_offers_only_what_is_possible(shop, staff):
    paid, transfer = shop.paid(), shop.open(provider="manual")

    paid_page, transfer_page = (staff.get(page_of(payment)).content.decode() for payment in (paid, transfer))

    assert operation(paid, "refund") in paid_page
    assert operation(paid, "arrived") not in paid_page
    assert operation(transfer, "arrived") in transfer_page
    assert operation(transfer, "refund") not in transfer_page


def test_operation_on_nothing_is_404(shop, staff):
    payment = shop.paid()

    assert staff.get(operation(payment, "explode")).status_code == 404
    assert staff.get(reverse("admin:payments_payment_operation", args=[uuid7(), "refund"])).status_code == 404
