"""The driver that checks and imports uploaded product files."""

from __future__ import annotations

from apps.backoffice import uploads
from apps.backoffice.models import ProductFile
from apps.messaging import work


@work.driver(uploads.DRIVER, model=ProductFile, slow=True)
def import_products(item: ProductFile) -> None:
    """Carry on with one file."""
    uploads.carry_on(item)
