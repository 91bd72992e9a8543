"""What a cart costs where it goes."""

from decimal import Decimal

import pytest

from apps.kernel.errors import Invalid
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.pricing import api as pricing
from apps.pricing.models import TaxRate, TaxZone

pytestmark = pytest.mark.django_db


def money(amount, currency="EUR"):
    return Money(Decimal(amount), currency)


def line(amount, quantity=1, *, currency="EUR", tax_class="standard"):
    return pricing.PricingLine(key=uuid7(), unit_price=money(amount, currency), quantity=quantity, tax_class=tax_class)


def totals(*lines, shipping=None, country="DE", region="", currency="EUR", promo_codes=()):
    return pricing.price_lines(
        lines=lines, shipping=shipping, country=country, region=region, currency=currency, promo_codes=promo_codes
    )


def make_zone(country, *, included, percent, **fields):
    zone = TaxZone.objects.create(name=f"Test {country}", countries=[country], prices_include_tax=included, **fields)
    TaxRate.objects.create(zone=zone, tax_class="standard", percent=percent)
    return zone


def test_german_prices_hold_nineteen_percent():
    cart = totals(line("11.90", 2), line("23.80"), shipping=money("5.95"))

    assert [priced.line_total for priced in cart.lines] == [money("23.80"), money("23.80")]
    assert [priced.tax for priced in cart.lines] == [money("3.80"), money("3.80")]
    assert {priced.tax_rate for priced in cart.lines} == {Decimal("0.19")}
    assert (cart.subtotal, cart.discount, cart.shipping) == (money("47.60"), money(0), money("5.95"))
    assert (cart.shipping_tax, cart.tax, cart.total) == (money("0.95"), money("8.55"), money("53.55"))
    assert (cart.prices_include_tax, cart.tax_name) == (True, "VAT")


def test_a_reduced_class_pays_the_reduced_rate():
    cart = totals(line("10.70", tax_class="reduced"))

    assert (cart.lines[0].tax, cart.lines[0].tax_rate) == (money("0.70"), Decimal("0.07"))


def test_a_class_without_a_rate_pays_the_standard_rate():
    assert totals(line("11.90", tax_class="books")).tax == money("1.90")


def test_what_is_exempt_pays_nothing_unless_the_zone_says_so():
    assert totals(line("11.90", tax_class="exempt")).tax == money(0)

    zone = make_zone("NZ", included=True, percent=15)
    TaxRate.objects.create(zone=zone, tax_class="exempt", percent=5)

    assert totals(line("10.50", tax_class="exempt"), country="NZ").tax == money("0.50")


def test_californian_tax_comes_on_top_of_goods_and_shipping():
    cart = totals(line(100, currency="USD"), shipping=money(10, "USD"), country="US", region="CA", currency="USD")

    assert (cart.lines[0].tax, cart.shipping_tax, cart.tax) == (
        money("7.25", "USD"),
        money("0.73", "USD"),
        money("7.98", "USD"),
    )
    assert (cart.total, cart.prices_include_tax, cart.tax_name) == (money("117.98", "USD"), False, "Sales tax")


@pytest.mark.parametrize("region", ["ca", " California ", "US-CA"])
def test_a_region_counts_however_it_is_written(region):
    assert totals(line(100), country="US", region=region).tax == money("7.25")


@pytest.mark.parametrize("region", ["", "TX", "CALI"])
def test_the_rest_of_a_country_pays_the_countrys_tax(region):
    assert totals(line(100), country="US", region=region).tax == money(0)


def test_a_region_of_the_same_name_elsewhere_is_another_region():
    assert totals(line(119), country="DE", region="CA").tax == money(19)


def test_japanese_prices_hold_ten_percent_in_whole_yen():
    cart = totals(line(1099, currency="JPY"), country="JP", currency="JPY")

    assert (cart.tax, cart.total) == (money(100, "JPY"), money(1099, "JPY"))


def test_an_inclusive_price_sold_where_there_is_no_tax_stays_and_holds_none():
    home, abroad = totals(line("119.00")), totals(line("119.00"), country="NZ")

    assert (home.total, home.tax) == (money(119), money(19))
    assert (abroad.total, abroad.tax) == (money(119), money(0))


def test_a_price_sold_to_another_inclusive_zone_stays_and_holds_that_zones_tax():
    cart = totals(line("119.00"), country="JP")

    assert (cart.total, cart.tax) == (money(119), money("10.82"))


def test_an_inclusive_price_sold_to_an_exclusive_zone_stays_and_tax_comes_on_top():
    cart = totals(line("119.00"), country="US", region="CA")

    assert (cart.subtotal, cart.tax, cart.total) == (money(119), money("8.63"), money("127.63"))


