"""Mails as staff see them: the preview of every kind."""

import re

import pytest

from apps.notifications import api as notifications
from tests.backoffice.test_pages import sign_in
from tests.orders.making import place

pytestmark = pytest.mark.django_db
RIGHTS = ("notifications.view_outboundmail", "orders.view_order")
PAGE = "/admin/work/mails/"


@pytest.mark.parametrize("kind", list(notifications.MailKind))
@pytest.mark.parametrize("language", notifications.LANGUAGES)
def test_every_kind_is_shown_in_a_sandbox_beside_its_text(client, kind, language):
    sign_in(client, *RIGHTS)
    order, _ = place()

    html = client.get(PAGE, {"kind": kind, "order": order.number, "language": language}).content.decode()

    (frame,) = re.findall(r"<iframe[^>]*>", html)
    assert " sandbox " in frame
    assert "allow-" not in frame
    assert "&lt;!doctype html&gt;" in frame
    (text,) = re.findall(r"<pre[^>]*>(.*?)</pre>", html, flags=re.DOTALL)
    for told in (order.number, "Rain jacket", "€44.90", "Invalidenstraße 117"):
        assert told in frame
        assert told in text


def test_preview_bears_no_token_of_the_buyer(client):
    sign_in(client, *RIGHTS)
    place()

    assert "?token=" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "given", [{}, {"kind": "none", "language": "xx", "width": "1"}, {"order": "0\x00"}, {"order": "9"}]
)
def test_preview_without_an_order_or_with_nonsense_still_answers(client, given):
    sign_in(client, *RIGHTS)

    assert client.get(PAGE, given).status_code == 200


@pytest.mark.parametrize("right", RIGHTS)
def test_preview_asks_for_both_rights(client, right):
    sign_in(client, right)

    assert client.get(PAGE).status_code == 403
