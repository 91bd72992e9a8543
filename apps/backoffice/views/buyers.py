"""Who buys: an account or a guest, with every order and what they are worth to the shop."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts import api as accounts
from apps.backoffice.views.frame import show_page
from apps.orders import api as orders
from apps.web.pagination import PageParams

_PAGE = 25
_STAFF = orders.Viewer(is_staff=True)


@require_safe
@permission_required("orders.view_order", raise_exception=True)
def customer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Show a customer with an account, and what was ordered as a guest with the same e-mail address."""
    known = accounts.get_customers(ids=[customer_id]).get(customer_id)
    if known is None:
        raise Http404
    return _show(request, orders.Buyer(email=known.email, customer_id=known.id), known)


@require_safe
@permission_required("orders.view_order", raise_exception=True)
def buyer_of_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show who placed an order: their account where they have one, else all that was ordered with that e-mail address."""
    try:
        order = orders.get_order(order_id=order_id, viewer=_STAFF)
    except orders.OrderNotFound as error:
        raise Http404 from error
    known = accounts.get_customers(ids=[order.customer_id]).get(order.customer_id) if order.customer_id else None
    return _show(request, orders.Buyer(email=order.email, customer_id=order.customer_id), known)


def _show(request: HttpRequest, buyer: orders.Buyer, known: accounts.Customer | None) -> HttpResponse:
    cursor = request.GET.get("cursor") or None
    page = orders.search_orders(filters=orders.OrderFilters(buyer=buyer), params=PageParams(limit=_PAGE, cursor=cursor))
    context = {
        "title": f"{known.first_name} {known.last_name}".strip() or buyer.email if known else buyer.email,
        "buyer": buyer,
        "customer": known,
        "page": page,
        "worth": orders.get_statistics(buyer=buyer),
        "addresses": accounts.list_addresses(customer_id=known.id) if known else (),
    }
    return show_page(request, "buyer.html", context)
