"""The one row of brand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.persistence.jsonb import is_texts


class Brand(models.Model):
    """What staff settled; there is at most one row. No row: what the settings say."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=60)
    sender_name = models.CharField(max_length=60, blank=True)
    sender_address = models.CharField(max_length=254, blank=True)
    tagline = models.CharField(max_length=150, blank=True)
    legal_footer = models.TextField(max_length=1000, blank=True)
    colour = models.CharField(max_length=7)
    on_colour = models.CharField(max_length=7)
    logo_url = models.CharField(max_length=200, blank=True)
    logo_width = models.PositiveIntegerField(default=0)
    logo_height = models.PositiveIntegerField(default=0)
    translations = models.JSONField(default=dict, db_default={})
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.CharField(max_length=100)

    class Meta:
        verbose_name = "shop settings"
        verbose_name_plural = "shop settings"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="brand_only_one"),
            models.CheckConstraint(
                condition=Q(colour__regex="^#[0-9a-f]{6}$", on_colour__regex="^#[0-9a-f]{6}$"), name="brand_colours"
            ),
            models.CheckConstraint(condition=is_texts("translations"), name="brand_translations"),
        ]
