"""The fields of an address follow the country, without a script and for the one that draws them."""

import re

import pytest
from django.db import connection

from apps.checkout import api as checkout
from tests.storefront.test_account_pages import ADDRESS, make_customer, post_own_form
from tests.storefront.visitor import PERSON, Visitor, make_listed

pytestmark = pytest.mark.django_db


def at_checkout():
    visitor = Visitor()
    visitor.add(make_listed()[1])
    return visitor, visitor.get("/checkout/")


def labels(page):
    found = re.findall(r'<label for="(\w+)">([^<]+)', page.text)
    return {name: label.strip() for name, label in found}


def redraw(visitor, page, **changes):
    return visitor.send(page.form("/checkout/"), button="fields", **{**PERSON, **changes})


def test_another_country_shows_its_fields_and_keeps_what_was_typed():
    visitor, page = at_checkout()

    american = redraw(visitor, page, country="US")

    assert american.status == 200
    assert 'role="alert"' not in american.text
    assert labels(american)["postal_code"] == "ZIP code"
    assert labels(american)["region"] == "State"
    assert re.search(r'<select id="region"[^>]*autocomplete="shipping address-level1"[^>]*required', american.text)
    kept = american.form("/checkout/").fields
    assert {name: kept[name] for name in PERSON} == {**PERSON, "country": "US"}


def test_redrawing_saves_nothing_with_the_bag_and_keeps_what_was_typed():
    visitor, page = at_checkout()
    cart = checkout.CartOwner(token=visitor.client.cookies["cart"].value)

    redraw(visitor, page, country="US")

    assert checkout.get_quote(owner=cart).shipping_address is None
    assert visitor.get("/checkout/").form("/checkout/").fields["country"] == "US"


def test_what_a_country_has_no_field_for_is_kept_for_the_way_back_and_not_ordered():
    visitor, page = at_checkout()

    there = redraw(visitor, page, country="HK", region="Kowloon")
    back = redraw(visitor, there, country="DE", postal_code=there.form("/checkout/").fields["postal_code"])
    offered = visitor.send(there.form("/checkout/"), button="save", region="Kowloon")

    assert "postal_code" not in labels(there)
    assert back.form("/checkout/").fields["postal_code"] == "10115"
    assert offered.status == 200
    assert "10115" not in offered.text


def test_wrong_code_is_named_beside_the_field_and_stays_as_typed():
    visitor, _ = at_checkout()

    page = visitor.check_out(postal_code="1234")

    assert page.status == 400
    assert page.text.count("“1234” is not a postal code of Germany; use one like 26133.") == 2
    assert page.form("/checkout/").fields["postal_code"] == "1234"


def test_order_by_a_country_that_was_changed_without_a_look_at_its_fields_asks_for_them():
    visitor, _ = at_checkout()

    page = visitor.check_out(country="US")

    assert page.status == 400
    assert "Choose the state." in page.text
    assert labels(page)["postal_code"] == "ZIP code"


def test_address_book_has_the_same_fields():
    visitor, _ = make_customer()
    path = "/account/addresses/new/"

    form = next(form for form in visitor.get(path).forms if form.method == "post" and not form.action)
    british = visitor.send(form, at=path, button="fields", **{**ADDRESS, "country": "GB"})
    listed = post_own_form(visitor, path, **{**ADDRESS, "country": "GB", "city": "London", "postal_code": "sw1a1aa"})

    assert labels(british)["postal_code"] == "Postcode"
    assert "London<br>SW1A 1AA<br>United Kingdom" in listed.text


def test_address_from_before_the_rules_is_shown_and_can_be_put_right():
    visitor, _ = make_customer()
    post_own_form(visitor, "/account/addresses/new/", **ADDRESS)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_savedaddress SET country = 'US', region = 'California', postal_code = '9', city = 'Cupertino'"
        )

    listed = visitor.get("/account/addresses/")
    path = re.search(r'href="(/account/addresses/[0-9a-f-]{36}/)"', listed.text)[1]
    refused = post_own_form(visitor, path)
    changed = post_own_form(visitor, path, postal_code="95014")

    assert "Cupertino, CA 9<br>United States" in listed.text
    assert "is not a ZIP code of the United States" in refused.text
    assert "Cupertino, CA 95014" in changed.text


def test_fields_for_the_script_are_empty_and_kept_by_caches():
    page = Visitor().get("/address-fields/BR/")

    assert page.status == 200
    assert page.headers["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in page.headers.get("Vary", "")
    assert labels(page)["region"] == "State"
    assert '<option value="SP">São Paulo</option>' in page.text
    assert Visitor().get("/address-fields/XX/").status == 404
