"""Products and categories through catalog's interface, and what they publish."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from apps.catalog import api as catalog
from apps.catalog import models
from apps.catalog.contracts import Option, ProductStatus, VariantInput
from apps.catalog.services.html import sanitise
from apps.kernel.errors import Invalid, PreconditionFailed
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.messaging.models import OutboxMessage
from apps.web.testing import assert_queries
from tests.catalog.shop import eur, make_product, make_simple, product_input, variant

pytestmark = pytest.mark.django_db


def published(key):
    rows = OutboxMessage.objects.filter(key=f"catalog:{key}").order_by("version")
    return [(row.event_type.split(".")[1], row.version) for row in rows]


def test_every_change_publishes_the_whole_product_with_the_next_version():
    product = make_product()
    changed = catalog.update_product(
        product_id=product.id, product=product_input(slug=product.slug, title="Storm jacket")
    )
    catalog.unpublish_product(product_id=product.id)
    catalog.publish_product(product_id=product.id)
    catalog.delete_product(product_id=product.id)

    assert (product.version, changed.version) == (1, 2)
    assert published(product.id) == [*(("product_changed", n) for n in (1, 2, 3, 4)), ("product_removed", 5)]
    payload = OutboxMessage.objects.get(key=f"catalog:{product.id}", version=2).payload["product"]
    assert (payload["title"], payload["version"], len(payload["variants"])) == ("Storm jacket", 2, 2)


def test_update_that_changes_nothing_publishes_nothing():
    product = make_product()

    again = catalog.update_product(product_id=product.id, product=product_input(slug=product.slug))

    assert again == product
    assert published(product.id) == [("product_changed", 1)]


def test_update_keeps_variants_by_options_and_drops_what_is_not_named():
    product = make_product()
    wanted = product_input(
        slug=product.slug,
        options=(Option(name="Size", values=("M", "L")),),
        variants=(variant("M", price="99.00"), variant("L")),
    )

    updated = catalog.update_product(product_id=product.id, product=wanted)

    assert updated.variants[0].id == product.variants[1].id
    assert updated.variants[0].sku == product.variants[1].sku
    assert [str(v.prices["EUR"]) for v in updated.variants] == ["99.00 EUR", "84.90 EUR"]
    assert catalog.get_variants(ids=[product.variants[0].id], currency="EUR") == {}


def test_variant_named_by_id_may_change_its_options():
    product = make_product()
    first = product.variants[0]
    wanted = product_input(
        slug=product.slug,
        options=(Option(name="Size", values=("Small", "M")),),
        variants=(variant("Small", id=first.id), variant("M")),
    )

    updated = catalog.update_product(product_id=product.id, product=wanted)

    assert (updated.variants[0].id, updated.variants[0].title) == (first.id, "Small")


def test_stale_version_is_refused():
    product = make_product()
    catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, title="B"), if_version=1)

    with pytest.raises(PreconditionFailed):
        catalog.update_product(product_id=product.id, product=product_input(slug=product.slug, title="C"), if_version=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"slug": "Not a slug"}, "slug"),
        ({"variants": ()}, "variants"),
        ({"variants": (variant("S"), variant("S"))}, "variants"),
        ({"variants": (variant("S", sku="X"), variant("M", sku="X"))}, "variants"),
        ({"variants": (variant("XXL"),)}, "variants.0.options"),
        ({"variants": (VariantInput(prices={"EUR": eur("1")}),)}, "variants.0.options"),
        ({"variants": (variant("S", price="-1"),)}, "variants.0.prices"),
        ({"variants": (variant("S", prices={"USD": eur("1")}),)}, "variants.0.prices"),
        ({"variants": (variant("S", image_url="https://other.example/x.jpg"),)}, "variants.0.image_url"),
        ({"variants": (variant("S", weight_grams=-1),)}, "variants.0.weight_grams"),
        ({"options": (Option(name="Size", values=("S", "S", "M")),)}, "options.0.values"),
        ({"categories": ("no/such",)}, "categories"),
        ({"tags": ("",)}, "tags"),
    ],
)
def test_product_that_breaks_a_rule_is_refused_with_its_field(changes, field):
    with pytest.raises(Invalid) as refused:
        make_product(**changes)

    assert field in [fault.field for fault in refused.value.fields]
    assert not models.Product.objects.exists()


def test_slug_and_sku_that_are_taken_are_named():
    product = make_product(variants=(variant("S", sku="TAKEN"), variant("M")))

    sizes = (variant("S", sku="FREE"), variant("M", sku="TAKEN"))
    for changes, field, value in (
        ({"slug": product.slug}, "slug", product.slug),
        ({"variants": sizes}, "variants.1.sku", "TAKEN"),
    ):
        with pytest.raises(Invalid, match=re.escape(repr(value))) as refused:
            make_product(**changes)
        assert [(fault.field, fault.code) for fault in refused.value.fields] == [(field, "taken")]


def test_product_without_a_price_cannot_be_published():
    draft = make_product(status=ProductStatus.DRAFT, variants=(variant("S", prices={}),))

    with pytest.raises(Invalid, match="price"):
        catalog.publish_product(product_id=draft.id)


def test_database_itself_refuses_a_negative_price():
    product = make_simple("Lamp")

    with pytest.raises(IntegrityError), transaction.atomic():
        models.VariantPrice.objects.filter(variant__product_id=product.id).update(price_amount=-1)


def test_cart_reads_variants_in_one_statement_whatever_their_number():
    ids = [v.id for n in range(30) for v in make_product().variants]

    for some in (ids[:1], ids):
        with assert_queries(at_most=1):
            found = catalog.get_variants(ids=[*some, uuid7()], currency="EUR")
        assert found.keys() == set(some)
    with assert_queries(at_most=0):
        assert catalog.get_variants(ids=[], currency="EUR") == {}


def test_cart_sees_price_image_options_and_whether_a_variant_is_sold():
    images = product_input().images
    product = make_product(
        options=(Option(name="Size", values=("S",)), Option(name="A", values=("x",))),
        variants=(
            VariantInput(
                options={"Size": "S", "A": "x"}, prices={"EUR": eur("5"), "JPY": Money(700, "JPY")}, weight_grams=7
            ),
        ),
    )
    (identity,) = (v.id for v in product.variants)

    found = catalog.get_variants(ids=[identity], currency="JPY")[identity]

    assert (str(found.price), found.title, found.weight_grams) == ("700 JPY", "Rain jacket", 7)
    assert list(found.options.items()) == [("Size", "S"), ("A", "x")]
    assert found.image == images[0]
    assert found.available_for_sale
    assert catalog.get_variants(ids=[identity], currency="USD")[identity].price is None
    catalog.unpublish_product(product_id=product.id)
    assert not catalog.get_variants(ids=[identity], currency="EUR")[identity].available_for_sale


@pytest.mark.slow
def test_whole_products_cost_the_same_for_ten_and_for_a_hundred():
    for n in range(100):
        make_simple(f"Thing {n}")

    for limit in (10, 100):
        with assert_queries(at_most=7):
            assert len(catalog.list_products(limit=limit)) == limit


def test_moving_a_category_moves_its_branch_and_publishes_each_node():
    catalog.ensure_categories(paths=[["Clothing", "Jackets", "Rain"], ["Sale"]])
    tree = {category.path: category for category in catalog.list_categories()}
    moved = tree["clothing/jackets"]

    catalog.save_category(name="Coats", slug="coats", parent_id=tree["sale"].id, category_id=moved.id)

    assert [category.path for category in catalog.list_categories()] == [
        "clothing",
        "sale",
        "sale/coats",
        "sale/coats/rain",
    ]
    assert published(moved.id)[-1] == ("category_changed", 2)
    assert published(tree["clothing/jackets/rain"].id)[-1] == ("category_changed", 2)


def test_new_category_stands_behind_those_that_are_in_an_order():
    catalog.ensure_categories(paths=[["B"], ["A"]])
    named = {category.path: category for category in catalog.list_categories()}
    assert {category.position for category in named.values()} == {0}
    catalog.save_category(name="B", slug="b", parent_id=None, category_id=named["b"].id, position=3)

    catalog.ensure_categories(paths=[["C"], ["B", "D"]])

    placed = {category.path: category.position for category in catalog.list_categories()}
    assert placed == {"a": 0, "b": 3, "c": 4, "b/d": 0}


def test_category_cannot_lie_below_itself():
    catalog.ensure_categories(paths=[["A", "B"]])
    top, below = catalog.list_categories()

    with pytest.raises(Invalid, match="below itself"):
        catalog.save_category(name="A", slug="a", parent_id=below.id, category_id=top.id)


def test_database_itself_refuses_a_path_that_does_not_fit_its_parent():
    catalog.ensure_categories(paths=[["A", "B"]])
    with pytest.raises(IntegrityError, match="does not fit its path"), transaction.atomic():
        models.Category.objects.filter(path="a").update(path="elsewhere")
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_category_in_use_is_not_deleted():
    catalog.ensure_categories(paths=[["A", "B"]])
    top, below = catalog.list_categories()
    product = make_product(categories=("a/b",))

    for category in (top, below):
        with pytest.raises(catalog.CategoryInUse):
            catalog.delete_category(category_id=category.id)
    catalog.update_product(product_id=product.id, product=replace(product_input(slug=product.slug), categories=()))
    catalog.delete_category(category_id=below.id)
    assert [category.path for category in catalog.list_categories()] == ["a"]


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>Fine <strong>text</strong></p>", "<p>Fine <strong>text</strong></p>"),
        ("<script>alert(1)</script>", ""),
        ("<style>p{}</style><p style='x'>a</p>", "<p>a</p>"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<svg><script>alert(1)</script></svg>", ""),
        ("<iframe src='https://evil.example'></iframe>b", "b"),
        ("<a href='JaVaScript:alert(1)'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<a href='data:text/html,x'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<p>unclosed", "<p>unclosed</p>"),
        ("a < b", "a &lt; b"),
    ],
)
def test_descriptions_keep_what_is_harmless(html, clean):
    assert sanitise(html) == clean
    assert sanitise(clean) == clean
