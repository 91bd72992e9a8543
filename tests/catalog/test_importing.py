"""Importing Shopify files through catalog's interface: which rows become what, and what is said about the rest."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog import api as catalog
from apps.catalog.contracts import ImportOutcome, ProductStatus, VariantInput
from apps.messaging.models import OutboxMessage
from tests.catalog.importing import products, said
from tests.catalog.shop import SHOPIFY, eur, make_simple, row, shopify_csv

pytestmark = pytest.mark.django_db


def test_rows_of_one_handle_form_a_product_with_its_variants_and_images(run):
    shirt = {"Option1_Name": "Size", "Option2_Name": "Colour", "Image_Src": "https://cdn.example.com/1.jpg"}
    run(
        shopify_csv(
            row("shirt", Option1_Value="S", Option2_Value="Moss", Variant_SKU="SH-S", Tags="a, b,a", **shirt),
            row("shirt", Option1_Value="M", Option2_Value="Moss", Variant_Image="https://cdn.example.com/2.jpg"),
            {"Handle": "shirt", "Image Src": "https://cdn.example.com/3.jpg", "Image Alt Text": "Back"},
        )
    )

    shirt = products()["shirt"]

    assert shirt.status is ProductStatus.PUBLISHED
    assert [(o.name, o.values) for o in shirt.options] == [("Size", ("S", "M")), ("Colour", ("Moss",))]
    assert [(v.sku, v.title) for v in shirt.variants] == [("SH-S", "S / Moss"), ("SHIRT-M-MOSS", "M / Moss")]
    assert [(i.url[-5:], i.alt) for i in shirt.images] == [("1.jpg", ""), ("3.jpg", "Back"), ("2.jpg", "")]
    assert shirt.variants[1].image == shirt.images[2]
    assert shirt.tags == ("a", "b")


def test_images_stand_in_order_of_their_position(run):
    run(
        shopify_csv(
            row("pot", Image_Src="https://cdn.example.com/second.jpg", Image_Position="2"),
            {"Handle": "pot", "Image Src": "https://cdn.example.com/first.jpg", "Image Position": "1"},
        )
    )

    assert [image.url[24:] for image in products()["pot"].images] == ["first.jpg", "second.jpg"]


def test_default_title_makes_a_variant_without_options(run):
    run(shopify_csv(row("pot", Option1_Name="Title", Option1_Value="Default Title")))

    pot = products()["pot"]

    assert pot.options == ()
    assert [dict(variant.options) for variant in pot.variants] == [{}]


def test_type_becomes_a_category(run):
    run(shopify_csv(row("pot", Type="Home & Garden")))

    assert [(c.name, c.path) for c in products()["pot"].categories] == [("Home & Garden", "home-garden")]


def test_another_type_later_moves_the_product_and_leaves_categories_that_staff_gave(run):
    run(shopify_csv(row("pot", Type="Home")))
    catalog.ensure_categories(paths=[["Sale"]])
    pot = products()["pot"]
    run(shopify_csv(row("pot", Type="Garden")))

    assert [c.path for c in catalog.get_product(product_id=pot.id).categories] == ["garden"]


def test_second_run_changes_nothing_and_publishes_nothing(run):
    text = shopify_csv(row("a", Variant_Inventory_Qty="3"), row("b", Body_HTML="<p>x<br>y</p>", Type="T"))
    run(text)
    before, events = products(), OutboxMessage.objects.count()

    again = run(text)

    assert {result.outcome for result in again.values()} == {ImportOutcome.UNCHANGED}
    assert all(result.stock == {} for result in again.values())
    assert products() == before
    assert OutboxMessage.objects.count() == events


def test_newer_file_changes_only_what_differs(run):
    run(shopify_csv(row("a", Variant_Inventory_Qty="3"), row("b", Variant_Inventory_Qty="4")))
    before = products()

    again = run(
        shopify_csv(
            row("a", Variant_Price="12.00", Variant_Inventory_Qty="3"),
            row("b", Variant_Inventory_Qty="9"),
            row("c"),
        )
    )

    after = products()
    assert [again[handle].outcome.value for handle in "abc"] == ["updated", "unchanged", "created"]
    assert after["a"].variants[0].id == before["a"].variants[0].id
    assert str(after["a"].variants[0].prices["EUR"]) == "12.00 EUR"
    assert after["a"].version == before["a"].version + 1
    assert again["a"].stock == {}
    assert again["b"].stock == {before["b"].variants[0].id: 9}


def test_second_currency_is_added_to_the_first(run):
    run(shopify_csv(row("a")))
    run(shopify_csv(row("a", Variant_Price="1200")), currency="JPY")

    assert {c: str(p) for c, p in products()["a"].variants[0].prices.items()} == {"EUR": "10.00 EUR", "JPY": "1200 JPY"}


def test_variant_that_the_file_does_not_name_stays_and_is_mentioned(run):
    run(
        shopify_csv(
            row("a", Option1_Name="Size", Option1_Value="S", Variant_SKU="A-S"),
            row("a", Option1_Value="M", Variant_SKU="A-M"),
        )
    )

    again = run(shopify_csv(row("a", Option1_Name="Size", Option1_Value="S", Variant_SKU="A-S")))

    assert [variant.sku for variant in products()["a"].variants] == ["A-S", "A-M"]
    assert [(note.value, note.is_error) for note in again["a"].notes] == [("A-M", False)]


def test_bad_row_is_reported_and_left_out_and_the_rest_is_imported(run):
    results = run(
        shopify_csv(
            row("good"),
            row("bad", Variant_Price="free"),
            row("half", Option1_Name="Size", Option1_Value="S"),
            row("half", Option1_Value="M", Variant_Price="-3"),
            {"Title": "No handle", "Variant Price": "1.00"},
            {"Handle": "untitled", "Variant Price": "1.00", "Variant Inventory Tracker": "shopify"},
            row("last"),
        )
    )

    assert sorted(products()) == ["good", "half", "last"]
    assert said(results["bad"]) == [(3, "Variant Price", "free", True)]
    assert said(results["half"]) == [(5, "Variant Price", "-3", True)]
    assert said(results[""]) == [(6, "Handle", "", True)]
    assert said(results["untitled"]) == [(7, "Title", "", True)]
    assert results["bad"].outcome is ImportOutcome.REJECTED
    assert len(products()["half"].variants) == 1


def test_line_is_that_of_the_file_also_after_cells_with_line_breaks(run):
    results = run(shopify_csv(row("a", Body_HTML="<p>1</p>\n<p>2</p>\n<p>3</p>"), row("b", Variant_Price="x")))

    assert said(results["b"]) == [(5, "Variant Price", "x", True)]


def test_duplicate_options_in_one_product_keep_the_first(run):
    results = run(
        shopify_csv(
            row("a", Option1_Name="Size", Option1_Value="S", Variant_Price="1.00"),
            row("a", Option1_Value="S", Variant_Price="2.00"),
        )
    )

    assert said(results["a"]) == [(3, "Option1 Value", "S", True)]
    assert [str(v.prices["EUR"]) for v in products()["a"].variants] == ["1.00 EUR"]


def test_negative_stock_becomes_zero_with_a_note(run):
    results = run(shopify_csv(row("a", Variant_Inventory_Qty="-1")))

    assert list(results["a"].stock.values()) == [0]
    assert said(results["a"]) == [(2, "Variant Inventory Qty", "-1", False)]


def test_stock_of_variants_that_are_not_tracked_is_the_files_unless_named(run):
    text = shopify_csv(
        row("a", Variant_Inventory_Tracker="", Variant_Inventory_Qty="3"),
        row("b", Variant_Inventory_Qty="2"),
    )

    as_in_file = run(text)
    as_named = run(text, untracked_stock=100)

    assert [list(as_in_file[handle].stock.values()) for handle in "ab"] == [[3], [2]]
    assert [list(as_named[handle].stock.values()) for handle in "ab"] == [[100], []]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({}, ProductStatus.PUBLISHED),
        ({"Published": "true", "Status": "active"}, ProductStatus.PUBLISHED),
        ({"Published": "FALSE"}, ProductStatus.DRAFT),
        ({"Published": "true", "Status": "draft"}, ProductStatus.DRAFT),
        ({"Status": "archived"}, ProductStatus.DRAFT),
        ({"Published": "true", "Status": "299.00"}, ProductStatus.DRAFT),
    ],
)
def test_product_is_published_where_both_columns_allow_it(run, cells, status):
    run(shopify_csv(row("a", **cells)))

    assert products()["a"].status is status


def test_rows_that_do_not_stand_together_still_form_one_product(run):
    results = run(
        shopify_csv(
            row("a", Option1_Name="Size", Option1_Value="S"),
            row("b"),
            {"Handle": "a", "Option1 Value": "M", "Variant Price": "2"},
        )
    )

    assert [v.title for v in products()["a"].variants] == ["S", "M"]
    assert results["a"].outcome is ImportOutcome.CREATED


def test_script_in_a_description_is_gone(run):
    body = '<p onclick="x()">Hi<script>alert(1)</script><a href="javascript:x()">a</a><a href="https://b.example" target="_blank">b</a></p>'
    run(shopify_csv(row("a", Body_HTML=body, Title="<script>alert(1)</script>")))

    html = products()["a"].description_html
    assert html == (
        '<p>Hi<a rel="noopener noreferrer nofollow">a</a><a href="https://b.example" rel="noopener noreferrer nofollow">b</a></p>'
    )
    assert products()["a"].title == "<script>alert(1)</script>"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_and_byte_order_mark_and_line_ends_do_not_matter(run, delimiter):
    text = shopify_csv(row("a", Body_HTML="<p>a, b; c</p>"), delimiter=delimiter).replace("\n", "\r\n")
    run(b"\xef\xbb\xbf" + text.encode())

    assert products()["a"].description_html == "<p>a, b; c</p>"


def test_newer_headings_are_known(run):
    headings = [
        "Title",
        "URL handle",
        "Description",
        "Status",
        "SKU",
        "Option1 name",
        "Option1 value",
        "Price",
        "Inventory quantity",
    ]
    run(",".join(headings) + "\nHat,hat,<p>Warm</p>,Active,H-1,Size,S,9.50,4\n")

    hat = products()["hat"]
    assert (hat.title, hat.variants[0].sku, hat.variants[0].title) == ("Hat", "H-1", "S")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"a-pot,A pot,9.99\n", "no heading"),
        (b"Handle,Title,Vendor\na,A,V\n", "Variant Price"),
        (b"Handle,Title,Variant Price\na,Caf\xe9,1.00\n", "not UTF-8"),
        ("Handle,Title,Variant Price\na,A,1\n".encode("utf-16"), "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8"),
    ],
)
def test_file_that_makes_no_sense_is_refused_in_one_sentence(run, content, message):
    with pytest.raises(catalog.UnreadableFile, match=message):
        run(content)

    assert products() == {}


def test_encoding_error_at_the_end_imports_nothing(run):
    with pytest.raises(catalog.UnreadableFile, match="byte 0xe9 near line 2002"):
        run(shopify_csv(*(row(f"p{n}") for n in range(2000))).encode() + b"x,Caf\xe9\n")

    assert products() == {}


def test_encoding_error_names_the_line_of_a_short_file_too(run):
    with pytest.raises(catalog.UnreadableFile, match="byte 0xe9 near line 4"):
        run(shopify_csv(row("a"), row("b")).encode() + b"x,Caf\xe9\n")


@pytest.mark.parametrize("encoding", ["utf-16", "undefined"])
def test_encoding_that_the_file_is_not_in_is_refused_in_one_sentence(run, encoding):
    with pytest.raises(catalog.UnreadableFile, match=f"The file is not {encoding}: "):
        run(shopify_csv(row("a")), encoding=encoding)


def test_other_encoding_can_be_named(run):
    run("Handle,Title,Variant Price\na,Café,1.00\n".encode("cp1252"), encoding="cp1252")

    assert products()["a"].title == "Café"


def test_dirty_cells_are_cleaned_or_reported(run):
    results = run(
        shopify_csv(
            row("nul", Title="A\x00B", Body_HTML="x\x00y"),
            row("huge", Body_HTML="x" * 600_000),
            row("long", Title="t" * 300),
            row("grams", Variant_Grams="heavy", Image_Src="ftp://x/y.jpg"),
            row("Ünï çode"),
        )
    )

    assert products()["nul"].title == "AB"
    assert products()["nul"].description_html == "xy"
    assert [results[h].outcome.value for h in ("huge", "long")] == ["rejected", "rejected"]
    assert said(results["long"])[0][1] == "Title"
    assert [note.column for note in results["grams"].notes] == ["Image Src", "Variant Grams"]
    assert any(slug.startswith("uni-code-") for slug in products())


def test_cell_beyond_every_limit_loses_its_row_only(run):
    text = shopify_csv(row("a"), row("b", Body_HTML="x" * 1_100_000), row("c"))

    results = run(text)

    assert sorted(products()) == ["a", "c"]
    assert results[""].notes[0].line == 3


@pytest.mark.parametrize("column", ["Title", "Vendor", "Type"])
def test_cell_that_is_too_long_is_named_by_its_column_with_its_value_and_the_limit(run, column):
    result = run(shopify_csv(row("pot", **{column: "x" * 300})))["pot"]

    (note,) = result.notes
    assert (note.line, note.column, note.value, note.is_error) == (2, column, "x" * 80, True)
    assert note.message == "At most 255 characters; it has 300."


def test_sku_that_is_taken_all_the_same_is_named_by_its_column_and_value(run):
    """Its suffixed form is another product's as well."""
    make_simple("Lamp", variants=(variant_of("A-1"),))
    run(shopify_csv(row("pot", Variant_SKU="A-1")))
    (suffixed,) = (variant.sku for variant in products()["pot"].variants)
    catalog.delete_product(product_id=products()["pot"].id)
    make_simple("Vase", variants=(variant_of(suffixed),))

    (*_, note) = run(shopify_csv(row("pot", Variant_SKU="A-1")))["pot"].notes

    assert (note.column, note.value, note.is_error) == ("Variant SKU", "A-1", True)
    assert note.message == f"'{suffixed}' is the SKU of a variant of another product; give one of its own."


