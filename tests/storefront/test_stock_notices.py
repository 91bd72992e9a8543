"""What is sold out: reachable, with a form that asks to be told, and a link that ends it."""

import re

import pytest
from django.core import mail
from django.test import Client

from apps.accounts import api as accounts
from apps.inventory import api as inventory
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from tests.storefront.test_browsing import make_coloured
from tests.storefront.visitor import Visitor, make_listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def missed():
    """The page of a size that is sold out, and its variant."""
    product = make_coloured()
    variant = next(each for each in product.variants if dict(each.options) == {"Colour": "Moss", "Size": "M"})
    return f"/products/{product.slug}/?Colour=Moss&Size=M", variant.id


def restock(variant_id):
    inventory.set_on_hand(variant_id=variant_id, on_hand=5, reason="test")
    deliver_all()


def test_struck_size_leads_to_a_form_that_makes_one_mail(missed):
    path, variant_id = missed
    visitor = Visitor()
    page = visitor.get(path)
    form = page.form("/products/")

    told = visitor.send(form, email="ada@example.com")
    again = visitor.send(form, email="ada@example.com")
    restock(variant_id)

    assert "Moss, M is sold out" in page.text
    assert form.fields["variant_id"] == str(variant_id)
    assert "variant_id" not in page.form("/cart/add/").fields  # nothing chosen that cannot be bought
    note = "We will write to you once"
    assert note in told.text
    assert note in again.text
    assert [sent.to for sent in mail.outbox] == [["ada@example.com"]]


def test_mail_leads_to_the_page_where_the_size_is_chosen(missed, settings):
    path, variant_id = missed
    visitor = Visitor()
    visitor.send(visitor.get(path).form("/products/"), email="ada@example.com")
    restock(variant_id)

    link = re.search(r"http\S+/products/\S+", mail.outbox[0].body)[0]
    page = visitor.get(link.removeprefix(settings.STOREFRONT_URL).partition("#")[0])

    assert page.form("/cart/add/").fields["variant_id"] == str(variant_id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"email": ""}, "Enter your e-mail address"),
        ({"email": "a\x00@example.com\r\nBcc: b@example.com"}, "is not an e-mail address"),
        ({"variant_id": "x", "email": "ada@example.com"}, "Choose an option first."),
        ({"variant_id": str(uuid7()), "email": "ada@example.com"}, "is not a variant that is for sale"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(missed, changes, words):
    visitor = Visitor()

    page = visitor.send(visitor.get(missed[0]).form("/products/"), **changes)

    assert page.status == 400
    assert words in page.text


def test_address_of_a_customer_is_filled_in(missed):
    email, password = f"{uuid7().hex}@example.com", "correct horse battery"
    accounts.register_customer(email=email, password=password)
    visitor = Visitor()
    assert visitor.get(missed[0]).form("/products/").fields["email"] == ""
    form = visitor.get("/account/sign-in/").form("/account/sign-in/")
    visitor.send(form, at="/account/sign-in/", email=email, password=password)

    assert visitor.get(missed[0]).form("/products/").fields["email"] == email


def test_product_without_options_offers_the_form_at_once():
    _, slug = make_listed(stock=0)

    page = Visitor().get(f"/products/{slug}/")

    assert "This is sold out." in page.text
    assert page.form(f"/products/{slug}/")


def test_link_asks_first_and_one_click_of_a_mail_program_needs_no_page(missed):
    path, variant_id = missed
    visitor = Visitor()
    visitor.send(visitor.get(path).form("/products/"), email="ada@example.com")
    restock(variant_id)
    link = re.search(r"<https?://[^/]+(/[^>]+)>", mail.outbox[0].extra_headers["List-Unsubscribe"])[1]

    asked = Visitor().get(link)
    stopped = Visitor().send(asked.form("/back-in-stock/"))
    one_click = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})

    assert "No more of these mails?" in asked.text
    assert "You will get no more mails" in stopped.text
    assert one_click.status_code == 200
    assert Client().post("/back-in-stock/stop/?token=forged").status_code == 404


def test_asking_is_limited_by_address_and_looking_is_not(missed, settings):
    settings.LIMITS_ENABLED, settings.LIMITS_EXEMPT_LOOPBACK = True, False
    visitor = Visitor()
    form = visitor.get(missed[0]).form("/products/")

    answers = [visitor.send(form, email=f"{n}@example.com").status for n in range(12)]

    assert 429 in answers
    assert visitor.get(missed[0]).status == 200
