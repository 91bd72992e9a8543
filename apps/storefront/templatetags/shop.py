"""What templates need: money as people write it, the shop's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from babel.core import get_global
from django import template
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from apps.addressing import api as addressing
from apps.brand import api as brand
from apps.kernel.address import Address
from apps.kernel.money import Money
from apps.media import api as media
from apps.storefront.colours import swatch
from apps.storefront.options import describe_option
from apps.storefront.picker import shown_values
from apps.storefront.structured import plain_text
from apps.web import formats
from apps.web.languages import active_language, path_in, prefix_of

register = template.Library()
# In this order: browsers name those they want to be taken for.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


# Said of an order.
_STATUSES = {
    "awaiting_payment": pgettext_lazy("order", "awaiting payment"),
    "processing": pgettext_lazy("order", "processing"),
    "shipped": pgettext_lazy("order", "shipped"),
    "delivered": pgettext_lazy("order", "delivered"),
    "cancelled": pgettext_lazy("order", "cancelled"),
    "refunded": pgettext_lazy("order", "refunded"),
    "unpaid": pgettext_lazy("order", "unpaid"),
    "authorised": pgettext_lazy("order", "payment authorised"),
    "paid": pgettext_lazy("order", "paid"),
    "partially_refunded": pgettext_lazy("order", "partially refunded"),
}


@register.filter
def money(value: Money | Mapping[str, Any] | None) -> str:
    """Return "€84.90" for Money or for the API's {"amount", "currency"}, with the currency's own decimals; nothing for nothing."""
    if not value:
        return ""
    return formats.money(value if isinstance(value, Money) else Money(Decimal(value["amount"]), value["currency"]))


register.filter(plain_text)
register.filter(formats.percent)
register.filter(formats.day)
register.filter(formats.moment)
register.filter(formats.weekday)


@register.filter
def country(code: str) -> str:
    """Return a country's name, "Germany" for "DE"."""
    return addressing.country_name(code=code)


@register.filter
def words(status: Enum) -> str:
    """Return "awaiting payment" for the status of an order, its payment or its delivery."""
    return str(_STATUSES[status.value])


@register.simple_tag
def root() -> str:
    """Return what the paths of pages begin with in the active language: "/de", "" in the shop's own."""
    return prefix_of(active_language())


@register.filter
def envelope(address: Address) -> tuple[str, ...]:
    """Return the lines of an address as its country writes it, the country's name last, in the active language."""
    return addressing.write_envelope(address=address)


@register.filter
def srcset(url: str) -> str:
    """Return the widths a stored picture may be shown in, for the attribute of that name; nothing for a foreign one."""
    return media.srcset(url)


@register.simple_tag(takes_context=True)
def languages(context: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return code and own name of each of the shop's languages with the path of this page in it."""
    return [(code, name, path_in(code, context["request"].path)) for code, name in settings.LANGUAGES]


@register.simple_tag
def locales() -> tuple[str, list[str]]:
    """Return the active language and the shop's others with the country that most likely speaks each, as Open Graph asks: "de_DE"."""
    return _in_country(active_language()), [
        _in_country(code) for code, _ in settings.LANGUAGES if code != active_language()
    ]


@cache
def _in_country(code: str) -> str:
    spoken = Locale.parse(code, sep="-")
    country = spoken.territory or Locale.parse(get_global("likely_subtags")[spoken.language]).territory
    return f"{spoken.language}_{country}"


@register.simple_tag
def own_path(path: str) -> str:
    """Return the path of a page in the shop's own language, for whoever speaks none that it has."""
    return path_in(settings.LANGUAGE_CODE, path)


@register.simple_tag
def shop_name() -> str:
    """Return the shop's name; also where a page is shown without the frame's context."""
    return brand.get_brand().name


@register.simple_tag
def shop_brand() -> brand.Brand:
    """Return what the shop looks like: logo, tagline, legal footer, stylesheet."""
    return brand.get_brand()


@register.filter
def colours(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and `#rrggbb` of the colours a product comes in."""
    found = [
        (label, swatch(option["name"], value))
        for option in card.get("options", ())
        for value, label in shown_values(option).items()
    ]
    return [(name, colour) for name, colour in found if colour]


@register.filter
def note_lines(notes: Iterable[Any]) -> str:
    """Return quantity and title of each line that a cart has a note on."""
    return ", ".join(f"{note.quantity} \N{MULTIPLICATION SIGN} {note.title}" for note in notes)


@register.filter
def of_option(value: str, name: str) -> str:
    """Return "Colour: Moss" for the value of an option."""
    return describe_option(name, value)


@register.filter
def query(parameters: Mapping[str, str]) -> str:
    """Return parameters as the part of an address behind the question mark."""
    return urlencode(parameters)


@register.filter
def absolute(path: str) -> str:
    """Return a path of the shop with its origin; a whole address as it is."""
    return f"{settings.STOREFRONT_URL}{path}" if path.startswith("/") else path


@register.filter
def line_image(line: Any) -> dict[str, Any]:
    """Return the picture of an order's line in the shape of a product's; the shop's pictures are all 4:5."""
    return {"url": line.image_url, "width": 800, "height": 1000}


@register.filter
def device(user_agent: str) -> str:
    """Return "Firefox on Linux" for what a browser calls itself, as far as it says so."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), _("A browser"))
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
