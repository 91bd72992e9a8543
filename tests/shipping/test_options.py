"""What is offered where, and for how much."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils.translation import override

from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.shipping import api as shipping
from apps.shipping.models import ShippingMethod, ShippingRate, ShippingZone

pytestmark = pytest.mark.django_db


def euro(amount):
    return Money(Decimal(amount), "EUR")


def options(country="DE", *, region="", subtotal=None, weight_grams=500):
    subtotal = subtotal or euro(20)
    return shipping.list_shipping_options(
        country=country, region=region, currency=subtotal.currency, subtotal=subtotal, weight_grams=weight_grams
    )


def prices(*args, **kwargs):
    return {option.name: option.price for option in options(*args, **kwargs)}


def make_method(zone, *, name="Courier", kind="flat", **fields):
    return ShippingMethod.objects.create(zone=zone, name=name, kind=kind, min_days=1, max_days=2, **fields)


def make_rate(method, price, **fields):
    return ShippingRate.objects.create(method=method, price=price, **fields)


def test_a_fresh_shop_delivers_to_germany_europe_and_the_world():
    assert prices("DE") == {"Standard": euro("4.90"), "Express": euro("12.90")}
    assert prices("FR") == {"Standard": euro("8.90"), "Express": euro("19.90")}
    assert prices("NZ") == {"International": euro("14.90"), "International express": euro("39.90")}


def test_an_option_says_how_many_working_days_it_takes():
    standard = options("DE")[0]

    assert (standard.name, standard.min_days, standard.max_days) == ("Standard", 2, 4)


@pytest.mark.parametrize(("subtotal", "price"), [("79.99", "4.90"), ("80.00", "0"), ("80.01", "0")])
def test_delivery_is_free_from_the_threshold_on(subtotal, price):
    assert prices(subtotal=euro(subtotal))["Standard"] == euro(price)


def test_the_threshold_is_that_of_the_carts_currency():
    def yen(amount):
        return Money(Decimal(amount), "JPY")

    assert prices(subtotal=yen(12_999))["Standard"] == yen(800)
    assert prices(subtotal=yen(13_000))["Standard"] == yen(0)


@pytest.mark.parametrize(
    ("weight", "price"), [(0, "14.90"), (1000, "14.90"), (1001, "24.90"), (5000, "24.90"), (20_001, "99.00")]
)
def test_price_by_weight_is_the_smallest_bracket_that_holds_it(weight, price):
    assert prices("NZ", weight_grams=weight)["International"] == euro(price)


def test_a_cart_heavier_than_every_bracket_is_not_offered_the_method():
    zone = ShippingZone.objects.create(name="Iceland", countries=["IS"])
    make_rate(make_method(zone, kind="by_weight"), euro(9), max_weight_grams=2000)

    assert prices("IS", weight_grams=2000) == {"Courier": euro(9)}
    assert prices("IS", weight_grams=2001) == {}


def test_a_method_without_a_rate_in_the_currency_is_not_offered():
    zone = ShippingZone.objects.create(name="Iceland", countries=["IS"])
    make_rate(make_method(zone), euro(9))

    assert prices("IS", subtotal=Money(Decimal(20), "USD")) == {}
    assert prices("DE", subtotal=Money(Decimal(20), "KWD")) == {}


def test_a_zone_of_the_region_decides_before_one_of_the_country():
    zone = ShippingZone.objects.create(name="Alaska", countries=["US"], regions=["AK", "ALASKA"])
    make_rate(make_method(zone, name="Float plane"), euro(70))

    for spelling in ("AK", "ak", " Alaska ", "US-AK"):
        assert prices("US", region=spelling) == {"Float plane": euro(70)}
    assert "Float plane" not in prices("US", region="CA")
    assert "Float plane" not in prices("US")


def test_of_two_zones_that_fit_equally_the_lower_priority_number_decides():
    for priority, name in ((5, "Later"), (-5, "Sooner")):
        zone = ShippingZone.objects.create(name=name, countries=["DE"], priority=priority)
        make_rate(make_method(zone, name=name), euro(1))

    assert list(prices("DE")) == ["Sooner"]


def test_methods_come_in_the_order_staff_gave_them_without_inactive_ones():
    zone = ShippingZone.objects.create(name="Iceland", countries=["IS"])
    for position, name, active in ((3, "C", True), (1, "A", True), (2, "B", False)):
        make_rate(make_method(zone, name=name, position=position, is_active=active), euro(1))

    assert list(prices("IS")) == ["A", "C"]


def test_one_option_is_read_with_the_price_it_has_for_this_cart():
    standard = options("DE")[0]

    free = shipping.get_shipping_option(
        method_id=standard.id, country="DE", region="", currency="EUR", subtotal=euro(100), weight_grams=1
    )

    assert (free.id, free.price) == (standard.id, euro(0))


def test_a_method_of_elsewhere_or_of_nowhere_is_unavailable():
    for method_id in (options("FR")[0].id, uuid7()):
        with pytest.raises(shipping.ShippingMethodUnavailable):
            shipping.get_shipping_option(
                method_id=method_id, country="DE", region="", currency="EUR", subtotal=euro(100), weight_grams=1
            )


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"country": "de"}, "country", "unknown_country"),
        ({"country": "XX"}, "country", "unknown_country"),
        ({"country": ""}, "country", "unknown_country"),
        ({"currency": "USD"}, "subtotal", "currency_mismatch"),
        ({"currency": "ABC"}, "currency", "unknown_currency"),
        ({"subtotal": euro(-1)}, "subtotal", "negative_amount"),
        ({"weight_grams": -1}, "weight_grams", "out_of_range"),
    ],
)
def test_nonsense_is_refused_by_name(change, field, code):
    request = {"country": "DE", "region": "", "currency": "EUR", "subtotal": euro(1), "weight_grams": 1} | change

    with pytest.raises(Invalid) as refusal:
        shipping.list_shipping_options(**request)

    assert [(fault.field, fault.code) for fault in refusal.value.fields] == [(field, code)]


def test_offering_is_one_query_however_many_methods_there_are(django_assert_num_queries):
    zone = ShippingZone.objects.create(name="Iceland", countries=["IS"])
    for number in range(30):
        method = make_method(zone, name=f"Method {number}", position=number)
        for grams in (100, 200, None):
            make_rate(method, euro(number), max_weight_grams=grams)

    with django_assert_num_queries(1):
        assert len(options("IS")) == 30


@pytest.mark.parametrize("region", ["\0", "x" * 10_000, "'; DROP TABLE"])
def test_any_text_may_be_a_region(region):
    assert prices("DE", region=region) == {"Standard": euro("4.90"), "Express": euro("12.90")}


def test_two_rates_of_one_bracket_are_refused_by_the_database():
    method = ShippingMethod.objects.get(name="Standard", zone__name="Germany")

    with pytest.raises(IntegrityError):
        make_rate(method, euro(1))


def test_a_negative_price_is_refused_by_the_database():
    method = ShippingMethod.objects.get(name="Standard", zone__name="Germany")

    with pytest.raises(IntegrityError):
        make_rate(method, euro(-1), max_weight_grams=7)


def free_delivery(country="DE", *, subtotal="20.00"):
    return shipping.get_free_delivery(country=country, region="", currency="EUR", subtotal=euro(subtotal))


@pytest.mark.parametrize(
    ("subtotal", "remaining"), [("20.00", "60.00"), ("79.99", "0.01"), ("80.00", "0"), ("95.00", "0")]
)
def test_what_is_missing_to_free_delivery_agrees_with_the_price_offered(subtotal, remaining):
    found = free_delivery(subtotal=subtotal)

    assert (found.country, found.threshold, found.remaining) == ("DE", euro("80.00"), euro(remaining))
    assert (prices(subtotal=euro(subtotal))["Standard"] == euro("0")) == (found.remaining == euro("0"))


def test_nothing_is_promised_where_no_method_has_a_threshold_or_one_is_free_anyway():
    assert free_delivery("NZ") is None

    pickup = make_method(ShippingZone.objects.get(countries=["DE"]), name="Pick up")
    make_rate(pickup, euro("0"))

    assert free_delivery("DE") is None


def test_of_two_thresholds_the_lower_one_counts_and_an_inactive_method_does_not():
    germany = ShippingZone.objects.get(countries=["DE"])
    make_rate(make_method(germany, name="Slow", kind="free_above"), euro("3.00"), free_from_amount=Decimal(50))
    make_rate(
        make_method(germany, name="Gone", kind="free_above", is_active=False), euro("3"), free_from_amount=Decimal(9)
    )

    assert free_delivery().threshold == euro("50.00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"country": "XX"}, "unknown_country"),
        ({"currency": "USD"}, "currency_mismatch"),
        ({"subtotal": euro("-1")}, "negative_amount"),
    ],
)
def test_free_delivery_of_nonsense_is_refused(changes, code):
    asked = {"country": "DE", "region": "", "currency": "EUR", "subtotal": euro("20.00")}

    with pytest.raises(Invalid) as refused:
        shipping.get_free_delivery(**{**asked, **changes})

    assert refused.value.fields[0].code == code


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Standard", "Express"]), ("de", ["Standardversand", "Expressversand"]), ("fr", ["Livraison standard", "Express"])],
)  # fmt: skip
def test_methods_are_called_what_they_are_in_the_language_of_who_asks(language, names):
    ShippingMethod.objects.filter(zone__name="Germany", name="Express").update(names={"de": "Expressversand"})

    with override(language):
        assert [option.name for option in options()] == names
