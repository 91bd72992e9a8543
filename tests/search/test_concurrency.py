"""News of one product that several workers apply at the same moment, in real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import orjson
import pytest
from django.db import connection, transaction

from apps.catalog import api as catalog
from apps.catalog.contracts import Product
from apps.catalog.events import CategoryChanged, ProductChanged
from apps.inventory import api as inventory
from apps.inventory.contracts import StockStatus
from apps.inventory.events import AvailabilityChanged
from apps.kernel.ids import uuid7
from apps.messaging.testing import deliver_all
from apps.search import api as search
from apps.search import handlers
from apps.search.models import ProductDocument
from tests.catalog.shop import make_product, product_input

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], object]) -> None:
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        try:
            start.wait(10)
            with transaction.atomic():
                call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(run, calls))


def copy_of(product: Product) -> Product:
    """The same product under new ids: one that search has never heard of."""
    identity = uuid7()
    variants = tuple(replace(v, id=uuid7(), product_id=identity) for v in product.variants)
    return replace(product, id=identity, slug=identity.hex, variants=variants)


def in_stock(product: Product) -> list[bool]:
    detail = orjson.loads(ProductDocument.objects.get(product_id=product.id).detail)
    return [variant["in_stock"] for variant in detail["variants"]]


def now_in_stock(variant_id):
    return AvailabilityChanged(variant_id=variant_id, status=StockStatus.IN, available=5)


def test_first_news_of_a_product_its_stock_and_its_category_at_once_is_all_in_the_document():
    catalog.ensure_categories(paths=[["Jackets"]])
    (category,) = catalog.list_categories()
    template = catalog.create_product(product=product_input(categories=("jackets",)))
    for _ in range(15):
        old = replace(category, id=uuid7())
        product = replace(copy_of(template), categories=(old,))
        first, second = (variant.id for variant in product.variants)

        at_once(
            lambda product=product: handlers.index_products([ProductChanged(product_id=product.id, product=product)]),
            lambda first=first: handlers.index_availability([now_in_stock(first)]),
            lambda second=second: handlers.index_availability([now_in_stock(second)]),
            lambda old=old: handlers.index_categories(
                CategoryChanged(category_id=old.id, category=replace(old, name="Coats"))
            ),
        )

        assert in_stock(product) == [True, True]
        detail = orjson.loads(ProductDocument.objects.get(product_id=product.id).detail)
        assert detail["categories"][0]["name"] == "Coats"


def test_newest_version_wins_where_two_are_applied_at_once():
    template = make_product()
    for _ in range(10):
        product = copy_of(template)
        newer = replace(product, version=2, title="New name")

        at_once(
            lambda newer=newer: handlers.index_products([ProductChanged(product_id=newer.id, product=newer)]),
            lambda product=product: handlers.index_products([ProductChanged(product_id=product.id, product=product)]),
        )

        assert ProductDocument.objects.get(product_id=product.id).title == "New name"


def test_rebuild_while_stock_and_products_change_ends_at_the_truth():
    products = [make_product() for _ in range(10)]
    deliver_all()

    def change() -> None:
        for n, product in enumerate(products):
            inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=n % 2, reason="count")
            catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, title=f"Now {n}"))
        catalog.delete_product(product_id=products[0].id)
        deliver_all()

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [search.rebuild, change]))
    deliver_all()

    assert not ProductDocument.objects.filter(product_id=products[0].id).exists()
    for n, product in enumerate(products[1:], start=1):
        assert ProductDocument.objects.get(product_id=product.id).title == f"Now {n}"
        assert in_stock(product) == [n % 2 == 1, False]
