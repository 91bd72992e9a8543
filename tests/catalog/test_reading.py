"""What quotes and spellings of a file cost: a line, never the rest."""

from __future__ import annotations

import pytest

from apps.catalog import api as catalog
from apps.catalog.errors import UnreadableFile


def read(tmp_path, text):
    path = tmp_path / "read.csv"
    path.write_text(text, encoding="utf-8")
    return list(catalog.parse_import(source=catalog.open_import(path=path, currency="EUR")))


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path):
    rows = ["Handle,Title,Variant Price", 'a,"Never closed,1.00', "b,B,2.00", 'c,"C ""quoted""",3.00']
    products = read(tmp_path, "\n".join(rows))

    assert [(found.handle, found.product is not None) for found in products] == [("", False), ("b", True), ("c", True)]
    (note,) = products[0].notes
    assert (note.line, note.is_error) == (2, True)
    assert "quote" in note.message
    assert products[2].product.title == 'C "quoted"'


def test_a_quote_that_the_next_line_closes_costs_its_own_line_only(tmp_path):
    rows = ["Handle,Title,Variant Price", 'a,"Never closed,1.00', 'b,"B",2.00', 'c,"5" pipe",3.00', "d,D,4.00"]
    products = read(tmp_path, "\n".join(rows))

    assert [found.handle for found in products if found.product] == ["b", "d"]
    assert [note.line for found in products for note in found.notes] == [2, 4]


def test_handles_that_differ_in_case_are_one_product_and_the_report_says_so(tmp_path):
    header = "Handle,Title,Option1 Name,Option1 Value,Variant Price"
    (found,) = read(tmp_path, f"{header}\nodd,Odd,Size,S,1.00\nODD,,,M,1.00")

    assert len(found.product.variants) == 2
    (note,) = found.notes
    assert (note.line, note.column, note.value, note.is_error) == (3, "Handle", "ODD", False)
    assert "'odd' of line 2" in note.message


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;\r", "sep=;;;"])
def test_a_first_line_that_names_the_delimiter_is_no_heading(tmp_path, first):
    rows = [first, "Handle;Title, with, many, commas;Variant Price;Title", "a;x;1,50;A", "b;x;;B"]

    products = read(tmp_path, "\n".join(rows))

    assert [(found.handle, found.product and found.product.title) for found in products] == [("a", "A"), ("b", None)]
    assert products[1].notes[-1].line == 4
    columns = catalog.read_file_columns(path=tmp_path / "read.csv")
    assert [column.heading for column in columns] == ["Handle", "Title, with, many, commas", "Variant Price", "Title"]


@pytest.mark.slow
def test_a_file_full_of_stray_quotes_is_given_up_in_the_end(tmp_path):
    lines = 20_000
    products = read(tmp_path, "Handle,Title,Variant Price\n" + 'a","b\n' * lines)

    assert not any(found.product for found in products)
    assert len(products) < lines
    assert f"all up to line {lines + 1} is left out" in products[-1].notes[0].message


def test_a_huge_cell_in_the_first_row_costs_that_row_only(tmp_path):
    huge = "x" * 1_000_001
    products = read(tmp_path, f'Handle,Title,Variant Price\na,"{huge}",1.00\nb,B,2.00')

    assert [found.handle for found in products] == ["", "b"]
    assert "more than 1,000,000 characters" in products[0].notes[0].message
    columns = catalog.read_file_columns(path=tmp_path / "read.csv")
    assert [column.heading for column in columns] == ["Handle", "Title", "Variant Price"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "is a workbook or another archive"),
        (b"\x1f\x8brest", "is compressed; unpack it first"),
        (b"\xff\xfeH\x00", "is UTF-16"),
        ("Handle,Title,Variant Price\na,A,1".encode("utf-16-le"), "is UTF-16; .* --encoding utf-16-le"),
        ("Handle,Title,Variant Price\na,A,1".encode("utf-16-be"), "is UTF-16; .* --encoding utf-16-be"),
        (b"sep=;\n", "is empty or starts with a blank line"),
        (b"sep=;\n\xff", "not UTF-8: byte 0xff"),
        (b"Handle,handle,Title,Variant Price\na,b,A,1", "More than one column is Handle"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_for_the_right_reason(tmp_path, content, words):
    path = tmp_path / "products.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match=words):
        catalog.open_import(path=path, currency="EUR")