def variant_of(sku: str) -> VariantInput:
    return VariantInput(sku=sku, prices={"EUR": eur("10")})


def test_row_with_more_cells_than_headings_is_left_out(run):
    results = run("Handle,Title,Variant Price\na,A,1.00\nb,B,2.00,spilt,over\n")

    assert sorted(products()) == ["a"]
    assert results["b"].notes[0].line == 3


def test_row_that_an_unquoted_comma_moved_is_left_out(run):
    """Its price would be 1.00 where 1,299.00 was meant."""
    results = run("Handle,Title,Variant Price,Type\na,A,1.00,\nb,B,1,299.00,\n")

    assert sorted(products()) == ["a"]
    assert (results["b"].notes[0].line, results["b"].notes[0].message) == (
        3,
        "5 cells under 4 headings; check the quotes of this line.",
    )


def test_comma_at_the_end_of_every_row_means_nothing(run):
    run("Handle,Title,Variant Price\na,A,1.00,\nb,B,2.00,\n")

    assert sorted(products()) == ["a", "b"]


def test_dry_run_says_the_same_and_changes_nothing(run):
    run(shopify_csv(row("old", Variant_Price="1.00")))
    before, events = products(), OutboxMessage.objects.count()
    text = shopify_csv(
        row("old", Variant_Price="2.00", Type="New type"),
        row("new", Variant_SKU="X"),
        row("dup", Variant_SKU="X"),
        row("bad", Variant_Price="?"),
    )

    tried = run(text, dry_run=True)
    assert products() == before
    assert OutboxMessage.objects.count() == events
    assert catalog.list_categories() == ()
    done = run(text)

    assert {h: (r.outcome, said(r)) for h, r in tried.items()} == {h: (r.outcome, said(r)) for h, r in done.items()}


