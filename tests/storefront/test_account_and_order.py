"""Who may see what: sign-in, links, forms of other sites, and what a page says when it fails."""

import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern

from apps.kernel.ids import uuid7
from apps.orders import api as orders
from apps.storefront import urls
from apps.web import tokens
from apps.web.pagination import PageParams
from tests.storefront.test_checkout import PASSWORD, order, placed, ready, sign_up
from tests.storefront.visitor import Visitor

pytestmark = pytest.mark.django_db


def guest_order():
    """Return a guest with an order, and the order."""
    visitor, page, _ = ready()
    order(visitor, page, provider="manual")
    return visitor, orders.search_orders(params=PageParams()).items[0]


def path_of(pattern: URLPattern) -> str:
    """Return a path that the route matches."""
    filled = re.sub(r"<uuid:\w+>", str(uuid7()), re.sub(r"<int:\w+>", "1", str(pattern.pattern)))
    return "/" + re.sub(r"<\w+:\w+>", "x", filled)


# Posted by mail programs, which have no page of ours: the signed link is the right to it.
BY_SIGNED_LINK = {"stop-notices"}


@pytest.mark.parametrize(
    "pattern", [each for each in urls.urlpatterns if each.name not in BY_SIGNED_LINK], ids=lambda pattern: pattern.name
)
def test_no_route_takes_a_form_without_its_token(pattern):
    response = Client(enforce_csrf_checks=True).post(path_of(pattern), {"x": "1"})

    assert response.status_code == 403
    assert b"This form was not sent" in response.content


def test_every_form_that_posts_carries_a_token(sandbox):
    visitor, summary = guest_order()
    sign_up(visitor)
    ready(visitor)

    for path in ("/cart/", "/checkout/", f"/orders/{summary.id}/", "/account/orders/", "/account/sign-in/"):
        posting = [form for form in visitor.get(path).forms if form.method == "post"]
        assert posting, path
        assert all(form.fields.get("csrfmiddlewaretoken") for form in posting), path


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil.example", "evil"]
)  # fmt: skip
def test_sign_in_leads_nowhere_else(evil):
    visitor = Visitor()
    email = sign_up(visitor)
    visitor.send(visitor.get("/account/orders/").form("/account/sign-out/"))
    page = visitor.get(f"/account/sign-in/?next={quote(evil)}")

    answer = visitor.send(
        page.form("/account/sign-in/"), at="/account/sign-in/", email=email, password=PASSWORD, next=evil
    )

    assert answer.path == "/account/orders/"


def test_wrong_password_says_the_same_as_an_unknown_address():
    visitor = Visitor()
    email = sign_up(visitor)
    visitor.send(visitor.get("/account/orders/").form("/account/sign-out/"))
    form = visitor.get("/account/sign-in/").form("/account/sign-in/")

    answers = [
        visitor.send(form, at="/account/sign-in/", email=address, password="wrong")
        for address in (email, "nobody@example.com")
    ]

    assert {answer.status for answer in answers} == {400}
    told = {re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)[0] for answer in answers}
    assert len(told) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": ""}, "password"),
        ({"email": ""}, "email"),
    ],
)
def test_sign_up_explains_beside_the_field_and_keeps_the_rest(changes, said):
    visitor = Visitor()
    form = visitor.get("/account/sign-up/").form("/account/sign-up/")
    given = {"email": f"{uuid7().hex}@example.com", "password": PASSWORD, "first_name": "Ada", **changes}

    answer = visitor.send(form, at="/account/sign-up/", **given)

    assert answer.status == 400
    assert f'id="{said}-note"' in answer.text
    fields = answer.form("/account/sign-up/").fields
    assert fields["first_name"] == "Ada"
    assert fields["password"] == ""


def test_account_asks_to_sign_in_and_comes_back():
    page = Visitor().get("/account/orders/")

    assert page.path == "/account/sign-in/"
    assert page.form("/account/sign-in/").fields["next"] == "/account/orders/"


def test_signed_link_opens_the_order_and_leaves_the_address(sandbox):
    _, summary = guest_order()
    token = tokens.sign(subject=str(summary.id), purpose="order", days=1)
    other = Client()

    redirect = other.get(f"/orders/{summary.id}/?token={token}")
    page = other.get(redirect.headers["Location"])

    assert redirect.headers["Location"] == f"/orders/{summary.id}/"
    assert page.status_code == 200
    assert f"Order {summary.number}" in page.content.decode()


@pytest.mark.parametrize("kind", ["tampered", "of another order", "for another purpose", "expired", "garbage"])
def test_wrong_link_opens_nothing(sandbox, kind):
    _, summary = guest_order()
    good = tokens.sign(subject=str(summary.id), purpose="order", days=1)
    token = {
        "tampered": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "of another order": tokens.sign(subject=str(uuid7()), purpose="order", days=1),
        "for another purpose": tokens.sign(subject=str(summary.id), purpose="cart", days=1),
        "expired": tokens.sign(subject=str(summary.id), purpose="order", days=-1),
        "garbage": "x",
    }[kind]

    assert Client().get(f"/orders/{summary.id}/?token={token}").status_code == 404


def test_strangers_order_does_not_exist(sandbox):
    _, summary = guest_order()
    stranger = Visitor()
    form = stranger.get("/account/sign-in/").form("/account/sign-in/")

    assert stranger.get(f"/orders/{summary.id}/").status == 404
    assert stranger.get(f"/checkout/return/{summary.id}/").status == 404
    for path in (f"/orders/{summary.id}/cancel/", f"/checkout/pay/{summary.id}/"):
        assert stranger.post(path, form.fields).status == 404
    (unchanged,) = placed()
    assert unchanged.status is orders.OrderStatus.AWAITING_PAYMENT


def test_guest_cancels_their_order(sandbox):
    visitor, summary = guest_order()

    page = visitor.send(visitor.get(f"/orders/{summary.id}/").form(f"/orders/{summary.id}/cancel/"))

    assert page.path == f"/orders/{summary.id}/"
    assert '<strong id="order-status">cancelled</strong>' in page.text
    assert "/cancel/" not in page.text


def test_guest_pays_another_way_after_all(sandbox):
    visitor, page, _ = ready()
    order(visitor, page, provider="gold")
    (summary,) = placed()

    answer = visitor.send(visitor.get(f"/orders/{summary.id}/").form("/checkout/pay/"), provider="stripe")

    assert answer.headers["Location"].startswith(sandbox.url)


def test_failing_page_says_the_request_id(monkeypatch):
    def fail(**_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("apps.storefront.views.catalogue.search.list_products", fail)
    client = Client(raise_request_exception=False)

    response = client.get("/", headers={"X-Request-ID": "asked-for-help"})

    assert response.status_code == 500
    assert b"<code>asked-for-help</code>" in response.content
