"""Documents follow catalog and inventory, in whatever order the news comes, and are rewritten only where their bytes differ."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from django.core.management import call_command
from django.db import transaction

from apps.catalog import api as catalog
from apps.catalog.contracts import ProductStatus
from apps.catalog.events import ProductChanged, ProductRemoved
from apps.inventory import api as inventory
from apps.inventory.contracts import StockStatus
from apps.inventory.events import AvailabilityChanged
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging.testing import deliver_all
from apps.search import api as search
from apps.search import handlers
from apps.search.models import IndexedAvailability, IndexedCategory, IndexedProduct, ProductDocument
from apps.web import answers
from tests.catalog.shop import eur, make_product, make_simple, product_input, variant

pytestmark = pytest.mark.django_db


def document(product, currency="EUR"):
    return ProductDocument.objects.get(product_id=product.id, currency=currency)


def stock(product, on_hand=5):
    levels = {variant.id: on_hand for variant in product.variants}
    inventory.set_stock_levels(levels=levels, reason="delivery")


def hear(handler, news):
    """Tell a handler something in a transaction, as messaging does."""
    with transaction.atomic():
        handler(news)


def listed(currency="EUR"):
    return search.browse(query=search.ListingQuery(currency=currency)).cards


def test_foreign_picture_is_shown_only_where_none_are_fetched(settings):
    product = make_simple("Lamp")
    deliver_all()
    (before,) = listed()

    settings.IMAGE_FETCH = True
    search.rebuild()

    (after,) = listed()
    assert before["image"]["url"] == product.images[0].url
    assert after["image"] is None


def test_published_product_is_listed_with_its_lowest_price(get):
    product = make_product(
        variants=(variant("S", price="90.00"), variant("M", price="80.00", compare_at_prices={"EUR": eur("99.00")}))
    )

    (card,) = get("products")["results"]

    assert card == {
        "id": str(product.id),
        "slug": product.slug,
        "title": "Rain jacket",
        "price": {"amount": "80.00", "currency": "EUR"},
        "compare_at_price": {"amount": "99.00", "currency": "EUR"},
        "image": {"url": "https://cdn.example.com/jacket.webp", "alt": "The jacket", "width": 1200, "height": 1500},
        "second_image": None,
        "options": [{"name": "Size", "values": ["S", "M"]}],
        "in_stock": False,
        "few_left": False,
        "rating": None,
    }


def test_detail_has_the_shape_of_the_contract_by_id_and_by_slug(get):
    catalog.ensure_categories(paths=[["Clothing", "Jackets"]])
    product = make_product(categories=("clothing/jackets",), attributes={"Material": "Nylon"})
    stock(product)

    detail = get(f"products/{product.slug}")

    assert detail == get(f"products/{product.id}")
    assert detail["description_html"] == "<p>Keeps the rain out.</p>"
    assert detail["options"] == [{"name": "Size", "values": ["S", "M"]}]
    assert [(v["sku"], v["title"], v["options"], v["in_stock"]) for v in detail["variants"]] == [
        (product.variants[0].sku, "S", {"Size": "S"}, True),
        (product.variants[1].sku, "M", {"Size": "M"}, True),
    ]
    assert [category["path"] for category in detail["categories"]] == ["clothing/jackets"]
    assert detail["attributes"] == {"Material": "Nylon"}
    assert detail["in_stock"] is True


def test_drafts_and_deleted_products_are_not_shown(get):
    draft = make_product(status=ProductStatus.DRAFT)
    gone, hidden = make_product(), make_product()
    deliver_all()
    catalog.delete_product(product_id=gone.id)
    catalog.unpublish_product(product_id=hidden.id)

    assert get("products")["results"] == []
    for product in (draft, gone, hidden):
        assert get(f"products/{product.slug}", status=404)["code"] == "product_not_found"
        assert get(f"products/{product.id}/inventory", status=404)["code"] == "product_not_found"


def test_product_is_listed_only_in_currencies_it_has_a_price_in(get):
    product = make_simple("Lamp", currency="JPY", price="1200")

    assert get("products")["results"] == []
    assert [card["price"] for card in get("products?currency=jpy")["results"]] == [
        {"amount": "1200", "currency": "JPY"}
    ]
    get(f"products/{product.slug}", status=404)


def test_currency_that_loses_its_price_loses_its_document():
    product = make_product()
    deliver_all()
    yen = tuple(replace(v, prices={"JPY": Money(1, "JPY")}) for v in product_input().variants)
    catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, variants=yen))
    deliver_all()

    assert [row.currency for row in ProductDocument.objects.filter(product_id=product.id)] == ["JPY"]


def test_stock_that_comes_and_goes_shows_in_card_and_variant(get):
    product = make_product()
    inventory.set_on_hand(variant_id=product.variants[1].id, on_hand=3, reason="delivery")

    assert [v["in_stock"] for v in get(f"products/{product.slug}")["variants"]] == [False, True]
    assert get("products")["results"][0]["in_stock"] is True

    inventory.set_on_hand(variant_id=product.variants[1].id, on_hand=0, reason="lost")
    assert get("products")["results"][0]["in_stock"] is False


def test_few_left_is_true_as_long_as_all_that_can_be_bought_is_low(get):
    small, medium = (variant.id for variant in make_product().variants)
    held = []

    # 5 is the threshold that a variant has where nobody sets another.
    for levels in ({}, {small: 5}, {medium: 6}, {medium: 2}, {small: 0}, {medium: 0}, {small: 20}, {small: 4}):
        inventory.set_stock_levels(levels=levels, reason="test")
        held.append(get("products")["results"][0]["few_left"])

    assert held == [False, True, False, True, True, False, False, True]


def test_rebuilding_knows_what_is_low():
    product = make_product()
    stock(product, on_hand=2)
    deliver_all()
    IndexedAvailability.objects.update(is_low=False)

    search.rebuild()

    assert '"few_left":true' in document(product).card


def test_news_of_product_category_and_stock_may_come_in_any_order():
    catalog.ensure_categories(paths=[["Jackets"]])
    (category,) = catalog.list_categories()
    renamed = replace(category, name="Coats", path="coats", slug="coats")
    product = catalog.create_product(product=product_input(categories=("jackets",)))
    news = [
        lambda: hear(handlers.index_products, [ProductChanged(product_id=product.id, product=product)]),
        lambda: hear(handlers.index_categories, handlers.CategoryChanged(category_id=category.id, category=renamed)),
        lambda: hear(
            handlers.index_availability,
            [AvailabilityChanged(variant_id=product.variants[0].id, status=StockStatus.IN, available=9)],
        ),
    ]
    details = set()
    for order in permutations(news):
        for model in (ProductDocument, IndexedProduct, IndexedCategory):
            model.objects.all().delete()
        hear(handlers.services.set_availability, {product.variants[0].id: StockStatus.OUT})
        for tell in order:
            tell()
        details.add((document(product).detail, tuple(document(product).category_paths)))

    ((detail, paths),) = details
    assert '"path":"coats"' in detail
    assert '"in_stock":true' in detail
    assert paths == ("coats",)


def test_older_version_of_a_product_does_not_overwrite_a_newer_one():
    product = make_product()
    newer = catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, title="New name"))
    deliver_all()

    hear(handlers.index_products, [ProductChanged(product_id=product.id, product=product)])

    assert document(product).title == newer.title == "New name"


def test_document_is_rewritten_only_where_its_bytes_differ():
    product = make_product()
    stock(product, on_hand=50)
    deliver_all()
    before = document(product).updated_at

    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=1, reason="low, still in stock")
    hear(
        handlers.index_products,
        [ProductChanged(product_id=product.id, product=catalog.get_product(product_id=product.id))],
    )
    deliver_all()

    assert document(product).updated_at == before


@pytest.mark.django_db(transaction=True)
def test_generation_of_cached_answers_moves_when_bytes_move_and_not_before():
    product = make_product()
    variant_id = product.variants[0].id
    deliver_all()
    before = answers.generation("catalogue")
    inventory.set_on_hand(variant_id=variant_id, on_hand=9, reason="delivery")
    assert answers.generation("catalogue") == before

    deliver_all()
    moved = answers.generation("catalogue")
    inventory.set_on_hand(variant_id=variant_id, on_hand=8, reason="sold one")
    deliver_all()

    assert moved != before
    assert answers.generation("catalogue") == moved


def test_removal_that_is_repeated_is_harmless():
    product = make_product()
    deliver_all()
    for _ in range(2):
        hear(handlers.index_products, [ProductRemoved(product_id=product.id)])

    assert not ProductDocument.objects.exists()


def test_renamed_and_moved_category_reaches_its_products(get):
    catalog.ensure_categories(paths=[["Clothing", "Jackets"], ["Sale"]])
    tree = {category.path: category for category in catalog.list_categories()}
    product = make_product(categories=("clothing/jackets",))
    deliver_all()

    catalog.save_category(
        category_id=tree["clothing"].id, name="Outdoor", slug="outdoor", parent_id=tree["sale"].id, position=1
    )

    assert [c["path"] for c in get(f"products/{product.slug}")["categories"]] == ["sale/outdoor/jackets"]
    assert len(get("products?category=outdoor")["results"]) == 1
    assert get("categories")["results"][0]["children"][0]["children"][0]["name"] == "Jackets"


def test_rebuild_makes_everything_anew_from_the_truth(get):
    catalog.ensure_categories(paths=[["Jackets"]])
    product = make_product(categories=("jackets",))
    stock(product)
    right = [get("products"), get(f"products/{product.slug}"), get("categories")]
    for model in (ProductDocument, IndexedProduct, IndexedCategory):
        model.objects.all().delete()
    stranger = replace(product, id=uuid7(), slug="stranger")
    hear(handlers.index_products, [ProductChanged(product_id=stranger.id, product=stranger)])

    call_command("rebuild_search", stdout=None)

    assert [get("products"), get(f"products/{product.slug}"), get("categories")] == right


def test_rebuild_of_what_is_right_writes_nothing():
    product = make_product()
    stock(product)
    deliver_all()
    before = document(product).updated_at

    assert search.rebuild() == 1

    assert document(product).updated_at == before


def test_live_inventory_counts_units(get):
    product = make_product()
    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=3, reason="delivery")

    body = get(f"products/{product.slug}/inventory")

    assert body == {
        "product_id": str(product.id),
        "variants": [
            {"variant_id": str(v.id), "sku": v.sku, "available": available, "in_stock": available > 0}
            for v, available in zip(product.variants, (3, 0), strict=True)
        ],
    }


def test_script_in_a_description_never_reaches_a_shopper(get):
    product = make_product(description_html="<p>Hi<script>alert(1)</script><img src=x onerror=alert(1)></p>")

    assert get(f"products/{product.slug}")["description_html"] == "<p>Hi</p>"
