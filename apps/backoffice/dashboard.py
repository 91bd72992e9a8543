"""The admin's opening page: figures that each lead to the list behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.backoffice.charts import Chart, draw_bars
from apps.brand import api as brand
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.kernel import clock
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.orders import api as orders
from apps.payments import api as payments

_CHART_DAYS: Final = 14
# Carts are kept for a week.
_CONVERSION_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its name, what it means, and where it leads; `link` is empty for who may not look further."""

    name: str
    value: str
    note: str = ""
    link: str = ""
    chart: Chart | None = None
    is_urgent: bool = False


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add `title` and the `figures` that this member of staff may look into to the opening page; settings.UNFOLD names it."""
    sources: Sequence[tuple[str, Callable[[HttpRequest], list[Figure]]]] = (
        ("orders.view_sales", _sales),
        ("orders.view_order", _waiting_orders),
        ("payments.record_payment", _transfers_to_send),
        ("inventory.view_stocklevel", _scarce_stock),
        ("messaging.view_inboxmessage", _parked_work),
    )
    allowed = (make for right, make in sources if request.user.has_perm(right))
    figures = [figure for make in allowed for figure in make(request)]
    return {**context, "title": f"Today at {brand.get_brand().name}", "figures": figures}


def site_title(request: HttpRequest) -> str:
    """Return what stands in the title of every staff page; settings.UNFOLD names it."""
    return f"{site_header(request)} admin"


def site_header(request: HttpRequest) -> str:
    """Return the name above the side bar; settings.UNFOLD names it."""
    return brand.get_brand().name


def _sales(request: HttpRequest) -> list[Figure]:
    today = clock.now().date()
    days = orders.list_days_of_sales(first=today - timedelta(days=_CHART_DAYS - 1), last=today)
    now, before = days[-1], days[-2]
    listing = ""
    if request.user.has_perm("orders.view_order"):
        midnight = datetime.combine(today, time(), tzinfo=UTC)
        listing = f"{reverse('admin:orders_order_changelist')}?{urlencode({'placed_at__gte': midnight})}"
    counted = [(f"{day.day:%-d %b}", day.placed, str(day.placed)) for day in days]
    earned = [(f"{day.day:%-d %b}", _in_default(day.revenue), _tell_money(day.revenue)) for day in days]
    return [
        Figure(
            name="Orders today",
            value=str(now.placed),
            note=f"{before.placed} yesterday",
            link=listing,
            chart=draw_bars(counted, label=f"Orders of the last {_CHART_DAYS} days"),
        ),
        Figure(
            name="Revenue today",
            value=_tell_money(now.revenue),
            note=f"{_tell_money(before.revenue)} yesterday",
            link=listing,
            chart=draw_bars(earned, label=f"Revenue of the last {_CHART_DAYS} days in {settings.DEFAULT_CURRENCY}"),
        ),
        _conversion(listing),
    ]


def _conversion(listing: str) -> Figure:
    today = clock.now().date()
    days = checkout.list_days_of_carts(first=today - timedelta(days=_CONVERSION_DAYS - 1), last=today)
    begun, ordered = sum(day.begun for day in days), sum(day.ordered for day in days)
    share = f"{100 * ordered / begun:.0f} %" if begun else "no carts yet"
    shares = [
        (
            f"{day.day:%-d %b}",
            Decimal(day.ordered) / day.begun if day.begun else 0,
            f"{day.ordered} of {day.begun} carts",
        )
        for day in days
    ]
    return Figure(
        name="Conversion",
        value=share,
        note=f"{ordered} of {begun} carts of {_CONVERSION_DAYS} days became orders",
        link=listing,
        chart=draw_bars(shares, label=f"Share of carts that became orders, last {_CONVERSION_DAYS} days"),
    )


def _in_default(revenue: Mapping[str, Money]) -> Decimal:
    """Return the part in the shop's own currency: amounts of several currencies make no sum."""
    found = revenue.get(settings.DEFAULT_CURRENCY)
    return found.amount if found else Decimal(0)


def _tell_money(revenue: Mapping[str, Money]) -> str:
    first = settings.DEFAULT_CURRENCY
    ordered = sorted(revenue.items(), key=lambda item: (item[0] != first, item[0]))
    return ", ".join(str(amount) for _, amount in ordered if amount) or str(Money.zero(first))


def _waiting_orders(request: HttpRequest) -> list[Figure]:
    waiting = orders.count_waiting_orders()
    listing = reverse("admin:orders_order_changelist")
    return [
        Figure(
            name="To ship",
            value=str(waiting.to_ship),
            note="paid, and not all has left",
            link=f"{listing}?status__exact=processing",
        ),
        Figure(
            name="Awaiting payment",
            value=str(waiting.awaiting_payment),
            note="stock is held until their deadline",
            link=f"{listing}?status__exact=awaiting_payment",
        ),
    ]


def _transfers_to_send(request: HttpRequest) -> list[Figure]:
    """Return what staff owe buyers who paid by bank transfer; nothing while they owe nothing."""
    count = payments.count_transfers_to_send()
    listing = f"{reverse('admin:payments_payment_changelist')}?to_send=yes"
    note = "send the money, then record it"
    figure = Figure(name="Transfers to send back", value=str(count), note=note, link=listing, is_urgent=True)
    return [figure] if count else []


def _scarce_stock(request: HttpRequest) -> list[Figure]:
    scarce = inventory.count_scarce_items()
    out = scarce[inventory.StockStatus.OUT]
    return [
        Figure(
            name="Low stock",
            value=str(scarce[inventory.StockStatus.LOW]),
            note=f"{out} sold out",
            link=reverse("backoffice:low_stock"),
        )
    ]


def _parked_work(request: HttpRequest) -> list[Figure]:
    parked = len(messaging.list_parked())
    note = "failed too often; somebody has to look" if parked else "everything is done, or will be by itself"
    return [
        Figure(
            name="Parked work", value=str(parked), note=note, link=reverse("backoffice:parked"), is_urgent=parked > 0
        )
    ]
