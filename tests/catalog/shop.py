"""What tests of catalog and of those that read it share: making products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import CheckboxInput
from django.utils.text import slugify

from apps.catalog import api as catalog
from apps.catalog.contracts import Image, Option, Product, ProductInput, ProductStatus, VariantInput
from apps.kernel.ids import uuid7
from apps.kernel.money import Money


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def product_input(**changes: Any) -> ProductInput:
    """A published rain jacket in two sizes."""
    fields: dict[str, Any] = {
        "title": "Rain jacket",
        "slug": f"rain-jacket-{uuid7().hex[-12:]}",
        "status": ProductStatus.PUBLISHED,
        "description_html": "<p>Keeps the rain out.</p>",
        "vendor": "Northfold",
        "product_type": "Jackets",
        "tags": ("rain",),
        "options": (Option(name="Size", values=("S", "M")),),
        "variants": (variant("S"), variant("M")),
        "images": (Image(url="https://cdn.example.com/jacket.webp", alt="The jacket", width=1200, height=1500),),
    }
    return ProductInput(**{**fields, **changes})


def variant(size: str, *, price: str = "84.90", **changes: Any) -> VariantInput:
    return VariantInput(**{"options": {"Size": size}, "prices": {"EUR": eur(price)}, "weight_grams": 420, **changes})


def make_product(**changes: Any) -> Product:
    return catalog.create_product(product=product_input(**changes))


def make_simple(title: str, *, price: str = "10.00", currency: str = "EUR", **changes: Any) -> Product:
    """A published product without options."""
    only = VariantInput(prices={currency: Money(price, currency)})
    slug = f"{slugify(title) or 'product'}-{uuid7().hex[-12:]}"
    return make_product(**{"title": title, "slug": slug, "options": (), "variants": (only,), **changes})


SHOPIFY = [
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value", "Option2 Name",
    "Option2 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Price",
    "Variant Compare At Price", "Variant Taxable", "Image Src", "Image Position", "Image Alt Text", "Variant Image", "Status",
]  # fmt: skip


def shopify_csv(*rows: Mapping[str, str], headings: Sequence[str] = SHOPIFY, delimiter: str = ",") -> str:
    """A Shopify file of these rows; cells are quoted where they must be."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in '",;\n\r\t') else text

    lines = [headings, *([row.get(name, "") for name in headings] for row in rows)]
    return "".join(delimiter.join(map(cell, line)) + "\n" for line in lines)


def row(handle: str, **cells: str) -> dict[str, str]:
    """A row of a product with one variant; `cells` by heading with underscores for what is not a letter."""
    named = {_key(name): name for name in SHOPIFY}
    given = {named[key]: value for key, value in cells.items()}
    return {
        "Handle": handle,
        "Title": handle.replace("-", " ").title(),
        "Variant Price": "10.00",
        "Variant Inventory Tracker": "shopify",
        **given,
    }


def _key(heading: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in heading).split())


def form_of(answer: Any) -> dict[str, Any]:
    """What a browser sends of an admin's change form that it was shown, unchanged."""
    formsets = [inline.formset for inline in answer.context["inline_admin_formsets"]]
    forms = [answer.context["adminform"].form]
    forms += [form for formset in formsets for form in (formset.management_form, *formset.forms)]
    sent: dict[str, Any] = {}
    for bound in (bound for form in forms for bound in form):
        widget = getattr(bound.field.widget, "widget", bound.field.widget)
        shown = widget.get_context(bound.html_name, bound.value(), {})["widget"]
        for each in shown.get("subwidgets", [shown]):
            sent[each["name"]] = _sent(bound, each["value"])
    return {name: value for name, value in sent.items() if value not in (None, "")}


def _sent(bound: Any, value: Any) -> Any:
    if isinstance(bound.field.widget, CheckboxInput):
        return "on" if bound.value() else None
    return value[0] if isinstance(value, list) and value else value or None
