"""What templates need: money as people write it, the shop's name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.utils.translation import get_language

from apps.brand import api as brand
from apps.kernel.money import Money
from apps.media import api as media
from apps.storefront.colours import swatch

register = template.Library()
# In this order: browsers name those they want to be taken for.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


@register.filter
def money(value: Money | Mapping[str, Any] | None) -> str:
    """Return "€84.90" for Money or for the API's {"amount", "currency"}, with the currency's own decimals; nothing for nothing."""
    if isinstance(value, Money):
        return _format(value.amount, value.currency)
    return _format(Decimal(value["amount"]), value["currency"]) if value else ""


def _format(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale=(get_language() or "en").replace("-", "_"))


@register.filter
def words(value: object) -> str:
    """Return "awaiting payment" for an enum member or "awaiting_payment"."""
    return str(getattr(value, "value", value)).replace("_", " ")


@register.filter
def country(code: str) -> str:
    """Return the name of a country, "Germany" for "DE"."""
    return str(Locale("en").territories.get(code, code))


@register.filter
def srcset(url: str) -> str:
    """Return the widths a stored picture may be shown in, for the attribute of that name; nothing for a foreign one."""
    return media.srcset(url)


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
    options = card.get("options", ())
    found = [(value, swatch(option["name"], value)) for option in options for value in option["values"]]
    return [(name, colour) for name, colour in found if colour]


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
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
