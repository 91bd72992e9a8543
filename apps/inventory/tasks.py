"""Celery entry points of inventory."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.inventory import api


@shared_task(name="inventory.release_expired")
def release_expired(**kwargs: Any) -> None:
    """Give back what expired reservations hold; beat sends this every minute."""
    api.release_expired()
