"""The currency that a visitor sees: the one they chose, as long as the shop sells and delivers something in it."""

from __future__ import annotations

from dataclasses import dataclass

from babel.numbers import get_currency_name, get_currency_symbol
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.search import api as search
from apps.shipping import api as shipping
from apps.web.formats import locale

_COOKIE = "currency"
_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A currency to choose: "USD", "US Dollar", "$" (blank where that is the code again)."""

    code: str
    name: str
    symbol: str
    current: bool


def offered(request: HttpRequest) -> tuple[str, ...]:
    """Return the shop's currencies that something is sold and delivered in; two statements for a request, none where it has only one."""
    if len(settings.CURRENCIES) == 1:
        return tuple(settings.CURRENCIES)
    kept = vars(request)
    if "offered_currencies" not in kept:
        # A shop without any delivery sells what needs none.
        delivered = shipping.list_delivery_currencies() or settings.CURRENCIES
        among = [code for code in settings.CURRENCIES if code in delivered]
        kept["offered_currencies"] = search.list_sold_currencies(among=among) if among else ()
    found: tuple[str, ...] = kept["offered_currencies"]
    return found


def seen_by(request: HttpRequest) -> str:
    """Return the visitor's currency: chosen, else the shop's own, else one that something is sold in."""
    there = offered(request)
    for code in (request.COOKIES.get(_COOKIE, ""), settings.DEFAULT_CURRENCY):
        if code in there:
            return code
    return there[0] if there else settings.DEFAULT_CURRENCY


def choices(request: HttpRequest, *, current: str) -> tuple[Choice, ...]:
    """Return what the foot of a page offers; nothing where there is no choice."""
    there = offered(request)
    return tuple(describe(code, current=current) for code in there) if len(there) > 1 else ()


def describe(code: str, *, current: str = "") -> Choice:
    """Return a currency with its name and symbol in the active language."""
    symbol = get_currency_symbol(code, locale=locale())
    name = get_currency_name(code, locale=locale())
    return Choice(code=code, name=name, symbol="" if symbol == code else symbol, current=code == current)


def remember(response: HttpResponse, code: str) -> HttpResponse:
    """Keep a currency in a cookie for a year, where the shop has several and this is one of them."""
    if code in settings.CURRENCIES and len(settings.CURRENCIES) > 1:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(_COOKIE, code, max_age=_YEAR, httponly=True, secure=secure, samesite="Lax")
    return response
