"""Mails as buyers get them, for staff to look at; and addresses that bounced, given another chance."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from apps.accounts import api as accounts
from apps.backoffice.views.frame import show_page
from apps.notifications import api as notifications
from apps.orders import api as orders
from apps.web.pagination import PageParams

_SAMPLES = 20
_WIDTHS = (640, 390)
_BACK_IN_STOCK = "back in stock"
_ABOUT_ACCOUNTS = {kind.value.replace("_", " "): kind for kind in notifications.AccountMailKind}
_KINDS = (*(kind.value for kind in notifications.MailKind), _BACK_IN_STOCK, *_ABOUT_ACCOUNTS)


@require_safe
@permission_required(["notifications.view_outboundmail", "orders.view_order"], raise_exception=True)
def preview(request: HttpRequest) -> HttpResponse:
    """Show a mail of one kind in one language, about an order, some product or an account, HTML and text side by side."""
    number = request.GET.get("order", "").strip()
    samples = orders.search_orders(params=PageParams(limit=_SAMPLES)).items
    found = orders.search_orders(query=number, params=PageParams(limit=1)).items if number else samples[:1]
    kind = next((each for each in _KINDS if each == request.GET.get("kind")), _KINDS[0])
    language = request.GET.get("language", "")
    language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    width = next((each for each in _WIDTHS if str(each) == request.GET.get("width")), _WIDTHS[0])
    context = {
        "title": "Mails",
        "kinds": _KINDS,
        "kind": kind,
        "languages": settings.LANGUAGES,
        "language": language,
        "widths": _WIDTHS,
        "width": width,
        "samples": samples,
        "number": number,
        "order": found[0] if found else None,
        "mail": _preview(kind, order_id=found[0].id if found else None, language=language),
    }
    return show_page(request, "mails.html", context)


def _preview(kind: str, *, order_id: UUID | None, language: str) -> notifications.WrittenMail | None:
    if kind == _BACK_IN_STOCK:
        return notifications.preview_stock_notice(language=language)
    if about_account := _ABOUT_ACCOUNTS.get(kind):
        return notifications.preview_account_mail(kind=about_account, language=language)
    if order_id is None:
        return None
    return notifications.preview_mail(kind=notifications.MailKind(kind), order_id=order_id, language=language)


@require_POST
@permission_required(["notifications.change_outboundmail", "orders.view_order"], raise_exception=True)
def write_again(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Send mail to an order's address again, because staff learned that it works."""
    try:
        contact = orders.get_contact(order_id=order_id)
    except orders.OrderNotFound as error:
        raise Http404 from error
    notifications.write_to_address_again(address=contact.email)
    messages.success(request, f"Mails go to {contact.email} again.")
    return redirect("admin:orders_order_change", order_id)


@require_POST
@permission_required(["notifications.change_outboundmail", "accounts.view_user"], raise_exception=True)
def write_to_customer_again(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Send mail to an account's address again, because staff learned that it works."""
    known = accounts.get_customers(ids=[customer_id]).get(customer_id)
    if known is None:
        raise Http404
    notifications.write_to_address_again(address=known.email)
    messages.success(request, f"Mails go to {known.email} again.")
    return redirect("backoffice:customer", customer_id)
