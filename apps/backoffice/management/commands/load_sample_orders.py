"""`manage.py load_sample_orders`: some months of orders for the demo shop, so that dashboards and lists have something to tell."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from apps.backoffice.demo.orders import make_orders
from apps.backoffice.demo.plan import plan_orders, plan_stock_changes
from apps.backoffice.demo.stock import enter_stock_changes
from apps.kernel import clock
from apps.payments import api as payments

_PATIENCE_SECONDS: Final = 180
_MOST_MONTHS: Final = 24


class Command(BaseCommand):
    """Needs a running shop, because its workers record that orders are paid."""

    help = "Make sample orders of the last months through the shop's own services; again, to go on up to today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, default=3, help="how far back, in months of 30 days (1 to 24)")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other orders, beside the first")

    def handle(self, *args: Any, months: int, seed: int, **options: Any) -> None:
        if not 1 <= months <= _MOST_MONTHS:
            raise CommandError(f"--months is {months}; use 1 to {_MOST_MONTHS}")
        if "manual" not in payments.list_providers():
            raise CommandError("sample orders are paid by bank transfer; set BANK_TRANSFER_IBAN to offer that")
        today = clock.now().date()
        plan = plan_orders(today=today, months=months, seed=seed)
        outcome = make_orders(plan, settle=_wait)
        enter_stock_changes(plan_stock_changes(today=today, months=months, seed=seed))
        self.stdout.write(
            f"sample orders: {outcome.made} new of {len(plan)} planned, {outcome.skipped} left out (not sold or out of stock),"
            f" {outcome.later} for later today"
        )


def _wait(count_waiting: Callable[[], int]) -> None:
    """Return when nothing waits any more; CommandError where for long nothing got done."""
    least, deadline = None, 0.0
    while waiting := count_waiting():
        if least is None or waiting < least:
            least, deadline = waiting, time.monotonic() + _PATIENCE_SECONDS
        if time.monotonic() > deadline:
            raise CommandError(
                f"for {_PATIENCE_SECONDS} s no worker has recorded the payment of any of {waiting} orders; "
                "is the shop running (bin/up)? Run this again then, it goes on where it stopped"
            )
        time.sleep(0.5)
