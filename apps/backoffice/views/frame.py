"""What every staff page needs: the admin's frame around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show_page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Render a template of backoffice inside the admin's frame; `context` names the page's `title`."""
    return render(request, f"backoffice/{template}", {**admin.site.each_context(request), **context})
