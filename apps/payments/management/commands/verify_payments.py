"""`manage.py verify_payments`: compare balances, ledger and provider; exit 1 where they tell differently."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.kernel import clock
from apps.payments import api


class Command(BaseCommand):
    help = (
        "Checks that every payment's balances are the sums of its ledger, and that recent payments are the same at their "
        "providers. Prints one line for each that is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=2, help="ask providers about payments of so many days; 0 for none (2)"
        )

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        try:
            faults = list(api.verify_payments(since=clock.now() - timedelta(days=days) if days else None))
        except api.ProviderUnavailable as outage:
            raise CommandError(f"{outage} Run it again, or with --days 0.") from outage
        for fault in faults:
            self.stdout.write(f"{fault.payment_id}: {fault.detail}")
        if faults:
            raise CommandError(f"{len(faults)} payments do not add up.")
        self.stdout.write("Payments, ledger and providers agree.")
