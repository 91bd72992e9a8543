"""Celery entry points of checkout."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.checkout import api


@shared_task(name="checkout.expire_carts")
def expire_carts(**kwargs: Any) -> None:
    """Delete carts nobody touched; beat sends this every hour."""
    api.expire_carts()