_CELL = st.one_of(
    st.sampled_from(
        ["", "S", "M", "12.90", "1,299.00", "-1", "true", "Title", "Default Title", "https://x.example/a.jpg", "a"]
    ),
    st.text(max_size=12),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(SHOPIFY), _CELL, min_size=1), max_size=6))
def test_whatever_is_in_the_cells_each_product_is_imported_or_reported(run, rows):
    for result in run(shopify_csv(*rows).encode("utf-8", "surrogatepass").decode("utf-8", "replace")).values():
        assert result.outcome is not ImportOutcome.REJECTED or any(note.is_error for note in result.notes)


def import_all(path):
    source = catalog.open_import(path=path, currency="EUR")
    results = list(catalog.import_products(parsed=catalog.parse_import(source=source)))
    stock = {key: quantity for result in results for key, quantity in result.stock.items()}
    catalog.record_imported_stock(quantities=stock, finished=results)
    return results


def test_what_was_finished_before_is_passed_over_in_a_fixed_number_of_statements(
    tmp_path, django_assert_max_num_queries
):
    path = tmp_path / "products.csv"
    path.write_text(shopify_csv(*(row(f"p-{n}", Variant_Inventory_Qty="3") for n in range(30))))
    import_all(path)

    with django_assert_max_num_queries(8):
        results = import_all(path)

    assert {result.outcome for result in results} == {ImportOutcome.UNCHANGED}


def test_what_was_cut_short_before_its_stock_was_set_names_its_stock_again(tmp_path):
    path = tmp_path / "products.csv"
    path.write_text(shopify_csv(row("a", Variant_Inventory_Qty="3")))
    source = catalog.open_import(path=path, currency="EUR")
    list(catalog.import_products(parsed=catalog.parse_import(source=source)))

    (result,) = import_all(path)

    assert list(result.stock.values()) == [3]


def test_product_that_staff_changed_since_is_imported_again(tmp_path):
    path = tmp_path / "products.csv"
    path.write_text(shopify_csv(row("a", Vendor="File")))
    import_all(path)
    product = products()["a"]
    catalog.unpublish_product(product_id=product.id)

    (result,) = import_all(path)

    assert result.outcome is ImportOutcome.UPDATED
    assert products()["a"].status is ProductStatus.PUBLISHED
