"""`manage.py export_products`: what an import keeps comes out again, and importing what came out changes nothing."""

from __future__ import annotations

import csv

import pytest
from django.core.management import CommandError

from apps.catalog import api as catalog
from apps.catalog.contracts import Image, Option, ProductStatus, VariantInput
from apps.inventory import api as inventory
from apps.messaging.models import OutboxMessage
from tests.backoffice.commands import run
from tests.backoffice.shopify_files import every_export
from tests.catalog.shop import SHOPIFY, eur, make_product, make_simple, row, shopify_csv, variant

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MORE = [
    *SHOPIFY, "Collection", "SEO Title", "SEO Description", "Variant Inventory Policy", "Variant Weight Unit",
    "Variant Fulfillment Service", "Gift Card", "Google Shopping / Condition", "Cost per item", "Season",
    "Fabric (product.metafields.own.cloth)",    "Description (product.metafields.custom.description)", "Product Category",
    "Variant Tax Code",
]  # fmt: skip


@pytest.fixture
def load(tmp_path):
    def load(text):
        path = tmp_path / "loaded.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return run("import_products", str(path))

    return load


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def state():
    products = catalog.list_products()
    levels = inventory.get_stock_levels(variant_ids=[v.id for p in products for v in p.variants])
    return products, levels, catalog.list_categories(), OutboxMessage.objects.count()


def assert_round_trip(export, *arguments):
    """Importing an export changes nothing, and a second export is the first, byte by byte."""
    first = export(*arguments)
    content, before = first.read_bytes(), state()

    report = run("import_products", str(first), *arguments)

    assert "0 created, 0 updated" in report
    assert "stock set for 0 variants; 0 errors" in report
    assert state() == before
    assert export(*arguments).read_bytes() == content


def assert_same_in_an_empty_shop(export):
    path = export()
    content = path.read_bytes()
    for product in catalog.list_products():
        catalog.delete_product(product_id=product.id)
    run("import_products", str(path))
    assert export().read_bytes() == content


@every_export
def test_shopify_export_goes_round(export, path):
    run("import_products", str(path))

    assert_round_trip(export)
    assert_same_in_an_empty_shop(export)


FULL = [
    row("coat", Option1_Name="Size", Option1_Value="S", Variant_SKU="C-S", Variant_Grams="1200", Variant_Price="80.00",
        Variant_Compare_At_Price="99.00", Variant_Inventory_Qty="4", Image_Src="https://cdn.example.com/1.jpg", Image_Position="1",
        Image_Alt_Text="Front", Tags="a, b", Type="Coats", Status="archived")
    | {"SEO Title": "A coat", "SEO Description": "Warm", "Variant Inventory Policy": "continue", "Variant Weight Unit": "kg",
       "Variant Fulfillment Service": "manual", "Gift Card": "false", "Google Shopping / Condition": "new", "Cost per item": "31.50",
       "Season": "Winter", "Fabric (product.metafields.own.cloth)": "Wool",
       "Description (product.metafields.custom.description)": "Short", "Product Category": "Apparel > Coats"},
    row("coat", Option1_Value="M", Title="", Variant_SKU="C-M", Variant_Inventory_Tracker="", Variant_Price="80.00",
        Variant_Image="https://cdn.example.com/2.jpg", Image_Src="https://cdn.example.com/2.jpg", Image_Position="2")
    | {"Variant Inventory Policy": "deny", "Variant Weight Unit": "lb", "Cost per item": "32", "Season": "Spring",
       "Variant Tax Code": "X1"},
    {"Handle": "coat", "Image Src": "https://cdn.example.com/3.jpg", "Image Position": "3", "Image Alt Text": "Back"},
]  # fmt: skip


def test_everything_a_file_says_is_written_again(load, export):
    load(shopify_csv(*FULL, headings=MORE))

    written = rows_of(export())

    names = ["Variant Inventory Tracker", "Variant Inventory Policy", "Variant Weight Unit", "Cost per item", "Season"]
    assert [[r[name] for name in names] for r in written] == [
        ["shopify", "continue", "kg", "31.50", "Winter"],
        ["", "deny", "lb", "32", "Spring"],
        ["", "", "", "", ""],
    ]
    assert [(r["Image Src"][-5:], r["Image Position"], r["Image Alt Text"]) for r in written] == [
        ("1.jpg", "1", "Front"), ("2.jpg", "2", ""), ("3.jpg", "3", "Back"),
    ]  # fmt: skip
    first = written[0]
    for heading in (
        "Handle",
        "Title",
        "Type",
        "Tags",
        "Status",
        "SEO Title",
        "SEO Description",
        "Gift Card",
        "Variant Grams",
    ):
        assert first[heading] == FULL[0][heading], heading
    for heading in ("Google Shopping / Condition", "Fabric (product.metafields.own.cloth)", "Product Category"):
        assert first[heading] == FULL[0][heading], heading
    assert (first["Variant Price"], first["Variant Compare At Price"]) == ("80.00", "99.00")
    assert (first["Variant Inventory Qty"], first["Published"], first["Collection"]) == ("4", "false", "Coats")
    assert written[1]["Variant Image"] == "https://cdn.example.com/2.jpg"


