"""Shopify exports to import: small ones of this suite's own, in the shapes of real ones, and real ones where they lie beside the checkout.

The small ones have what real ones surprise with: variants that repeat no title, rows of pictures only, SKUs behind an apostrophe, blank
SKUs, weights and trackers, stock below nothing, prices without cents, sale prices on some variants, pounds, two ends of line in one file,
and no end of line after the last row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

_NAMES: Final = ("apparel.csv", "home-and-garden.csv", "jewelry.csv")
_SMALL: Final = Path(__file__).parent / "shopify"
_REAL: Final = Path(__file__).resolve().parents[3] / "shared" / "data"

every_export = pytest.mark.parametrize(
    "path",
    [
        *(pytest.param(_SMALL / name, id=f"small-{name}") for name in _NAMES),
        *(
            pytest.param(
                _REAL / f"shopify-{name}",
                id=f"real-{name}",
                marks=pytest.mark.skipif(
                    not (_REAL / f"shopify-{name}").exists(), reason=f"needs the real export {name}"
                ),
            )
            for name in _NAMES
        ),
    ],
)
