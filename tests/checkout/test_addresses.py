"""Addresses of other countries over REST: the same rules as on the pages."""

import pytest

from tests.checkout.test_rest import ADDRESS, ready, shopper

pytestmark = pytest.mark.django_db
__all__ = ["shopper"]
HONG_KONG = {"first_name": "Ada", "last_name": "Wong", "line1": "12 Nathan Road", "region": "Kowloon", "country": "HK"}
DUBAI = {"first_name": "Ada", "last_name": "Said", "line1": "Al Wasl Road 3", "region": "dubai", "country": "AE"}


def patch(shopper, **address):
    return shopper.send("PATCH", "checkout", {"shipping_address": address})


@pytest.mark.parametrize("address", [HONG_KONG, DUBAI])
def test_country_without_postal_codes_is_ordered_to(shopper, address):
    ready(shopper)
    quote = patch(shopper, **address).json()
    method = shopper.send("GET", "checkout/shipping-methods").json()["results"][0]["id"]
    shopper.send("PATCH", "checkout", {"shipping_method_id": method})

    placed = shopper.place()

    assert quote["shipping_address"]["postal_code"] == ""
    assert placed.status_code == 201
    assert placed.json()["shipping_address"]["region"] == address["region"].title()


def test_code_and_region_are_kept_as_the_country_spells_them(shopper):
    ready(shopper)

    kept = patch(shopper, **{**ADDRESS, "country": "CA", "region": "ontario", "postal_code": "k1a0b1"}).json()

    assert (kept["shipping_address"]["region"], kept["shipping_address"]["postal_code"]) == ("ON", "K1A 0B1")


def test_each_wrong_field_is_named_once_with_what_would_be_right(shopper):
    ready(shopper)
    wrong = {**ADDRESS, "country": "US", "region": "Bavaria", "postal_code": "1234", "city": ""}

    answer = patch(shopper, **wrong)

    assert answer.status_code == 400
    assert {error["field"]: error["detail"] for error in answer.json()["errors"]} == {
        "shipping_address.city": "Enter the city.",
        "shipping_address.region": (
            "“Bavaria” is not a state of the United States; use one such as AL, AK, AS (all of them: /countries/US)."
        ),
        "shipping_address.postal_code": "“1234” is not a ZIP code of the United States; use one like 95014.",
    }
    assert shopper.send("GET", "checkout").json()["shipping_address"]["country"] == "DE"