def test_full_file_goes_round(load, export):
    load(shopify_csv(*FULL, headings=MORE))

    assert_round_trip(export)
    assert_same_in_an_empty_shop(export)


def test_unknown_columns_become_attributes_and_shopifys_own_stay_hidden(load):
    load(shopify_csv(*FULL, headings=MORE))

    product = catalog.find_product(slug="coat")

    assert product is not None
    assert dict(product.attributes) == {
        "seo_title": "A coat",
        "seo_description": "Warm",
        "Season": "Winter",
        "Fabric": "Wool",
        "Description": "Short",
    }


def test_what_staff_made_goes_round(export):
    catalog.ensure_categories(paths=[["Clothing", "Rain, wind > snow"], ["Sale"]])
    catalog.save_category(name="Deals of [today]", slug="deals")
    jacket = make_product(
        slug="jacket",
        categories=("clothing/rain-wind-snow", "deals", "sale"),
        tags=("with, comma", " x"),
        attributes={"Description": "as an attribute", "Title": "too", "Fit (EU)": "loose", "=cmd": "=1+1", "": ""},
        options=(Option(name="Size", values=("M", "L", "S")), Option(name="Fit", values=("a", "b"))),
        variants=(
            VariantInput(options={"Size": "S", "Fit": "a"}, prices={"EUR": eur("1.00")}, tax_class="reduced", barcode="'007"),
            VariantInput(options={"Size": "M", "Fit": "a"}, prices={}, sku="NO-PRICE"),
            VariantInput(options={"Size": "L", "Fit": "b"}, prices={"EUR": eur("2.00")}, sku="-5"),
        ),
        images=(Image(url="/static/a.webp", alt="=alt", width=10, height=20),),
    )  # fmt: skip
    make_simple("No options", slug="simple", product_type="Kind without its category")
    make_product(
        slug="draft",
        status=ProductStatus.DRAFT,
        variants=(variant("S"),),
        options=(Option(name="Size", values=("S", "XL")),),
    )
    inventory.set_on_hand(variant_id=jacket.variants[0].id, on_hand=3, reason="delivery")

    assert_round_trip(export)


def test_more_options_than_shopify_has_go_round(export):
    names = ("A", "B", "C", "D", "E")
    chosen = VariantInput(options={name: f"{name}1" for name in names}, prices={"EUR": eur("1.00")})
    make_product(options=tuple(Option(name=name, values=(f"{name}1",)) for name in names), variants=(chosen,))

    assert_round_trip(export)
    assert_same_in_an_empty_shop(export)


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@home", "'=1+1", "''-x", "'plain", '=HYPERLINK("x")'])
def test_formulas_are_defused_and_come_back(export, text):
    make_simple(text, slug="x", vendor=text, tags=(text,))

    cell = rows_of(export())[0]["Title"]

    assert cell == (text if text == "'plain" else f"'{text}")
    assert cell[0] not in "=+-@\t\r"
    assert_round_trip(export)
    assert_same_in_an_empty_shop(export)
    product = catalog.find_product(slug="x")
    assert product is not None
    assert (product.title, product.vendor, product.tags) == (text, text, (text,))


def test_sales_between_export_and_import_are_kept(load, export):
    load(shopify_csv(row("a", Variant_Inventory_Qty="7")))
    product = catalog.find_product(slug="a")
    assert product is not None
    sold = product.variants[0].id
    inventory.set_on_hand(variant_id=sold, on_hand=5, reason="two sold")
    path = export()
    inventory.set_on_hand(variant_id=sold, on_hand=4, reason="one more sold")

    run("import_products", str(path))
    load(shopify_csv(row("a", Variant_Inventory_Qty="7")))

    assert inventory.get_stock_levels(variant_ids=[sold])[sold][0].on_hand == 4


def test_edited_export_changes_what_was_edited(load, export):
    load(shopify_csv(*FULL, headings=MORE))
    path = export()
    path.write_text(path.read_text().replace("31.50", "33.00").replace("Winter", "Summer"))

    report = run("import_products", str(path))

    assert "1 updated" in report
    assert [(r["Cost per item"], r["Season"]) for r in rows_of(export())] == [
        ("33.00", "Summer"),
        ("32", "Spring"),
        ("", ""),
    ]


def test_variants_without_a_price_in_the_currency_are_named(tmp_path):
    make_simple("Only euros", slug="euros")

    said = run("export_products", str(tmp_path / "x.csv"), "--currency", "JPY")

    assert "Left out, having no price in JPY: EUROS" in said
    assert rows_of(tmp_path / "x.csv") == []


def test_export_that_cannot_be_written_says_why(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_products", str(tmp_path / "nowhere" / "x.csv"))
    with pytest.raises(CommandError, match="ISO 4217"):
        run("export_products", str(tmp_path / "x.csv"), "--currency", "EURO")
    assert list(tmp_path.iterdir()) == []


def test_statements_do_not_grow_with_products(django_assert_max_num_queries, export):
    for number in range(12):
        make_product(slug=f"p-{number}", variants=(variant("S"), variant("M")))
    with django_assert_max_num_queries(25):
        export()
