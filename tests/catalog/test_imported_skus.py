"""SKUs of imported variants: the file's own where they are free, else made so that they stay the same and are nobody else's."""

from __future__ import annotations

import pytest

from tests.catalog.importing import products, said
from tests.catalog.shop import row, shopify_csv

pytestmark = pytest.mark.django_db


def test_duplicate_sku_gets_a_suffix_that_stays_the_same(run):
    text = shopify_csv(row("a", Variant_SKU="X"), row("b", Variant_SKU="X"))
    results = run(text)
    first = {slug: product.variants[0].sku for slug, product in products().items()}

    again = run(text)

    assert first["a"] == "X"
    assert first["b"].startswith("X-")
    assert said(results["b"]) == said(again["b"]) == [(3, "Variant SKU", "X", False)]
    assert {slug: product.variants[0].sku for slug, product in products().items()} == first


def test_sku_of_a_product_imported_before_gets_a_suffix(run):
    run(shopify_csv(row("a", Variant_SKU="X")))
    run(shopify_csv(row("b", Variant_SKU="X")))
    run(shopify_csv(row("b", Variant_SKU="X")))

    assert products()["a"].variants[0].sku == "X"
    assert products()["b"].variants[0].sku.startswith("X-")


def test_generated_skus_that_would_be_the_same_get_a_suffix_that_stays(run):
    text = shopify_csv(
        row("tee", Option1_Name="Colour", Option1_Value="Black", Option2_Name="Size", Option2_Value="M"),
        row("tee-black", Option1_Name="Size", Option1_Value="M"),
        row("grade", Option1_Name="Grade", Option1_Value="A"),
        row("grade", Option1_Value="a"),
        row("grade", Option1_Value="A+", Variant_SKU="GRADE-A"),
    )
    results = run(text)
    skus = [variant.sku for product in products().values() for variant in product.variants]
    run(text)

    assert [note for result in results.values() for note in result.notes if note.is_error] == []
    assert len(set(skus)) == 5
    assert {"TEE-BLACK-M", "GRADE-A"} < set(skus)
    assert [variant.sku for product in products().values() for variant in product.variants] == skus


def test_generated_skus_are_stable_and_differ_where_letters_are_lost(run):
    text = shopify_csv(
        row("a", Option1_Name="Colour", Option1_Value="赤"),
        row("a", Option1_Value="青"),
        row("x" * 200, Option1_Name="Size", Option1_Value="S"),
    )
    run(text)
    skus = [variant.sku for product in products().values() for variant in product.variants]
    run(text)

    assert len(set(skus)) == 3
    assert all(len(sku) <= 100 for sku in skus)
    assert [variant.sku for product in products().values() for variant in product.variants] == skus
