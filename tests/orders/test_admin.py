"""Orders in admin: shown, not edited; each operation says what it will do and does it in one call."""

import re
from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from apps.messaging.testing import deliver_all
from apps.orders import api as orders
from apps.orders.admin.packing_slip import make_packing_slip
from apps.payments import api as payments
from apps.web.testing import assert_queries
from tests.orders.making import ADDRESS, look, place, statuses, stock
from tests.orders.paying import pay, settle
from tests.payments.bouncing import bounce

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return sign_in(client, "view_order", "view_money", "ship_order", "cancel_order", "refund_order")


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
    """Open the form, keep what it says, send it; where a preview follows, send that too."""
    page = client.get(operation(order, name))
    text = page.content.decode()
    names = re.findall(r'name="((?:reference|line_[^"]+|amount))"', text)
    form = page.context["form"]
    given = {name: form[name].value() for name in names}
    answer = client.post(operation(order, name), {**given, **fields})
    if answer.status_code == 200 and answer.context["preview"]:
        answer = client.post(operation(order, name), {**given, **fields, "confirmed": "1"})
    return text, answer


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


def test_page_leads_to_the_orders_payments_for_who_may_see_them(client, staff):
    order, _ = place()
    payment = pay(order)

    link = reverse("admin:payments_payment_change", args=[payment.id])
    before = client.get(change(order)).content.decode()
    staff.user_permissions.add(Permission.objects.get(codename="view_payment"))

    assert link not in before
    assert link in client.get(change(order)).content.decode()


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
    settle()

    assert "2 items return to stock" in text
    assert statuses(unpaid)[0] == "cancelled"
    assert str(look(paid).refunded) == "10.00 EUR"


def test_transfer_that_staff_owe_is_shown_until_they_record_it(client):
    client.force_login(get_user_model().objects.create_superuser("root@example.com"))
    order, _ = place()
    payment = pay(order)
    confirm(client, order, "cancel")
    deliver_all()
    page = reverse("admin:orders_order_change", args=[order.id])
    record = reverse("admin:payments_payment_operation", args=[payment.id, "sent"])

    assert record in client.get(page).content.decode()
    assert "Transfers to send back" in client.get("/admin/").content.decode()
    assert str(look(order).refunded) == "0.00 EUR"

    form = client.get(record).context["form"]
    client.post(
        record,
        {"reference": form["reference"].value(), "refund": form.fields["refund"].choices[0][0], "note": "statement 9"},
    )
    deliver_all()

    assert str(look(order).refunded) == "44.90 EUR"
    assert record not in client.get(page).content.decode()
    assert "Transfers to send back" not in client.get("/admin/").content.decode()


def test_refund_that_failed_is_shown_until_staff_made_it_good(client):
    client.force_login(get_user_model().objects.create_superuser("root@example.com"))
    order, _ = place()
    payment = pay(order)
    confirm(client, order, "cancel")
    settle()
    bounce(order_id=order.id)
    deliver_all()
    page = reverse("admin:orders_order_change", args=[order.id])

    assert "Refunds that failed" in client.get("/admin/").content.decode()
    told = client.get(page).content.decode()
    assert 'could not be sent back <span class="bo-quiet">order cancelled</span>' in told
    assert reverse("admin:payments_payment_operation", args=[payment.id, "sent"]) in told
    assert "The refund of €44.90 did not arrive and came back to us" in told

    (failed,) = payments.list_refunds(order_id=order.id)
    payments.record_transfer_of_failed_refund(refund_id=failed.id, actor="staff:test")
    deliver_all()

    assert statuses(order)[:2] == ("cancelled", "refunded")
    assert "Refunds that failed" not in client.get("/admin/").content.decode()


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


def test_list_names_each_buyer_above_their_address(client, staff):
    place(billing_address=replace(ADDRESS, first_name="Grace", last_name="<Ng>"), email="grace@example.com")

    text = client.get(reverse("admin:orders_order_changelist")).content.decode()

    assert 'Grace &lt;Ng&gt;<br><span class="bo-quiet">grace@example.com</span></span>' in text


def found(client, query):
    """Return the numbers of the orders that a search of the list shows."""
    rows = client.get(reverse("admin:orders_order_changelist"), {"q": query}).context["cl"].result_list
    return [row.number for row in rows]


