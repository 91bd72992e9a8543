"""Abstract bases; no table of its own."""

from __future__ import annotations

from django.db import models

from apps.kernel.ids import uuid7


class UUIDModel(models.Model):
    """A row whose primary key is a UUIDv7 made by the application."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
