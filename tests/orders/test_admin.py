"""Orders in admin: shown, not edited; each operation says what it will do and does it in one call."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.web.testing import assert_queries
from tests.orders.making import look, place, statuses
from tests.orders.paying import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return sign_in(client, "view_order", "ship_order", "cancel_order", "refund_order")


def sign_in(client, *rights):
    user = get_user_model().objects.create_user(f"{'-'.join(rights) or 'none'}@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="orders", codename__in=rights))
    client.force_login(user)
    return user


def change(order):
    return reverse("admin:orders_order_change", args=[order.id])


def operation(order, name):
    return reverse("admin:orders_order_operation", args=[order.id, name])


def confirm(client, order, name, **fields):
    """Open the form, keep what it says, send it."""
    page = client.get(operation(order, name))
    text = page.content.decode()
    names = re.findall(r'name="((?:reference|line_[^"]+|amount))"', text)
    form = page.context["form"]
    given = {name: form[name].value() for name in names}
    return text, client.post(operation(order, name), {**given, **fields})


def test_page_tells_lines_history_and_what_can_be_done(client, staff):
    order, _ = place(email="ada@example.com")

    text = client.get(change(order)).content.decode()

    assert all(
        word in text for word in (order.number, "ada@example.com", "Rain jacket", f"Order {order.number} was placed")
    )
    assert operation(order, "cancel") in text
    assert operation(order, "ship") not in text
    assert 'name="_save"' not in text


def test_staff_ship_a_part_then_the_rest_and_deliver(client, staff):
    order, _ = place()
    pay(order)
    line = f"line_{order.lines[0].id}"

    text, answer = confirm(client, order, "ship", **{line: "1", "tracking_number": "TRACK-1"})
    confirm(client, order, "ship")
    confirm(client, order, "deliver")

    assert "leaves now" in text
    assert answer["Location"] == change(order)
    assert statuses(order) == ("delivered", "paid", "delivered")
    assert [sum(parcel.lines.values()) for parcel in look(order).shipments] == [1, 1]
    assert orders.get_history(order_id=order.id)[-1].actor == f"staff:{staff.pk}"
    assert "TRACK-1" in client.get(change(order)).content.decode()


def test_page_leads_to_the_orders_payments(client, staff):
    order, _ = place()
    payment = pay(order)

    text = client.get(change(order)).content.decode()

    assert reverse("admin:payments_payment_change", args=[payment.id]) in text


def test_form_sent_twice_ships_once(client, staff):
    order, _ = place()
    pay(order)
    body = {"reference": str(order.id), f"line_{order.lines[0].id}": "1"}

    for _ in range(2):
        client.post(operation(order, "ship"), body)

    assert len(look(order).shipments) == 1


def test_staff_cancel_and_refund(client, staff):
    paid, _ = place()
    pay(paid)
    unpaid, _ = place()

    text, _ = confirm(client, unpaid, "cancel")
    confirm(client, paid, "refund", amount="10.00", reason="damaged")
    deliver_all()

    assert "2 items return to stock" in text
    assert statuses(unpaid)[0] == "cancelled"
    assert str(look(paid).refunded) == "10.00 EUR"


def test_refusal_is_shown_in_the_form(client, staff):
    order, _ = place()
    pay(order)

    _, too_much = confirm(client, order, "refund", amount="100.00", reason="x")
    _, shipped_nothing = confirm(client, order, "ship", **{f"line_{order.lines[0].id}": "0"})

    assert "At most" in too_much.content.decode()
    assert shipped_nothing.status_code == 200
    assert "at least one line" in shipped_nothing.content.decode()


@pytest.mark.parametrize("name", ["ship", "deliver", "cancel", "refund"])
def test_each_operation_needs_its_right(client, name):
    sign_in(client, "view_order")
    order, _ = place()

    assert client.get(operation(order, name)).status_code == 403
    assert client.post(operation(order, name)).status_code == 403
    assert client.get(change(order)).status_code == 200
    assert operation(order, name) not in client.get(change(order)).content.decode()


def test_unknown_order_and_operation_are_not_found(client, staff):
    order, _ = place()

    assert client.get(operation(order, "burn")).status_code == 404


@pytest.mark.parametrize("count", [2, 20])
def test_list_costs_the_same_however_long(client, staff, count):
    for _ in range(count):
        place()

    with assert_queries(at_most=8):
        text = client.get(reverse("admin:orders_order_changelist")).content.decode()

    assert text.count("ada@example.com") >= count
