"""The shopper changes the currency of a cart: all of its lines get their prices there, or nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from apps.catalog import api as catalog
from apps.catalog.contracts import SellableVariant
from apps.checkout.errors import NotSoldInCurrency
from apps.checkout.models import Cart, CartLine
from apps.checkout.selectors import Line
from apps.checkout.services.carts import Change, OpenCart
from apps.checkout.services.quoting import chosen_option, details_of, present_cart
from apps.web.languages import active_language

_NAMED = 5


def reprice(opened: OpenCart, *, currency: str) -> Change:
    """Decide to give every line its price in another currency; NotSoldInCurrency names those that have none."""
    ids = [line.variant_id for line in opened.lines]
    variants = catalog.get_variants(ids=ids, currency=currency, language=active_language())
    lines = tuple(_price_line(line, variants) for line in opened.lines)
    _require_priced(lines, currency, variants)
    row = opened.row
    row.currency = currency
    row.notes = [note for note in row.notes or () if note["code"] == "not_sold_in_currency"] or None
    unset_method = _loses_method(replace(opened, lines=lines), variants)

    def write() -> None:
        CartLine.objects.bulk_update(_rows(lines), ["price_seen_amount", "price_seen_currency"])
        if unset_method:
            Cart.objects.filter(pk=row.pk).update(shipping_method_id=None)

    return Change(lines=lines, write=write, variants=variants, keeps_notes=True)


def _price_line(line: Line, variants: Mapping[UUID, SellableVariant]) -> Line:
    variant = variants.get(line.variant_id)
    return replace(line, price_seen=variant.price if variant else None)


def _require_priced(lines: Iterable[Line], currency: str, variants: Mapping[UUID, SellableVariant]) -> None:
    missing = [line for line in lines if line.price_seen is None]
    titles = [
        known.shown_title if (known := variants.get(line.variant_id)) else line.snapshot["title"] for line in missing
    ]
    if not titles:
        return
    named = ", ".join(titles[:_NAMED]) + (", …" if len(titles) > _NAMED else "")
    raise NotSoldInCurrency.field(
        "currency",
        "not_sold_in_currency",
        _("Not sold in %(currency)s: %(titles)s. Take that out of your bag first, then change the currency.")
        % {"currency": currency, "titles": named},
    )


def _loses_method(opened: OpenCart, variants: Mapping[UUID, SellableVariant]) -> bool:
    """Return whether the delivery method that was chosen is not offered for the cart at these prices."""
    details = details_of(opened.row)
    if details.shipping_method_id is None or details.shipping_address is None:
        return False
    cart = present_cart(opened, variants=variants, check_stock=False)
    return chosen_option(cart, details, variants) is None


def _rows(lines: Iterable[Line]) -> list[CartLine]:
    rows = []
    for line in lines:
        row = CartLine(id=line.id)
        row.price_seen = line.price_seen
        rows.append(row)
    return rows
