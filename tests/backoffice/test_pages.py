"""Staff pages over several apps: each right on its own, figures that lead to their lists, parked work that can be tried again."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from django.utils.html import escape

from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.kernel import clock
from apps.kernel.ids import uuid7
from apps.messaging import api as messaging
from apps.messaging import auditing
from apps.messaging.models import InboxMessage
from apps.messaging.testing import deliver_all
from apps.web.testing import assert_queries
from tests.catalog.shop import make_product
from tests.checkout import shopping
from tests.orders.making import draft, place, stock
from tests.orders.paying import pay
from tests.shipping.offers import offer_methods

pytestmark = pytest.mark.django_db


def sign_in(client, *rights):
    user = get_user_model().objects.create_user(f"{uuid7()}@example.com", is_staff=True)
    for right in rights:
        app, codename = right.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client.force_login(user)


def park_a_message():
    place()
    deliver_all()
    message = InboxMessage.objects.first()
    InboxMessage.objects.filter(pk=message.pk).update(done_at=None, parked_at=message.occurred_at, last_error="boom")
    return message


@pytest.mark.parametrize("page", ["backoffice:parked", "backoffice:stock", "backoffice:audit"])
def test_pages_ask_strangers_to_sign_in_and_refuse_staff_without_the_right(client, page):
    assert client.get(reverse(page)).url.startswith(reverse("admin:login"))

    sign_in(client)

    assert client.get(reverse(page)).status_code == 403


def test_opening_page_shows_only_figures_its_reader_may_look_into(client):
    place()

    sign_in(client)
    assert not client.get(reverse("admin:index")).context["figures"]

    sign_in(client, "orders.view_sales")
    figures = {figure.name: figure for figure in client.get(reverse("admin:index")).context["figures"]}
    assert figures["Orders today"].value == "1"
    assert figures["Orders today"].link == ""
    assert figures.keys() == {"Orders today", "Revenue today", "Conversion"}

    sign_in(client, "orders.view_order")
    figures = {figure.name: figure.value for figure in client.get(reverse("admin:index")).context["figures"]}
    assert figures == {"To ship": "0", "Awaiting payment": "1"}

    sign_in(
        client,
        "orders.view_order",
        "orders.view_sales",
        "inventory.view_stocklevel",
        "messaging.view_inboxmessage",
    )
    page = client.get(reverse("admin:index"))
    for figure in page.context["figures"]:
        assert client.get(figure.link).status_code == 200
        assert f'href="{escape(figure.link)}"' in page.content.decode()
    assert "Revenue today" in page.content.decode()
    assert re.search(r"<title>\s*Today at ", page.content.decode())


def test_field_above_the_side_bar_speaks_of_pages(client):
    sign_in(client, "orders.view_order")

    page = client.get(reverse("admin:index")).content.decode()

    assert 'placeholder="Find a page"' in page
    assert "apps and models" not in page


def test_side_bar_leads_to_the_work_its_reader_may_do(client):
    sign_in(client, "orders.view_order", "inventory.view_stocklevel")

    page = client.get(reverse("admin:index")).content.decode()

    assert reverse("admin:orders_order_changelist") in page
    assert reverse("backoffice:stock") in page
    assert reverse("backoffice:parked") not in page


def test_parked_work_is_told_with_its_reason_and_tried_again(client):
    message = park_a_message()
    sign_in(client, "messaging.view_inboxmessage", "messaging.change_inboxmessage")

    assert "boom" in client.get(reverse("backoffice:parked")).content.decode()
    answer = client.post(reverse("backoffice:parked"), {"kind": "message", "id": message.pk}, follow=True)

    assert "It will be tried again now." in answer.content.decode()
    assert not messaging.list_parked()


def test_who_may_only_look_at_parked_work_cannot_replay_it(client):
    message = park_a_message()
    sign_in(client, "messaging.view_inboxmessage")

    assert "Try again" not in client.get(reverse("backoffice:parked")).content.decode()
    assert client.post(reverse("backoffice:parked"), {"kind": "message", "id": message.pk}).status_code == 403
    assert messaging.list_parked()


@pytest.mark.parametrize("wish", [{"kind": "message", "id": "x"}, {"kind": "nonsense", "id": "0" * 32}, {}])
def test_replay_of_what_does_not_exist_is_a_bad_request(client, wish):
    sign_in(client, "messaging.view_inboxmessage", "messaging.change_inboxmessage")

    assert client.post(reverse("backoffice:parked"), wish).status_code == 400


def find_a_fault():
    """Let the audit find, and see again, that a reservation of a cart outlived its time."""
    made = draft({stock(): 1})
    lines = [inventory.StockLine(variant_id=line.variant_id, quantity=line.quantity) for line in made.lines]
    with connection.cursor() as cursor:
        inventory.reserve_stock(reference="forgotten", lines=lines, expires_in_seconds=60)
        cursor.execute("UPDATE inventory_stockreservation SET expires_at = now() - interval '2 hours'")
    for _ in range(2):
        auditing.carry_on(seconds=60)


def test_what_the_audit_found_is_told_with_what_heals_it_and_repaired_once(client, monkeypatch):
    monkeypatch.setitem(settings.MESSAGING, "AUDIT_PATIENCE_SECONDS", 0)
    find_a_fault()
    sign_in(client, "messaging.view_auditfinding", "messaging.repair_auditfinding")

    page = client.get(reverse("backoffice:audit")).content.decode()
    assert "holds stock still" in page
    assert "Release every reservation that is unpaid and long expired" in page
    [finding] = messaging.list_findings(limit=10)
    answer = client.post(reverse("backoffice:audit"), {"id": finding.id}, follow=True).content.decode()

    assert "This is repaired." in answer
    assert "Nothing stands" in answer
    assert "inventory.release_expired" in answer
    assert client.post(reverse("backoffice:audit"), {"id": uuid7()}).status_code == 404
    assert client.post(reverse("backoffice:audit"), {"id": "x"}).status_code == 400


def test_who_may_only_look_at_the_audit_repairs_nothing(client, monkeypatch):
    monkeypatch.setitem(settings.MESSAGING, "AUDIT_PATIENCE_SECONDS", 0)
    find_a_fault()
    sign_in(client, "messaging.view_auditfinding")
    [finding] = messaging.list_findings(limit=10)

    assert "Do this" not in client.get(reverse("backoffice:audit")).content.decode()
    assert client.post(reverse("backoffice:audit"), {"id": finding.id}).status_code == 403
    assert messaging.list_findings(limit=10)


def test_stock_is_found_by_sku_and_leads_to_the_form_that_sets_it(client):
    variant = make_product().variants[0]
    inventory.set_on_hand(variant_id=variant.id, on_hand=7, reason="delivery")
    sign_in(client, "inventory.view_stocklevel", "inventory.change_stocklevel")
    page = reverse("backoffice:stock")

    found = client.get(page, {"sku": f" {variant.sku} "}).content.decode()
    link = reverse("admin:inventory_set_stock")

    assert f"{link}?variant_id={variant.id}&amp;warehouse=" in found
    assert ">7</td>" in found
    assert client.get(link, {"variant_id": variant.id}).status_code == 200
    assert "NO-SUCH-SKU" in client.get(page, {"sku": "NO-SUCH-SKU"}).content.decode()


def test_charts_hold_every_day_and_today_last(client):
    order, _ = place()
    pay(order)
    sign_in(client, "orders.view_sales")

    figures = {figure.name: figure for figure in client.get(reverse("admin:index")).context["figures"]}

    counted, earned = figures["Orders today"].chart.bars, figures["Revenue today"].chart.bars
    assert len(counted) == len(earned) == 14
    assert counted[-1].title.endswith(": 1")
    assert earned[-1].title.endswith(": €44.90")
    assert earned[-1].height > earned[0].height
    assert figures["Revenue today"].value == "€44.90"


@pytest.mark.parametrize("count", [2, 20])
def test_opening_page_costs_the_same_however_many_orders(client, count):
    for _ in range(count):
        order, _ = place()
        pay(order)
        inventory.set_on_hand(variant_id=uuid7(), on_hand=3, reason="delivery")
    sign_in(client, "orders.view_order", "orders.view_sales", "inventory.view_stocklevel", "catalog.view_product")
    client.get(reverse("admin:index"))

    with assert_queries(at_most=12):
        client.get(reverse("admin:index"))


def test_conversion_is_the_share_of_carts_that_became_orders(client):
    offer_methods(1)
    bought, left = (shopping.ready(shopping.make_variant()) for _ in range(2))
    shopping.place(bought)
    deliver_all()
    sign_in(client, "orders.view_sales")

    figures = {figure.name: figure for figure in client.get(reverse("admin:index")).context["figures"]}

    assert left != bought
    assert figures["Conversion"].value == "50 %"
    assert figures["Conversion"].chart.bars[-1].title.endswith(": 1 of 2 carts")


def figures_of(client):
    return {figure.name: figure for figure in client.get(reverse("admin:index")).context["figures"]}


def told(chart):
    return [bar.title for bar in chart.bars]


def test_what_waits_is_drawn_by_its_age(client):
    now = clock.now()
    for days, count in ((0, 2), (3, 1), (40, 2)):
        with clock.frozen(now - timedelta(days=days)):
            for _ in range(count):
                place()
    paid, _ = place()
    pay(paid)
    sign_in(client, "orders.view_order")

    figures = figures_of(client)

    waiting = told(figures["Awaiting payment"].chart)
    assert len(waiting) == 14
    assert waiting[0] == f"{now.date() - timedelta(days=13):%-d %b} and before: 2"
    assert waiting[-4] == f"{now.date() - timedelta(days=3):%-d %b}: 1"
    assert waiting[-1].endswith(": 2")
    assert told(figures["To ship"].chart)[-1].endswith(": 1")
    assert (figures["Awaiting payment"].value, figures["To ship"].value) == ("5", "1")


def test_low_stock_is_drawn_by_how_few_are_left(client):
    for on_hand in (1, 3, 3, 40):
        inventory.set_on_hand(variant_id=uuid7(), on_hand=on_hand, reason="delivery")
    sign_in(client, "inventory.view_stocklevel")

    figure = figures_of(client)["Low stock"]

    assert figure.value == "3"
    assert told(figure.chart)[:3] == ["1 left: 1 variants", "2 left: 0 variants", "3 left: 2 variants"]
    assert told(figure.chart)[-1] == "10 or more left: 0 variants"
    assert not figure.chart.ends_today


def test_parked_work_is_drawn_by_its_age(client):
    park_a_message()
    sign_in(client, "messaging.view_inboxmessage")

    figure = figures_of(client)["Parked work"]

    assert figure.value == "1"
    assert told(figure.chart)[-1].endswith(": 1")


def test_conversion_leads_to_the_orders_of_its_own_days(client):
    with clock.frozen(clock.now() - timedelta(days=6)):
        place()
    with clock.frozen(clock.now() - timedelta(days=7)):
        place()
    sign_in(client, "orders.view_sales", "orders.view_order")

    listed = client.get(figures_of(client)["Conversion"].link).context["cl"]

    assert listed.result_count == 1


def test_best_sellers_are_what_was_paid_for_and_kept_in_thirty_days(client):
    best, second, gone = (make_product() for _ in range(3))
    for product in (best, second, gone):
        inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=50, reason="delivery")
    old = clock.now() - timedelta(days=31)
    for product, quantity, at in ((best, 5, None), (second, 3, None), (gone, 9, old)):
        with clock.frozen(at or clock.now()):
            order = buy(product, quantity)
            pay(order)
    buy(second, 9)  # not paid
    sign_in(client, "orders.view_sales", "catalog.view_product")

    page = client.get(reverse("admin:index"))

    found = page.context["best_sellers"]
    assert [(each.sold, each.link) for each in found] == [
        (5, reverse("backoffice:product", args=[best.id])),
        (3, reverse("backoffice:product", args=[second.id])),
    ]
    assert found[0].title == best.title
    assert client.get(found[0].link).status_code == 200
    assert "Best sellers of the last 30 days" in page.content.decode()


def test_best_seller_that_left_the_catalogue_keeps_its_name_and_leads_nowhere(client):
    product = make_product()
    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=5, reason="delivery")
    pay(buy(product, 1))
    catalog.delete_product(product_id=product.id)
    sign_in(client, "orders.view_sales", "catalog.view_product")

    (found,) = client.get(reverse("admin:index")).context["best_sellers"]

    assert (found.title, found.link) == ("Rain jacket", "")


def test_best_sellers_are_not_for_who_sees_no_sales(client):
    pay(place()[0])
    sign_in(client, "orders.view_order", "catalog.view_product")

    assert "Best sellers" not in client.get(reverse("admin:index")).content.decode()


def buy(product, quantity):
    order, _ = place({product.variants[0].id: quantity}, product_id=product.id)
    return order
