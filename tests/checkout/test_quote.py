"""The quote: what is filled in is checked by name, what is missing is named, and it adds up."""

from dataclasses import replace

import pytest

from apps.checkout import api as checkout
from apps.kernel.address import Address
from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.web.testing import assert_queries
from tests.accounts.people import register
from tests.checkout.shopping import ADDRESS, euro, fill_in, guest, make_variant, ready

pytestmark = pytest.mark.django_db
Changes = checkout.CheckoutChanges


def refused_fields(owner, changes):
    with pytest.raises(Invalid) as refused:
        checkout.update_checkout(owner=owner, changes=changes)
    return {fault.field: fault.code for fault in refused.value.fields}


def test_empty_checkout_names_everything_that_is_missing():
    quote = checkout.get_quote(owner=guest())

    assert quote.missing == ("items", "email", "shipping_address", "shipping_method")
    assert not quote.ready
    assert quote.totals.total == euro("0")


def test_filled_in_checkout_is_ready_and_adds_up():
    owner = guest()
    checkout.add_item(owner=owner, variant_id=make_variant(price="20.00"), quantity=2)

    quote = fill_in(owner)

    assert (quote.ready, quote.missing) == (True, ())
    assert (quote.shipping_method_name, quote.shipping_address, quote.billing_address) == ("Standard", ADDRESS, ADDRESS)
    totals = quote.totals
    assert (totals.subtotal, totals.shipping, totals.total) == (euro("40.00"), euro("4.90"), euro("44.90"))
    assert totals.prices_include_tax
    assert checkout.get_quote(owner=owner).totals == totals


def test_customer_is_written_to_at_the_address_of_the_account_unless_they_say_otherwise():
    owner = checkout.CartOwner(customer_id=register("ada@example.com").id)

    assert checkout.update_checkout(owner=owner, changes=Changes(shipping_address=ADDRESS)).email == "ada@example.com"
    assert (
        checkout.update_checkout(owner=owner, changes=Changes(email="office@example.com")).email == "office@example.com"
    )
    assert (
        checkout.update_checkout(owner=owner, changes=Changes(shipping_address=ADDRESS)).email == "office@example.com"
    )


def test_own_billing_address_stays_when_the_shipping_address_changes():
    owner, office = ready(), Address(**{**{n: getattr(ADDRESS, n) for n in Address.__slots__}, "line1": "Office 1"})
    checkout.update_checkout(owner=owner, changes=Changes(billing_address=office))

    quote = checkout.update_checkout(owner=owner, changes=Changes(shipping_address=ADDRESS))

    assert quote.billing_address == office


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a b@example.com", "ada@example.com\nBcc: x@y.de"])
def test_wrong_email_is_refused_by_name(email):
    assert refused_fields(guest(), Changes(email=email)) == {"email": "invalid_email"}


def test_every_wrong_field_of_an_address_is_named_and_nothing_is_kept():
    owner = guest()
    wrong = Address(first_name=" ", last_name="Löwe", line1="", city="x" * 201, postal_code="1", country="Germany")

    assert refused_fields(owner, Changes(email="ada@example.com", shipping_address=wrong)) == {
        "shipping_address.first_name": "required",
        "shipping_address.line1": "required",
        "shipping_address.city": "too_long",
        "shipping_address.country": "unknown_country",
    }
    assert checkout.get_quote(owner=owner).email == ""


def test_every_promo_code_is_refused_by_name():
    assert refused_fields(ready(), Changes(promo_codes=("SAVE10",))) == {"promo_codes": "promo_code_unknown"}
    assert checkout.update_checkout(owner=ready(), changes=Changes(promo_codes=())).ready


def test_method_that_is_not_offered_is_refused():
    assert refused_fields(ready(), Changes(shipping_method_id=uuid7())) == {
        "shipping_method_id": "shipping_method_unavailable"
    }


def test_chosen_method_is_missing_again_when_the_address_moves_out_of_its_zone():
    owner = ready()
    abroad = Address(**{**{n: getattr(ADDRESS, n) for n in Address.__slots__}, "country": "NZ", "postal_code": "6011"})

    quote = checkout.update_checkout(owner=owner, changes=Changes(shipping_address=abroad))

    assert quote.missing == ("shipping_method",)
    assert checkout.list_shipping_options(owner=owner)[0].name == "International"


def test_line_with_too_little_stock_is_missing_stock():
    owner = guest()
    checkout.add_item(owner=owner, variant_id=make_variant(stock=1), quantity=2)

    assert checkout.get_quote(owner=owner).missing[0] == "stock"


@pytest.mark.parametrize("count", [1, 10, pytest.param(100, marks=pytest.mark.slow)])
def test_quote_costs_the_same_however_many_lines(count):
    owner = ready(*[make_variant() for _ in range(count)])

    with assert_queries(at_most=20) as quoted:
        checkout.get_quote(owner=owner)
    with assert_queries(at_most=20) as changed:
        checkout.update_checkout(owner=owner, changes=Changes(email="grace@example.com"))
    with assert_queries(at_most=20) as offered:
        checkout.list_shipping_options(owner=owner)

    assert (len(quoted), len(changed), len(offered)) == (5, 6, 3)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u2800\u3164\xa0", "\u2060\u200d"])
def test_a_name_that_shows_nothing_is_none(name):
    changes = Changes(shipping_address=replace(ADDRESS, first_name=name))

    assert refused_fields(guest(), changes) == {"shipping_address.first_name": "required"}


@pytest.mark.parametrize("name", ["🦊", "李", "ע", "Ada\u200dB", "Ångström"])
def test_a_name_of_any_script_or_sign_is_one(name):
    changes = Changes(shipping_address=replace(ADDRESS, first_name=name))

    assert checkout.update_checkout(owner=guest(), changes=changes).shipping_address.first_name == name


@pytest.mark.parametrize("name", ["Ada\r\nBcc: x@example.com", "Ada\x00", "Ada\u2028now"])
def test_line_of_an_address_is_one_line(name):
    changes = Changes(shipping_address=replace(ADDRESS, first_name=name))

    assert refused_fields(guest(), changes) == {"shipping_address.first_name": "control_character"}