def test_without_a_country_the_shops_own_counts(settings):
    settings.DEFAULT_COUNTRY = "JP"

    assert totals(line(110), country=None).tax == money(10)


def test_where_no_zone_fits_there_is_no_tax():
    TaxZone.objects.all().delete()

    cart = totals(line("119.00"), shipping=money(5))

    assert (cart.total, cart.tax, cart.tax_name) == (money(124), money(0), "")


def test_a_zone_without_rates_still_says_how_prices_are_meant():
    zone = make_zone("CH", included=True, percent=8)
    zone.rates.all().delete()

    cart = totals(line(100), country="CH")

    assert (cart.prices_include_tax, cart.tax, cart.total) == (True, money(0), money(100))


def test_tax_is_rounded_half_up_per_line():
    make_zone("CH", included=False, percent="2.5")

    cart = totals(line("0.20"), line("0.20"), line("0.20", 2), country="CH")

    assert [priced.tax for priced in cart.lines] == [money("0.01"), money("0.01"), money("0.01")]
    assert cart.tax == money("0.03")


def test_a_tie_inside_an_inclusive_price_is_rounded_up_too():
    make_zone("CH", included=True, percent="60")

    assert totals(line("0.04"), country="CH").tax == money("0.02")


def test_shipping_is_taxed_as_the_goods_it_brings():
    cart = totals(line("30.00"), line("10.00", tax_class="reduced"), shipping=money("8.00"))

    assert cart.shipping_tax == money("0.96") + money("0.13")


def test_shipping_of_goods_that_cost_nothing_is_taxed_evenly_over_their_rates():
    cart = totals(line("0"), line("0", tax_class="reduced"), shipping=money("2.00"))

    assert cart.shipping_tax == money("0.16") + money("0.07")


def test_shipping_of_nothing_is_taxed_at_the_standard_rate():
    assert totals(shipping=money("1.19")).shipping_tax == money("0.19")


def test_an_empty_cart_costs_nothing():
    cart = totals()

    assert (cart.lines, cart.subtotal, cart.tax, cart.total) == ((), money(0), money(0), money(0))


@pytest.mark.parametrize("codes", [["SAVE10"], ["", "x"]])
def test_every_promo_code_is_unknown(codes):
    with pytest.raises(Invalid) as refusal:
        totals(line(1), promo_codes=codes)

    assert {(fault.field, fault.code) for fault in refusal.value.fields} == {("promo_codes", "promo_code_unknown")}
    assert len(refusal.value.fields) == len(codes)


@pytest.mark.parametrize(
    ("request_", "field", "code"),
    [
        ({"lines": [line(1), line(1, 0)]}, "lines.1.quantity", "out_of_range"),
        ({"lines": [line(1, 10**9 + 1)]}, "lines.0.quantity", "out_of_range"),
        ({"lines": [line(-1)]}, "lines.0.unit_price", "negative_amount"),
        ({"lines": [line(1, currency="USD")]}, "lines.0.unit_price", "currency_mismatch"),
        ({"shipping": money(1, "USD")}, "shipping", "currency_mismatch"),
        ({"shipping": money(-1)}, "shipping", "negative_amount"),
        ({"lines": [line(10**7, 10**9)]}, "lines", "amount_too_large"),
        ({"lines": [line(999_999, 10**9)] * 2}, "lines", "amount_too_large"),
        ({"lines": [line(999_999, 10**9)], "country": "US", "region": "CA"}, "lines", "amount_too_large"),
        ({"currency": "ABC"}, "currency", "unknown_currency"),
        ({"country": "de"}, "country", "unknown_country"),
        ({"country": "EU"}, "country", "unknown_country"),
    ],
)
def test_nonsense_is_refused_by_name(request_, field, code):
    request = {"lines": [], "shipping": None, "country": "DE", "region": "", "currency": "EUR"} | request_

    with pytest.raises(Invalid) as refusal:
        pricing.price_lines(**request)

    assert [(fault.field, fault.code) for fault in refusal.value.fields] == [(field, code)]


def test_the_largest_sum_that_fits_is_priced():
    cart = totals(line("999999.99", 10**9))

    assert cart.total == money("999999990000000")
    assert cart.tax == money("159663863949579.83")


def test_pricing_is_one_query_whatever_the_cart(django_assert_num_queries):
    lines = [line(1, tax_class=tax_class) for tax_class in ("standard", "reduced") for _ in range(50)]

    with django_assert_num_queries(1):
        totals(*lines, shipping=money(3))
