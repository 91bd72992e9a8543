"""`manage.py export_products`: every product with its stock, as a product file of Shopify's."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.backoffice.exporting import export_shop
from apps.kernel.errors import Invalid


class Command(BaseCommand):
    """Writes what backoffice.exporting yields; the file is there whole or not at all."""

    help = "Export all products with their stock in Shopify's CSV format. Importing the file again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--currency", default=settings.DEFAULT_CURRENCY, help="of the file's prices (ISO 4217)")

    def handle(self, *args: Any, **options: Any) -> None:
        path, currency = options["file"], options["currency"].upper()
        left: list[str] = []
        try:
            with NamedTemporaryFile(
                "w", encoding="utf-8", newline="", dir=path.absolute().parent, prefix=f".{path.name}.", delete=False
            ) as file:
                try:
                    for text in export_shop(currency=currency, left_out=lambda slug, sku: left.append(sku or slug)):
                        file.write(text)
                    file.close()
                    os.chmod(file.name, 0o644)
                    os.replace(file.name, path)
                finally:
                    Path(file.name).unlink(missing_ok=True)
        except Invalid as error:
            raise CommandError(error.detail) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        if left:
            more = f" and {len(left) - 5} more" if len(left) > 5 else ""
            self.stderr.write(f"Left out, having no price in {currency}: {', '.join(left[:5])}{more}.")
        self.stdout.write(f"Exported to {path}, prices in {currency}.")
