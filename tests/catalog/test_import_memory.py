"""A product file is read row by row: five times the rows take no more memory."""

import csv
import os
import random
import string
import subprocess
import sys

import pytest

from ecommerce.local.plan import ROOT

FEW, MANY, PER_PRODUCT = 2_000, 10_000, 10
# Characters of a cell that differs from row to row: all rows of the larger file together are 20 MB, of the smaller 4.
CELL = 2_000
# Kilobytes: what is kept of each row, its SKU, and what the allocator leaves over.
MORE = 5_000
READ = """
import sys
from pathlib import Path
import django
django.setup()
from apps.catalog import api as catalog
keep = []
source = catalog.open_import(path=Path(sys.argv[1]), currency="EUR")
for parsed in catalog.parse_import(source=source):
    assert parsed.product is not None, parsed.notes
    keep.append(parsed if len(sys.argv) > 2 else len(parsed.product.variants))
held = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(len(keep), held)
"""


def write_file(path, *, rows):
    dice = random.Random(rows)
    cells = "".join(dice.choices(string.ascii_letters, k=2 * CELL))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Handle", "Title", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Price", "Supplier says"]
        )
        for number in range(rows):
            product, size = divmod(number, PER_PRODUCT)
            start = dice.randrange(CELL)
            title = ["Tee", "Size"] if size == 0 else ["", ""]
            writer.writerow(
                [f"tee-{product}", *title, size, f"T-{number}", "19.90", f"{number} {cells[start : start + CELL]}"]
            )
    return path


def peak_kilobytes(path, *, rows, keeps=False):
    """Return the most memory that a process of its own took while it read a file; with `keeps` it keeps what it reads."""
    read = subprocess.run(
        [sys.executable, "-c", READ, str(path), *(["keep"] if keeps else [])], cwd=ROOT, timeout=60, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}, capture_output=True, text=True,
    )  # fmt: skip
    products, peak = map(int, read.stdout.split())
    assert products == rows / PER_PRODUCT
    return peak


@pytest.mark.slow
def test_reading_five_times_the_rows_takes_no_more_memory(tmp_path):
    few = write_file(tmp_path / "few.csv", rows=FEW)
    many = write_file(tmp_path / "many.csv", rows=MANY)

    least = peak_kilobytes(few, rows=FEW)

    assert peak_kilobytes(many, rows=MANY) < least + MORE
    # The control: who keeps the rows is found out.
    assert peak_kilobytes(many, rows=MANY, keeps=True) > least + 2 * MORE
