"""Money on staff pages, written as the storefront writes it."""

from __future__ import annotations

from django import template

from apps.web import formats

register = template.Library()
register.filter("money", formats.money)