def test_one_search_finds_an_order_by_everything_people_quote(client, staff):
    order, _ = place(email="grace@example.com")
    other, _ = place(email="other@example.com")
    payment = pay(order)
    confirm(client, order, "ship", tracking_number="TRACK-77")

    for query in (order.number, f"#{order.number}", "Grace@Example.com ", order.lines[0].sku, "TRACK-77", payment.id):
        assert found(client, str(query)) == [order.number], query
    assert found(client, "nothing of ours") == []
    assert set(found(client, "")) == {order.number, other.number}


def test_saved_filters_lead_to_what_they_say(client, staff):
    waiting, _ = place()
    paid, _ = place()
    pay(paid)
    listing = reverse("admin:orders_order_changelist")

    tabs = {title: query for title, query, _ in client.get(listing).context["saved_filters"]}
    shown = {
        title: [row.number for row in client.get(f"{listing}?{query}").context["cl"].result_list]
        for title, query in tabs.items()
    }

    assert shown["Awaiting payment"] == [waiting.number]
    assert shown["To ship"] == [paid.number]
    assert shown["On the way"] == shown["Part shipped"] == []
    assert len(shown["All orders"]) == 2


def test_refund_shows_the_money_that_results_before_anything_moves(client, staff):
    order, _ = place()
    pay(order)

    asked = client.post(
        operation(order, "refund"), {"reference": str(order.id), "amount": "10.00", "reason": "damaged"}
    )

    assert [(name, str(amount)) for name, amount in asked.context["preview"]] == [
        ("Paid", "44.90 EUR"),
        ("Refunded before", "0.00 EUR"),
        ("This refund", "-10.00 EUR"),
        ("The shop keeps", "34.90 EUR"),
    ]
    assert ">Give back €10.00</button>" in asked.content.decode()
    assert "bo-danger" not in client.get(operation(order, "refund")).content.decode()
    deliver_all()
    assert not look(order).refunded


def test_refund_under_way_cannot_be_promised_twice(client, staff):
    order, _ = place()
    pay(order)
    confirm(client, order, "refund", amount="40.00", reason="damaged")

    page = client.get(change(order)).content.decode()
    _, again = confirm(client, order, "refund", amount="10.00", reason="again")

    assert "Refund up to €4.90" in page
    assert "At most €4.90" in again.content.decode()


def test_buttons_say_what_they_will_do(client, staff):
    unpaid, _ = place()
    paid, _ = place()
    pay(paid)

    assert ">Cancel the order</a>" in client.get(change(unpaid)).content.decode()
    text = client.get(change(paid)).content.decode()
    for words in ("Ship 2 items", "Cancel and give back €44.90", "Refund up to €44.90"):
        assert f">{words}</a>" in text


def test_ship_button_counts_what_was_chosen_and_a_whole_parcel_sent_twice_leaves_once(client, staff):
    order, _ = place({stock(): 2, stock(): 3})
    pay(order)
    first, second = (f"line_{line.id}" for line in order.lines)
    part = reverse("admin:orders_order_part", args=[order.id])

    whole = client.get(operation(order, "ship")).content.decode()
    nothing = client.get(part, {first: "0", second: "0"})
    much = client.get(part, {first: "0", second: "4"})
    chosen = client.get(part, {first: "0", second: "2"}, follow=True).content.decode()
    body = {"reference": str(order.id), first: "2", second: "3"}
    answers = [client.post(operation(order, "ship"), body)["Location"] for _ in range(2)]

    assert ">Ship 5 items</button>" in whole
    assert part in whole
    assert "at least one item" in nothing.content.decode()
    assert (nothing.status_code, much.status_code) == (200, 200)
    assert ">Ship 2 of 5 items</button>" in chosen
    assert f"2 of 3 Rain jacket ({order.lines[1].sku})" in chosen
    assert "2 of 2 Rain jacket" not in chosen
    assert answers == [change(order)] * 2
    assert len(look(order).shipments) == 1


@pytest.mark.parametrize("quantity", ["-1", "many", "9" * 5000, "3"])
def test_parcel_that_cannot_be_is_refused_in_words(client, staff, quantity):
    order, _ = place()
    pay(order)

    answer = client.post(operation(order, "ship"), {"reference": str(order.id), f"line_{order.lines[0].id}": quantity})

    assert "What leaves is not to be read." in answer.content.decode()
    assert look(order).shipments == ()


def test_deliver_button_counts_parcels(client, staff):
    order, _ = place()
    pay(order)
    for quantity in ("1", "1"):
        confirm(client, order, "ship", **{f"line_{order.lines[0].id}": quantity})

    assert ">Mark 2 parcels as delivered</a>" in client.get(change(order)).content.decode()


