"""Mails as staff see them: the preview of every kind, and what came back, on the order's page."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from apps.messaging.testing import deliver_all
from apps.notifications import api as notifications
from apps.web.testing import assert_queries
from tests.backoffice.test_pages import sign_in
from tests.checkout.shopping import make_variant
from tests.notifications.test_bounces import cancel, report
from tests.orders.making import place

pytestmark = pytest.mark.django_db
RIGHTS = ("notifications.view_outboundmail", "orders.view_order")
PAGE = "/admin/work/mails/"


@pytest.mark.parametrize("kind", list(notifications.MailKind))
@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_every_kind_is_shown_in_a_sandbox_beside_its_text(client, kind, language):
    sign_in(client, *RIGHTS)
    order, _ = place()

    html = client.get(PAGE, {"kind": kind, "order": order.number, "language": language}).content.decode()

    (frame,) = re.findall(r"<iframe[^>]*>", html)
    assert " sandbox " in frame
    assert "allow-" not in frame
    assert "&lt;!doctype html&gt;" in frame
    (text,) = re.findall(r"<pre[^>]*>(.*?)</pre>", html, flags=re.DOTALL)
    total = {"en": "€44.90", "de": "44,90\xa0€", "fr": "44,90\xa0€"}[language]
    for told in (order.number, "Rain jacket", total, "Invalidenstraße 117"):
        assert told in frame
        assert told in text


def test_mail_about_stock_is_shown_without_an_order(client):
    sign_in(client, *RIGHTS)
    make_variant()

    html = client.get(PAGE, {"kind": "back in stock"}).content.decode()

    assert "is in stock again" in html
    assert "<option selected>back in stock</option>" in html


@pytest.mark.parametrize(("kind", "words"), [("password reset", "works once"), ("password changed", "was changed on")])
def test_mail_about_an_account_is_shown_without_an_order_and_without_a_token(client, kind, words):
    sign_in(client, *RIGHTS)

    html = client.get(PAGE, {"kind": kind}).content.decode()

    assert words in html
    assert "?token=" not in html
    assert f"<option selected>{kind}</option>" in html


def test_preview_bears_no_token_of_the_buyer(client):
    sign_in(client, *RIGHTS)
    place()

    assert "?token=" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize("given", [{}, {"kind": "none", "language": "xx", "width": "1"}, {"order": "9"}])
def test_preview_without_an_order_or_with_nonsense_still_answers(client, given):
    sign_in(client, *RIGHTS)

    assert client.get(PAGE, given).status_code == 200


@pytest.mark.parametrize("right", RIGHTS)
def test_preview_asks_for_both_rights(client, right):
    sign_in(client, right)

    assert client.get(PAGE).status_code == 403


def test_order_page_tells_what_came_back_and_offers_another_try(client):
    order, _ = place()
    deliver_all()
    notifications.record_bounce(content=report(order))
    cancel(order)
    page = reverse("admin:orders_order_change", args=[order.id])
    again = reverse("backoffice:write_again", args=[order.id])

    sign_in(client, *RIGHTS)
    html = client.get(page).content.decode()
    assert "5.1.1 550 5.1.1" in html
    assert "Nothing automatic is sent to ada@example.com" in html
    assert "Cancelled, withheld" in html
    assert again not in html
    assert client.post(again).status_code == 403

    sign_in(client, *RIGHTS, "notifications.change_outboundmail")
    assert again in client.get(page).content.decode()
    client.post(again)
    assert not notifications.is_address_dead(address=order.email)
    assert "Nothing automatic" not in client.get(page).content.decode()


def test_who_may_not_see_mails_sees_none_on_the_order(client):
    order, _ = place()
    deliver_all()
    sign_in(client, "orders.view_order")

    assert "<h2>Mails</h2>" not in client.get(reverse("admin:orders_order_change", args=[order.id])).content.decode()


def test_mails_of_an_order_cost_two_queries(client):
    order, _ = place()
    deliver_all()
    notifications.record_bounce(content=report(order))
    cancel(order)

    with assert_queries(at_most=2):
        notifications.list_mails(order_id=order.id)
