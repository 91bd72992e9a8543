"""What a deletion leads to, in the words of the app whose rows go."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin

register = template.Library()


@register.simple_tag
def deletion_consequences(opts: Any) -> str:
    """Return `deletion_consequences` of the model's admin; that it cannot be undone where it says nothing."""
    told: str = getattr(admin.site.get_model_admin(opts.model), "deletion_consequences", "")
    return f"{told} This cannot be undone.".strip()
