"""The cells of a product file that the shop has no field for: what they are called, whose they are, and how text stays text.

Reading and writing files share it, so that one undoes the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.utils.text import slugify

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED: Final = re.compile(r"'+[=+\-@\t\r]")
_METAFIELD: Final = re.compile(r"(.+?)\s*\(product\.metafields\..*\)", re.DOTALL)
_OPTION: Final = re.compile(r"Option([1-9][0-9]?) (?:Name|Value)")

SEO: Final[Mapping[str, str]] = {"SEO Title": "seo_title", "SEO Description": "seo_description"}
# Columns of variants that are carried, and what stands in them where nothing else was imported.
CARRIED_OF_VARIANTS: Final[Mapping[str, str]] = {
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Policy": "deny",
    "Variant Fulfillment Service": "manual",
    "Variant Weight Unit": "g",
}
# The same of products.
CARRIED_OF_PRODUCTS: Final[Mapping[str, str]] = {"Gift Card": "false", "Product Category": ""}
# Shopify's own columns that are no business of shoppers: carried, never shown.
_OF_VARIANTS: Final = (
    "variant ",
    "cost per item",
    "price / ",
    "compare at price / ",
    "compare-at price / ",
    "unit price ",
)
_OF_PRODUCTS: Final = ("google shopping / ", "included / ", "image ", "collection", "published ", "template suffix")


def defuse(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula; `restore` undoes it."""
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """Undo `defuse`."""
    return text[1:] if _DEFUSED.match(text) else text


def option_number(heading: str) -> int | None:
    """Return which option a heading such as Option2 Value belongs to."""
    match = _OPTION.fullmatch(heading)
    return int(match[1]) if match else None


def is_of_variants(heading: str) -> bool:
    """Return whether a column without a field of its own says something of each variant."""
    return heading.lower().startswith(_OF_VARIANTS)


def is_hidden(heading: str) -> bool:
    """Return whether a column without a field of its own is carried without being shown as an attribute."""
    folded = heading.lower()
    return (
        heading in CARRIED_OF_PRODUCTS
        or folded.startswith((*_OF_VARIANTS, *_OF_PRODUCTS))
        or folded.endswith(" linked to")
    )


def attribute_of(heading: str) -> str:
    """Return what the attribute of a column is called: a metafield's own name, else the heading."""
    match = _METAFIELD.fullmatch(heading)
    return match[1] if match else heading


def heading_of(attribute: str) -> str:
    """Return the heading of an attribute that came from no file: a metafield, which Shopify takes as well."""
    return f"{attribute} (product.metafields.custom.{slugify(attribute).replace('-', '_') or 'field'})"
