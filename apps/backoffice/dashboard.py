"""The admin's opening page: figures that each lead to the list behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate

from apps.backoffice.charts import Chart, draw_bars, draw_waiting
from apps.brand import api as brand
from apps.catalog import api as catalog
from apps.checkout import api as checkout
from apps.inventory import api as inventory
from apps.kernel.money import Money
from apps.messaging import api as messaging
from apps.orders import api as orders
from apps.payments import api as payments
from apps.persistence import moments
from apps.web import formats

_CHART_DAYS: Final = 14
# Carts are kept for a week.
_CONVERSION_DAYS: Final = 7
_BEST_DAYS: Final = 30
_BEST: Final = 5
_MOST_REST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its name, what it means, and where it leads; `link` is empty for who may not look further."""

    name: str
    value: str
    note: str = ""
    link: str = ""
    chart: Chart | None = None
    is_urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSeller:
    """A product and how many items of it were sold; `link` is empty where there is no page of it to see."""

    title: str
    image_url: str
    sold: int
    link: str


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add `title`, the `figures` and `best_sellers` that this member of staff may see; settings.UNFOLD names it."""
    sources: Sequence[tuple[str, Callable[[HttpRequest], list[Figure]]]] = (
        ("orders.view_sales", _sales),
        ("orders.view_order", _waiting_orders),
        ("payments.record_payment", _money_owed),
        ("inventory.view_stocklevel", _scarce_stock),
        ("messaging.view_inboxmessage", _parked_work),
    )
    allowed = (make for right, make in sources if request.user.has_perm(right))
    figures = [figure for make in allowed for figure in make(request)]
    best = _best_sellers(request) if request.user.has_perm("orders.view_sales") else ()
    title = f"Today at {brand.get_brand().name}"
    return {**context, "title": title, "figures": figures, "best_sellers": best, "best_days": _BEST_DAYS}


def site_title(request: HttpRequest) -> str:
    """Return what stands in the title of every staff page; settings.UNFOLD names it."""
    return f"{site_header(request)} admin"


def site_header(request: HttpRequest) -> str:
    """Return the name above the side bar; settings.UNFOLD names it."""
    return brand.get_brand().name


def colours(request: HttpRequest) -> dict[str, str]:
    """Return the brand's colour in the theme's shades; settings.UNFOLD names it, and the theme writes into what it gets."""
    return dict(brand.shades(brand.get_brand().settled.colour))


def _sales(request: HttpRequest) -> list[Figure]:
    today = moments.today()
    days = orders.list_days_of_sales(first=today - timedelta(days=_CHART_DAYS - 1), last=today)
    now, before = days[-1], days[-2]
    listing = _placed_since(request, today)
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
        _conversion(request, today),
    ]


def _placed_since(request: HttpRequest, first: date) -> str:
    """Return the address of the list of orders placed from a day on; nothing for who may not see orders."""
    if not request.user.has_perm("orders.view_order"):
        return ""
    query = urlencode({"placed_at__gte": moments.midnight(first)})
    return f"{reverse('admin:orders_order_changelist')}?{query}"


def _conversion(request: HttpRequest, today: date) -> Figure:
    first = today - timedelta(days=_CONVERSION_DAYS - 1)
    days = checkout.list_days_of_carts(first=first, last=today)
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
        link=_placed_since(request, first),
        chart=draw_bars(shares, label=f"Share of carts that became orders, last {_CONVERSION_DAYS} days"),
    )


def _best_sellers(request: HttpRequest) -> list[BestSeller]:
    """Return what sold best, each with its page where the product is still there and the reader may see it."""
    since = moments.midnight(moments.today() - timedelta(days=_BEST_DAYS - 1))
    found = orders.list_best_sellers(since=since, limit=_BEST)
    may_look = request.user.has_perm("catalog.view_product")
    titles = catalog.get_product_titles(product_ids=[each.product_id for each in found]) if found else {}
    return [
        BestSeller(
            title=titles.get(each.product_id, each.title),
            image_url=each.image_url,
            sold=each.sold,
            link=reverse("backoffice:product", args=[each.product_id])
            if may_look and each.product_id in titles
            else "",
        )
        for each in found
    ]


def _in_default(revenue: Mapping[str, Money]) -> Decimal:
    """Return the part in the shop's own currency: amounts of several currencies make no sum."""
    found = revenue.get(settings.DEFAULT_CURRENCY)
    return found.amount if found else Decimal(0)


