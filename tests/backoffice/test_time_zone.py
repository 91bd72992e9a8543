"""A shop in New York: its times and days on pages, in mails and on slips; the API says UTC."""

from datetime import UTC, datetime
from io import BytesIO

import pypdfium2
import pytest
from django.urls import reverse

from apps.kernel import clock
from tests.backoffice.test_pages import figures_of, sign_in, told
from tests.checkout import shopping
from tests.orders.making import place
from tests.orders.paying import pay
from tests.shipping.offers import offer_methods

pytestmark = pytest.mark.django_db

# The evening of the 9th in New York, where summer time ended a week ago.
EVENING = datetime(2026, 11, 10, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_new_york(settings):
    settings.TIME_ZONE = "America/New_York"


def test_a_day_of_the_opening_page_begins_at_midnight_of_the_shop(client):
    offer_methods(1)
    with clock.frozen(EVENING):
        place()
        pay(place()[0])
        shopping.ready(shopping.make_variant())
    sign_in(client, "orders.view_sales", "orders.view_order")

    with clock.frozen(EVENING.replace(hour=4)):
        before = figures_of(client)
    with clock.frozen(EVENING.replace(hour=5)):
        after = figures_of(client)

    assert (before["Orders today"].value, after["Orders today"].value) == ("2", "0")
    assert after["Orders today"].note == "2 yesterday"
    assert told(after["To ship"].chart)[-2:] == ["9 Nov: 1", "10 Nov: 0"]
    listed = [client.get(figures["Orders today"].link).context["cl"].result_count for figures in (before, after)]
    assert listed == [2, 0]


def test_staff_read_the_time_of_the_shop_in_list_and_history_and_on_the_slip(client):
    with clock.frozen(EVENING):
        order, _ = place()
    pay(order)
    sign_in(client, "orders.view_order", "orders.ship_order")

    listed = client.get(reverse("admin:orders_order_changelist")).content.decode()
    page = client.get(reverse("admin:orders_order_change", args=[order.id])).content.decode()
    slip = pypdfium2.PdfDocument(BytesIO(client.get(reverse("admin:orders_order_slip", args=[order.id])).content))

    assert "2026-11-09 20:30" in listed
    assert "placed 9 November 2026, 20:30" in page
    assert "Placed on 9 November 2026" in slip[0].get_textpage().get_text_range()


def test_buyers_read_the_time_of_the_shop_and_the_api_says_utc(client):
    with clock.frozen(EVENING):
        order, token = place()

    page = client.get(f"/orders/{order.id}/", {"token": token}, follow=True).content.decode()
    answer = client.get(f"/api/v1/orders/{order.id}", headers={"Order-Token": token}).json()

    assert "Nov 9, 2026, 20:30 EST" in page
    assert answer["placed_at"] == "2026-11-10T01:30:00Z"
