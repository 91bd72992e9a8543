"""`manage.py set_stock`: what a warehouse has of a variant, by SKU."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.catalog import api as catalog
from apps.inventory import api as inventory
from apps.kernel.errors import DomainError


class Command(BaseCommand):
    """Composes catalog.get_variant_by_sku with inventory.set_on_hand."""

    help = "Set how many units of a variant lie in a warehouse, reserved ones included."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sku", metavar="SKU")
        parser.add_argument("quantity", metavar="QUANTITY", type=int, help="units on hand, zero or more")
        parser.add_argument("--reason", required=True, help="why, for the stock ledger, such as 'stock take'")
        parser.add_argument("--warehouse", default="", help="code of the warehouse; the default one unless named")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            variant = catalog.get_variant_by_sku(sku=options["sku"])
            level = inventory.set_on_hand(
                variant_id=variant.id,
                on_hand=options["quantity"],
                reason=options["reason"],
                warehouse=options["warehouse"],
                actor="set_stock",
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{variant.sku}: {level.on_hand} on hand in {level.warehouse}, {level.reserved} of them reserved"
        )
