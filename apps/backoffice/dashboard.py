"""The admin's opening page: figures that each lead to the list behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.kernel import clock
from apps.messaging import api as messaging
from apps.orders import api as orders


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name and where it leads."""

    name: str
    value: str
    link: str


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add `figures` to the opening page's context, those this member of staff may look into; settings.UNFOLD names this function."""
    figures = _of_orders() if request.user.has_perm("orders.view_order") else []
    if request.user.has_perm("messaging.view_inboxmessage"):
        figures.append(Figure("Parked work", str(len(messaging.list_parked())), reverse("backoffice:parked")))
    return {**context, "figures": figures}


def _of_orders() -> list[Figure]:
    today = orders.get_statistics(since=clock.now().replace(hour=0, minute=0, second=0, microsecond=0))
    listing = reverse("admin:orders_order_changelist")
    revenue = ", ".join(str(amount) for amount in today.revenue.values()) or "none yet"
    return [
        Figure("Orders today", str(today.placed), listing),
        Figure("Paid today", str(today.paid), f"{listing}?status__exact=processing"),
        Figure("Cancelled today", str(today.cancelled), f"{listing}?status__exact=cancelled"),
        Figure("Revenue today", revenue, listing),
    ]
