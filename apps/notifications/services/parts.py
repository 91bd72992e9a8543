"""The parts of an order that a mail shows below its words, ready to print in the active language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from apps.addressing import api as addressing
from apps.kernel.address import Address
from apps.kernel.money import Money
from apps.media import api as media
from apps.media.contracts import MailForm
from apps.orders import api as orders
from apps.web import formats


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
    return formats.money(value if isinstance(value, Money) else read_money(value))


def read_money(text: str) -> Money:
    """Return the Money that a mail's facts keep as "12.90 EUR"."""
    amount, currency = text.split()
    return Money(Decimal(amount), currency)


def items_of(order: orders.Order, parcel: orders.Shipment | None) -> Sequence[Item]:
    """Return what a parcel holds, or without one every line of the order."""
    quantities = {line.id: line.quantity for line in order.lines} if parcel is None else parcel.lines
    return [_item(line, quantities[line.id]) for line in order.lines if quantities.get(line.id)]


def _item(line: orders.OrderLine, quantity: int) -> Item:
    return Item(
        title=line.sold_title,
        options=", ".join(line.sold_options.values()),
        quantity=quantity,
        total=money(line.line_total) if quantity == line.quantity else "",
        picture=public_picture(line.image_url),
    )


def public_picture(url: str) -> str:
    """Return the whole address of a picture as mails show it: 4:5, in a format that every mail program reads."""
    shown = media.for_mail(url, form=MailForm.PHOTO)
    return f"{settings.STOREFRONT_URL}{shown}" if shown.startswith("/") else shown


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
    return addressing.write_envelope(address=address)
