"""The parts of an order that a mail shows below its words, ready to print in the active language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.kernel.address import Address
from apps.kernel.money import Money
from apps.media import api as media
from apps.orders import api as orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line: `picture` is a whole address, or empty; `total` is empty where a parcel holds only some of the line."""

    title: str
    options: str
    quantity: int
    total: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum below the items; the one that `is_main` stands out."""

    label: str
    amount: str
    is_main: bool = False


def money(value: Money | str) -> str:
    """Return an amount as people write it, for Money or for the "12.90 EUR" of a mail's facts."""
    amount, currency = str(value).split()
    return format_currency(Decimal(amount), currency, locale=_locale())


def items_of(order: orders.Order, parcel: orders.Shipment | None) -> Sequence[Item]:
    """Return what a parcel holds, or without one every line of the order."""
    quantities = {line.id: line.quantity for line in order.lines} if parcel is None else parcel.lines
    return [_item(line, quantities[line.id]) for line in order.lines if quantities.get(line.id)]


def _item(line: orders.OrderLine, quantity: int) -> Item:
    return Item(
        title=line.title,
        options=", ".join(line.options.values()),
        quantity=quantity,
        total=money(line.line_total) if quantity == line.quantity else "",
        picture=_public(line.image_url),
    )


def _public(url: str) -> str:
    """Return the whole address of a picture's smallest rendition."""
    small = media.narrowest(url)
    return f"{settings.STOREFRONT_URL}{small}" if small.startswith("/") else small


def totals_of(order: orders.Order, parcel: orders.Shipment | None) -> Sequence[Total]:
    """Return the sums of an order in the order they add up, then what went back; below a part of it the total alone."""
    if parcel and any(parcel.lines.get(line.id) != line.quantity for line in order.lines):
        return [Total(label=_("Total of your whole order"), amount=money(order.total), is_main=True)]
    rows = [Total(label=_("Subtotal"), amount=money(order.subtotal))]
    if order.discount:
        rows.append(Total(label=_("Discount"), amount=money(-order.discount)))
    rows.append(Total(label=_("Delivery"), amount=money(order.shipping) if order.shipping else _("Free")))
    if order.tax and not order.prices_include_tax:
        rows.append(Total(label=_("Tax"), amount=money(order.tax)))
    rows.append(Total(label=_("Total"), amount=money(order.total), is_main=True))
    if order.tax and order.prices_include_tax:
        rows.append(Total(label=_("Tax included"), amount=money(order.tax)))
    if order.refunded:
        rows.append(Total(label=_("Refunded"), amount=money(-order.refunded)))
    return rows


def places_of(order: orders.Order) -> Sequence[tuple[str, Sequence[str]]]:
    """Return where the order goes and, where that is elsewhere, the invoice: title and lines as on an envelope."""
    places = [(_("Delivery to"), _envelope(order.shipping_address))]
    if order.billing_address != order.shipping_address:
        places.append((_("Invoice to"), _envelope(order.billing_address)))
    return places


def _envelope(address: Address) -> Sequence[str]:
    country = Locale.parse(_locale()).territories.get(address.country, address.country)
    return replace(address, country=country).lines


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
