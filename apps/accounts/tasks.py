"""Celery entry points of accounts."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.accounts import api


@shared_task(name="accounts.forget_ended_sign_ins")
def forget_ended_sign_ins(**kwargs: Any) -> None:
    """Delete expired refresh tokens and sessions; beat sends this every hour."""
    api.forget_ended_sign_ins()
