"""The demo shop, loaded once for all of these: its pictures, its stock, its orders, and its way through export and import."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from apps.backoffice.demo import read_demo
from apps.backoffice.demo.orders import make_orders
from apps.backoffice.demo.plan import Fate, plan_orders
from apps.catalog import api as catalog
from apps.catalog.contracts import ProductStatus
from apps.inventory import api as inventory
from apps.kernel import clock
from apps.messaging.models import OutboxMessage
from apps.orders import api as orders
from apps.payments import api as payments
from apps.search import api as search
from tests.backoffice.commands import run
from tests.backoffice.test_export_products import assert_round_trip
from tests.backoffice.test_import_products import stock_of
from tests.backoffice.test_sample_orders import all_orders, settle

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def _loaded_demo(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        module = transaction.atomic()
        module._from_testcase = True  # commands may run inside, as in a test case's own transaction
        with module:
            call_command("load_demo")
            yield
            transaction.set_rollback(True)


@pytest.fixture
def demo(_loaded_demo, db):
    """The demo shop; what a test changes of it is rolled back."""


def test_products_have_their_pictures_and_a_variant_shows_its_colour(demo):
    product = catalog.find_product(slug="everyday-hoodie")

    assert product is not None
    assert [image.alt for image in product.images[:2]] == [
        "Everyday Hoodie in slate, front",
        "Everyday Hoodie in slate, back",
    ]
    assert all(
        image.url.startswith("/media/") and (image.width, image.height) == (1200, 1500) for image in product.images
    )
    shown = {variant.options["Colour"]: variant.image.alt for variant in product.variants if variant.image}
    assert shown == {colour: f"Everyday Hoodie in {colour.lower()}, front" for colour in ("Slate", "Oat", "Forest")}


def test_categories_begin_with_what_the_shop_is_about(demo):
    roots = sorted(
        (each for each in catalog.list_categories() if each.parent_id is None), key=lambda each: each.position
    )

    assert [each.slug for each in roots] == ["clothing", "footwear", "accessories", "camp"]


def test_loading_twice_changes_nothing(demo, capsys):
    events = OutboxMessage.objects.count()
    slugs = [product.slug for product in catalog.list_products()]

    call_command("load_demo")

    assert OutboxMessage.objects.count() == events
    assert [product.slug for product in catalog.list_products()] == slugs
    levels = inventory.get_stock_levels(
        variant_ids=[v.id for product in catalog.list_products() for v in product.variants]
    )
    assert "stock set for 0" in capsys.readouterr().out
    assert all(level.on_hand >= 0 for found in levels.values() for level in found)


def test_a_later_run_goes_on_where_the_first_one_stood(demo):
    long_ago = clock.now().date() - timedelta(days=9)
    plan = [s for s in plan_orders(today=long_ago, months=1, seed=1) if s.fate is Fate.DELIVERED][-3:]

    with pytest.raises(RuntimeError, match="worker"):
        make_orders(plan, settle=_no_worker)
    waiting = {order.status for order in all_orders()}
    make_orders(plan, settle=settle)

    assert waiting == {orders.OrderStatus.AWAITING_PAYMENT}
    assert {order.status for order in all_orders()} == {orders.OrderStatus.DELIVERED}
    assert [len(payments.list_payments(order_id=order.id)) for order in all_orders()] == [1, 1, 1]


def _no_worker(count_waiting):
    raise RuntimeError("no worker")


def test_what_is_low_or_sold_out_stays_so(demo):
    before = _scarce()

    make_orders(plan_orders(today=clock.now().date(), months=1, seed=1)[:20], settle=settle)

    assert _scarce() == before


def _scarce():
    skus = [sku for entry in read_demo() for sku, stock in entry.stock.items() if stock < 12]
    ids = [catalog.get_variant_by_sku(sku=sku).id for sku in skus[:40]]
    return {key: found.available for key, found in inventory.get_availability(variant_ids=ids).items()}


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_demo_shop_goes_round(demo, export, currency):
    assert_round_trip(export, "--currency", currency)


def test_demo_shop_can_be_bought_from_in_three_currencies(demo):
    run("rebuild_search")

    for currency in ("EUR", "USD", "JPY"):
        listing = search.browse(query=search.ListingQuery(currency=currency, limit=100))
        assert listing.count == 64
        assert sum(not card["in_stock"] for card in listing.cards) == 1


def test_demo_shop_loaded_again_keeps_edits_and_sales(demo):
    product = catalog.find_product(slug="watch-beanie")
    assert product is not None
    catalog.unpublish_product(product_id=product.id)
    inventory.set_on_hand(variant_id=product.variants[0].id, on_hand=0, reason="all sold")
    events = OutboxMessage.objects.count()

    run("load_demo")

    assert catalog.get_product(product_id=product.id).status is ProductStatus.DRAFT
    assert stock_of(product.variants[0].id) == 0
    assert OutboxMessage.objects.count() == events
