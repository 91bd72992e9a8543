"""What a worker does for uploaded product files."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.backoffice import uploads
from apps.backoffice.models import ProductFile
from apps.messaging import work


@work.driver(uploads.DRIVER, model=ProductFile, slow=True)
def import_products(item: ProductFile) -> None:
    """Carry on with one file."""
    uploads.carry_on(item)


@shared_task(name="backoffice.forget_idle_files")
def forget_idle_files(**kwargs: Any) -> None:
    """Delete files that nobody has imported within a week; beat sends this every hour."""
    uploads.forget_idle()