def test_choosing_a_part_needs_the_right_to_ship(client):
    sign_in(client, "view_order")
    order, _ = place()

    assert client.get(reverse("admin:orders_order_part", args=[order.id])).status_code == 403


def test_amounts_have_one_form_in_the_history_and_the_tables(client, staff):
    order, _ = place()

    page = client.get(reverse("admin:orders_order_change", args=[order.id]))

    assert page.context["history"][-1].sentence == f"Order {order.number} was placed: €44.90."
    assert "EUR" not in page.content.decode()


def test_money_and_language_are_told_in_words(client, staff):
    staff.user_permissions.add(Permission.objects.get(codename="view_payment"))
    order, _ = place()
    pay(order)
    confirm(client, order, "refund", amount="10", reason="damaged")

    text = client.get(change(order)).content.decode()

    assert ">Bank transfer, €44.90, paid</a>" in text
    assert "€10.00 on its way back" in text
    assert "reads English" in text


def test_parcels_form_asks_for_the_carrier_first(client, staff):
    order, _ = place()
    pay(order)

    names = [field.name for field in client.get(operation(order, "ship")).context["form"].visible_fields()]

    assert names[:3] == ["carrier", "tracking_number", "tracking_url"]


def test_history_is_told_in_sentences_with_the_name_of_who_did_it(client, staff):
    order, _ = place()
    pay(order)
    confirm(client, order, "ship", tracking_number="TRACK-1")

    page = client.get(change(order))

    newest = page.context["history"][0]
    assert (newest.sentence, newest.person) == ("A parcel with 2 items left.", staff.email)
    assert f"staff:{staff.pk}" not in page.content.decode()


def test_packing_slip_is_a_pdf_of_what_is_left_or_of_one_parcel(client, staff):
    order, _ = place()
    pay(order)
    address = reverse("admin:orders_order_slip", args=[order.id])

    left = client.get(address)
    confirm(client, order, "ship")
    parcel = client.get(reverse("admin:orders_order_slip", args=[order.id, look(order).shipments[0].id]))

    for answer in (left, parcel):
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert f"packing-slip-{order.number}.pdf" in answer["Content-Disposition"]
    assert client.get(address).status_code == 404


def test_packing_slip_says_nothing_of_money():
    order, _ = place()
    dear = replace(
        order, total=order.total * 7, lines=tuple(replace(line, unit_price=line.unit_price * 9) for line in order.lines)
    )
    quantities = {line.id: line.quantity for line in order.lines}

    slips = [make_packing_slip(each, quantities=quantities) for each in (order, dear, replace(order, number="4711"))]

    same, other, control = (re.sub(rb"/(CreationDate|ID) .*", b"", slip) for slip in slips)
    assert same == other != control


def test_packing_slip_needs_the_right_to_ship(client):
    sign_in(client, "view_order")
    order, _ = place()

    assert client.get(reverse("admin:orders_order_slip", args=[order.id])).status_code == 403


@pytest.mark.parametrize("lines", [1, 15])
def test_workbench_costs_the_same_however_long_the_order(client, staff, lines):
    order, _ = place({stock(): 2 for _ in range(lines)})
    pay(order)
    client.get(change(order))

    with assert_queries(at_most=8):
        client.get(change(order))


@pytest.mark.parametrize("amount", ["0.001", "0.005", "1.005"])
def test_refund_of_parts_of_a_cent_is_refused_at_the_first_step(client, staff, amount):
    order, _ = place()
    pay(order)

    asked = client.post(operation(order, "refund"), {"reference": str(order.id), "amount": amount, "reason": "x"})

    assert asked.context["preview"] is None
    assert f"{amount} is no amount in EUR; write at most 2 decimals." in asked.content.decode()


def test_refund_sent_again_with_another_amount_is_refused(client, staff):
    order, _ = place()
    pay(order)
    body = {"reference": str(order.id), "reason": "damaged", "confirmed": "1"}
    client.post(operation(order, "refund"), {**body, "amount": "7.00"})

    again = client.post(operation(order, "refund"), {**body, "amount": "7.00"})
    other = client.post(operation(order, "refund"), {**body, "amount": "3.00"})

    assert again.status_code == 302
    assert "done already, with another amount: 7.00 EUR goes back" in other.content.decode()
    settle()
    assert str(look(order).refunded) == "7.00 EUR"


def test_refund_is_not_offered_while_nothing_is_left(client, staff):
    order, _ = place()
    pay(order)
    confirm(client, order, "refund", amount="44.90", reason="damaged")

    assert "Refund up to" not in client.get(change(order)).content.decode()
