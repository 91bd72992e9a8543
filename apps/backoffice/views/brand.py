"""The settings of the shop: what it calls itself and looks like."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from apps.backoffice.brand_form import BrandForm
from apps.backoffice.views.frame import show_page
from apps.brand import api as brand
from apps.web.authentication import staff_actor


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("brand.change_brand", raise_exception=True)
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show the shop's settings, and settle what was sent."""
    now = brand.get_brand()
    settled = asdict(now.settled)
    del settled["logo"], settled["translations"]
    form = BrandForm(request.POST or None, request.FILES or None, initial=settled, now=now)
    if form.is_valid() and form.save(actor=staff_actor(request)):
        messages.success(request, "Saved. Pages and mails show it within five seconds.")
        return redirect(request.path)
    return show_page(request, "brand.html", {"title": "Shop settings", "form": form, "brand": now})
