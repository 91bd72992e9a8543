"""Who buys: an account or a guest, with every order and what they are worth to the shop."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts import api as accounts
from apps.addressing import api as addressing
from apps.backoffice.views.frame import show_page
from apps.orders import api as orders
from apps.web.pagination import PageParams

_PAGE = 25
_RIGHTS = ("orders.view_order", "orders.view_money", "accounts.view_user")
_STAFF = orders.Viewer(is_staff=True)


@require_safe
@permission_required(_RIGHTS, raise_exception=True)
def customer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Show a customer with an account, and what was ordered as a guest with the same e-mail address."""
    known = accounts.get_customers(ids=[customer_id]).get(customer_id)
    if known is None:
        raise Http404
    return _show(request, orders.Buyer(email=known.email, customer_id=known.id), known)


@require_safe
@permission_required(_RIGHTS, raise_exception=True)
def buyer_of_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show who placed an order: their account where they have one, else all that was ordered with that e-mail address."""
    try:
        order = orders.get_order(order_id=order_id, viewer=_STAFF)
    except orders.OrderNotFound as error:
        raise Http404 from error
    known = accounts.get_customers(ids=[order.customer_id]).get(order.customer_id) if order.customer_id else None
    return _show(request, orders.Buyer(email=order.email, customer_id=order.customer_id), known)


def _address_book(customer: accounts.Customer) -> list[tuple[tuple[str, ...], bool]]:
    book = accounts.list_addresses(customer_id=customer.id)
    return [(addressing.write_envelope(address=saved.address), saved.is_default) for saved in book]


def _show(request: HttpRequest, buyer: orders.Buyer, known: accounts.Customer | None) -> HttpResponse:
    cursor = request.GET.get("cursor") or None
    page = orders.search_orders(filters=orders.OrderFilters(buyer=buyer), params=PageParams(limit=_PAGE, cursor=cursor))
    context = {
        "title": _name(buyer, known),
        "buyer": buyer,
        "customer": known,
        "page": page,
        "worth": orders.get_statistics(buyer=buyer),
        "addresses": _address_book(known) if known else (),
    }
    return show_page(request, "buyer.html", context)


def _name(buyer: orders.Buyer, known: accounts.Customer | None) -> str:
    if known is None:
        return f"Guest {buyer.email}"
    return f"{known.first_name} {known.last_name}".strip() or f"Customer {buyer.email}"