def _tell_money(revenue: Mapping[str, Money]) -> str:
    first = settings.DEFAULT_CURRENCY
    ordered = sorted(revenue.items(), key=lambda item: (item[0] != first, item[0]))
    return ", ".join(formats.money(amount) for _, amount in ordered if amount) or formats.money(Money.zero(first))


def _waiting_orders(request: HttpRequest) -> list[Figure]:
    waiting, today = orders.count_waiting_orders(), moments.today()
    listing = reverse("admin:orders_order_changelist")
    return [
        Figure(
            name="To ship",
            value=str(waiting.to_ship),
            note="paid, and not all has left",
            link=f"{listing}?status__exact=processing",
            chart=draw_waiting(
                waiting.to_ship_by_day,
                today=today,
                days=_CHART_DAYS,
                label="Orders to ship by the day they were placed",
            ),
        ),
        Figure(
            name="Awaiting payment",
            value=str(waiting.awaiting_payment),
            note="stock is held until their deadline",
            link=f"{listing}?status__exact=awaiting_payment",
            chart=draw_waiting(
                waiting.awaiting_payment_by_day,
                today=today,
                days=_CHART_DAYS,
                label="Orders awaiting payment by the day they were placed",
            ),
        ),
    ]


def _money_owed(request: HttpRequest) -> list[Figure]:
    """Return what staff owe buyers who paid by bank transfer, or to whom a refund failed; nothing while they owe nothing."""
    listing, waiting = reverse("admin:payments_payment_changelist"), payments.count_refunds_to_send()
    owed = (
        ("Transfers to send back", waiting.transfers, "send the money, then record it", "pending"),
        ("Refunds that failed", waiting.failed, "send the money in another way", "failed"),
    )
    return [
        Figure(name=name, value=str(count), note=note, link=f"{listing}?owed={which}", is_urgent=True)
        for name, count, note, which in owed
        if count
    ]


def _scarce_stock(request: HttpRequest) -> list[Figure]:
    scarce = inventory.count_scarce_items()
    out = scarce[inventory.StockStatus.OUT]
    return [
        Figure(
            name="Low stock",
            value=str(scarce[inventory.StockStatus.LOW]),
            note=f"{out} sold out",
            link=reverse("backoffice:low_stock"),
            chart=_draw_rests(inventory.count_low_items_by_rest()),
        )
    ]


def _draw_rests(rests: Mapping[int, int]) -> Chart | None:
    """Return a chart of how many variants have how few left; all with `_MOST_REST` and more share the last bar."""
    if not rests:
        return None
    counted = Counter[int]()
    for rest, variants in rests.items():
        counted[min(rest, _MOST_REST)] += variants
    names = {rest: f"{rest} left" for rest in range(1, _MOST_REST)} | {_MOST_REST: f"{_MOST_REST} or more left"}
    values = [(name, counted[rest], f"{counted[rest]} variants") for rest, name in names.items()]
    return draw_bars(values, label="Variants low in stock by how many are left of each", ends_today=False)


def _parked_work(request: HttpRequest) -> list[Figure]:
    items = messaging.list_parked()
    parked = len(items)
    note = "failed too often; somebody has to look" if parked else "everything is done, or will be by itself"
    by_day = Counter(localdate(item.parked_at) for item in items)
    label = "Parked work by the day it was parked"
    return [
        Figure(
            name="Parked work",
            value=str(parked),
            note=note,
            link=reverse("backoffice:parked"),
            is_urgent=parked > 0,
            chart=draw_waiting(by_day, today=moments.today(), days=_CHART_DAYS, label=label),
        )
    ]
