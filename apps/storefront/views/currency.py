"""Choosing the currency, at the foot of each page."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.checkout import api as checkout
from apps.kernel.errors import DomainError, Invalid
from apps.storefront import currencies, owners
from apps.storefront.forms import read_way_on

# Amounts and a place in a list mean something else, or nothing, in another currency.
_OF_ONE_CURRENCY = ("min_price", "max_price", "cursor")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Show prices in another currency, those of the bag too, and go back to where the choice was made.

    Where something in the bag is not sold in it nothing changes, and the bag says why.
    """
    code = request.POST.get("currency", "")
    if code not in currencies.offered(request):
        return redirect(_way_back(request))
    try:
        owners.with_cart(request, lambda owner: checkout.change_currency(owner=owner, currency=code))
    except DomainError as error:
        faults = error.fields if isinstance(error, Invalid) else ()
        messages.error(request, " ".join(fault.detail for fault in faults) or error.detail)
        return redirect("storefront:cart")
    return currencies.remember(redirect(_way_back(request)), code)


def _way_back(request: HttpRequest) -> str:
    parts = urlsplit(read_way_on(request, otherwise="storefront:home"))
    kept = QueryDict(parts.query, mutable=True)
    for name in _OF_ONE_CURRENCY:
        kept.pop(name, None)
    return parts._replace(query=kept.urlencode()).geturl()
