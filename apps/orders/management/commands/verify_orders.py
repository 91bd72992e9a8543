"""`manage.py verify_orders`: rebuild every order from its history and compare."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.orders.verifying import verify_orders


class Command(BaseCommand):
    """Prints one line for everything that is wrong and exits 1. It only reads, in batches, so it can run beside the shop."""

    help = "Rebuild every order by folding its events and compare it with its row, lines, parcels and sums."

    def handle(self, *args: Any, **options: Any) -> None:
        checked, wrong = 0, 0
        for count, differences in verify_orders():
            checked, wrong = checked + count, wrong + len(differences)
            for sentence in differences:
                self.stdout.write(sentence)
        if wrong:
            raise CommandError(f"{wrong} differences in {checked} orders.")
        self.stdout.write(f"{checked} orders are what their history says.")
