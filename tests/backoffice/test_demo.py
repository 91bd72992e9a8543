"""The demo brand's data: enough of it, in three currencies, with stock as a real shop has it."""

from collections import Counter

from apps.backoffice.demo import read_demo
from apps.backoffice.demo.drawing.palette import COLOURS

COLLECTIONS = ("new in", "rain ready", "first frost", "everyday basics", "trail days", "warm layers", "gifts")


def test_brand_is_large_enough_and_has_something_for_every_collection():
    entries = read_demo()
    variants = [variant for entry in entries for variant in entry.product.variants]
    tags = Counter(tag for entry in entries for tag in entry.product.tags)

    assert len(entries) >= 60
    assert len(variants) >= 400
    assert len({variant.sku for variant in variants}) == len(variants)
    assert len({entry.product.slug for entry in entries}) == len(entries)
    assert all(tags[name] >= 4 for name in COLLECTIONS)


def test_every_variant_has_its_price_in_three_currencies_and_a_reduced_one_what_it_was():
    reduced = 0
    for entry in read_demo():
        for variant in entry.product.variants:
            assert variant.prices.keys() == {"EUR", "USD", "JPY"}
            assert variant.compare_at_prices.keys() in ({"EUR", "USD", "JPY"}, set())
            for currency, before in variant.compare_at_prices.items():
                assert before.amount > variant.prices[currency].amount
            reduced += bool(variant.compare_at_prices)
            assert variant.weight_grams > 0
    assert reduced > 20


def test_every_product_tells_what_it_is_made_of_and_how_to_care_for_it():
    for entry in read_demo():
        assert entry.product.attributes["Material"]
        assert entry.product.attributes["Care"]
        if any(option.name == "Size" for option in entry.product.options):
            assert entry.product.attributes["Size guide"]


def test_every_colour_is_in_the_palette_and_has_its_pictures():
    for entry in read_demo():
        offered = next((option.values for option in entry.product.options if option.name == "Colour"), None)
        drawn = {picture.colour for picture in entry.pictures}
        assert drawn <= COLOURS.keys()
        assert offered is None or set(offered) == drawn
        assert len(entry.pictures) == 2 * len(drawn)


def test_stock_is_that_of_a_shop_in_season():
    stock = [quantity for entry in read_demo() for quantity in entry.stock.values()]
    gone = [entry.product.slug for entry in read_demo() if not any(entry.stock.values())]
    few_left = {entry.product.slug for entry in read_demo() if 0 < max(entry.stock.values()) < 4}

    assert gone == ["wool-camp-blanket"]
    assert few_left == {"five-panel-cap", "lambswool-throw"}
    assert sum(quantity == 0 for quantity in stock) > 8
    assert sum(0 < quantity < 4 for quantity in stock) > 20
    assert stock == [quantity for entry in read_demo() for quantity in entry.stock.values()]
