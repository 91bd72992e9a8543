"""`manage.py import_products` and its kin: products with their stock, the report, the exit status; and the real exports."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from django.core.management import CommandError

from apps.catalog import api as catalog
from apps.catalog.contracts import ProductStatus
from apps.inventory import api as inventory
from apps.messaging.models import OutboxMessage
from apps.messaging.testing import deliver_all
from apps.search import api as search
from tests.backoffice.commands import run
from tests.backoffice.shopify_files import every_export
from tests.catalog.shop import row, shopify_csv

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def file(tmp_path):
    def write(*rows):
        path = tmp_path / "products.csv"
        path.write_text(shopify_csv(*rows))
        return str(path)

    return write


def only_variant(slug):
    product = catalog.find_product(slug=slug)
    assert product is not None
    return product.variants[0]


def stock_of(variant_id):
    return inventory.get_availability(variant_ids=[variant_id])[variant_id].available


def test_products_come_with_their_stock_and_the_report_names_line_column_and_value(file):
    report = run("import_products", file(row("a", Variant_Inventory_Qty="7"), row("b", Variant_Price="free")))

    assert stock_of(only_variant("a").id) == 7
    assert "error line 3: Variant Price 'free'" in report
    assert "1 created, 0 updated, 0 unchanged, 1 rejected; stock set for 1 variants; 1 errors, 0 notes." in report


def test_sales_since_the_last_import_are_not_undone_by_importing_the_same_file(file):
    path = file(row("a", Variant_Inventory_Qty="7"))
    run("import_products", path)
    variant = only_variant("a")
    inventory.set_on_hand(variant_id=variant.id, on_hand=4, reason="three were sold")

    report = run("import_products", path)

    assert stock_of(variant.id) == 4
    assert "1 unchanged" in report


def test_newer_stock_in_the_file_is_set(file):
    run("import_products", file(row("a", Variant_Inventory_Qty="7")))
    run("import_products", file(row("a", Variant_Inventory_Qty="9")))

    assert stock_of(only_variant("a").id) == 9


def test_stock_below_what_is_reserved_is_reported_and_tried_again_next_time(file):
    run("import_products", file(row("a", Variant_Inventory_Qty="7")))
    variant = only_variant("a")
    line = inventory.StockLine(variant_id=variant.id, quantity=5)
    inventory.reserve_stock(reference="buyer", lines=[line], expires_in_seconds=60)
    path = file(row("a", Variant_Inventory_Qty="2"))

    tried, done = run("import_products", path, "--dry-run"), run("import_products", path)
    inventory.release_reservation(reference="buyer")
    run("import_products", path)

    assert "error line 2: Variant Inventory Qty '2 for A'" in done
    assert tried.splitlines()[0] == done.splitlines()[0]
    assert stock_of(variant.id) == 2


def test_dry_run_reports_and_changes_nothing(file):
    report = run("import_products", file(row("a", Variant_Inventory_Qty="7"), row("b", Variant_Price="?")), "--dry-run")

    assert "Dry run, nothing was changed: 1 created, 0 updated, 0 unchanged, 1 rejected" in report
    assert catalog.list_products() == ()
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nowhere/products.csv"], "cannot be read"),
        (["{file}", "--currency", "EURO"], "ISO 4217"),
        (["{file}", "--encoding", "klingon"], "no encoding"),
    ],
)
def test_import_that_cannot_start_says_why_in_one_sentence(file, arguments, message):
    path = file(row("a"))

    with pytest.raises(CommandError, match=message):
        run("import_products", *(argument.format(file=path) for argument in arguments))


def test_import_of_nothing_but_errors_fails(file):
    with pytest.raises(CommandError, match="nothing was imported"):
        run("import_products", file(row("a", Variant_Price="free")))


def test_currency_decides_the_price(file):
    run("import_products", file(row("a", Variant_Price="1500")), "--currency", "jpy")

    assert {code: str(price) for code, price in only_variant("a").prices.items()} == {"JPY": "1500 JPY"}


@every_export
def test_shopify_export_is_listed_priced_and_in_stock_as_the_file_says(path):
    run("import_products", str(path))
    deliver_all()
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = [r for r in csv.DictReader(source) if r["Variant Price"]]
    in_file = sum(max(int(r["Variant Inventory Qty"]), 0) for r in rows)

    products = catalog.list_products()

    variants = [variant for product in products for variant in product.variants]
    stock = inventory.get_availability(variant_ids=[variant.id for variant in variants])
    assert {product.slug for product in products} == {r["Handle"] for r in rows}
    assert len(variants) == len(rows)
    assert sum(found.available for found in stock.values()) == in_file
    assert {product.status for product in products} == {ProductStatus.PUBLISHED}
    assert sorted(variant.prices["EUR"].amount for variant in variants) == sorted(
        Decimal(r["Variant Price"]) for r in rows
    )
    page = search.list_products(query=search.ListingQuery(currency="EUR", limit=100))
    assert page.results.count(b'"slug":') == len(products)


@every_export
def test_shopify_export_imported_twice_changes_nothing(path):
    run("import_products", str(path))
    before, events = catalog.list_products(), OutboxMessage.objects.count()

    report = run("import_products", str(path))

    assert "0 created, 0 updated" in report
    assert catalog.list_products() == before
    assert OutboxMessage.objects.count() == events


def test_set_stock_finds_the_variant_by_sku(file):
    run("import_products", file(row("a", Variant_SKU="A-1")))

    said = run("set_stock", "A-1", "12", "--reason", "stock take")

    assert stock_of(only_variant("a").id) == 12
    assert "A-1: 12 on hand" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["A-2", "1"], "No variant has the SKU 'A-2'"),
        (["A-1", "-1"], "on_hand"),
        (["A-1", "1", "--warehouse", "moon"], "warehouse"),
    ],
)
def test_set_stock_that_cannot_be_says_why(file, arguments, message):
    run("import_products", file(row("a", Variant_SKU="A-1")))

    with pytest.raises(CommandError, match=message):
        run("set_stock", *arguments, "--reason", "stock take")
