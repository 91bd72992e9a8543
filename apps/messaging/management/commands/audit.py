"""`manage.py audit`: check on the living shop what must always hold; read only."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.messaging import audits
from apps.messaging.contracts import Finding, Looked

# Suspects beyond this are not looked at twice: that many are no coincidence.
_MOST = 10_000


def look_at(name: str, subjects: list[str]) -> Looked:
    """Look at one batch, in a process that looks at several."""
    return audits.look_at(audits.find_check(name), subjects)


def _walk_together(check: audits.Check, processes: int) -> Iterator[Looked]:
    """Walk as `audits.walk` does, in processes of their own; no more batches wait than keep them busy."""
    if check.batches is None:
        yield from audits.walk(check)
        return
    waiting: deque[Future[Looked]] = deque()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        for subjects in check.batches(""):
            waiting.append(pool.submit(look_at, check.name, list(subjects)))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class Command(BaseCommand):
    help = (
        "Checks the invariants of every app on all its rows, in batches, and writes nothing. What seems wrong is looked at again after a "
        "while (--patience), since the shop goes on meanwhile. Prints one line for each finding and exits 1 where there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="append", metavar="NAME", help="only this check; may be repeated")
        parser.add_argument("--list", action="store_true", help="name the checks and what they hold, and check nothing")
        parser.add_argument(
            "--patience",
            type=int,
            metavar="SECONDS",
            default=settings.MESSAGING["AUDIT_PATIENCE_SECONDS"],
            help="how long after it was first seen a fault must be seen again (MESSAGING_AUDIT_PATIENCE_SECONDS, 60)",
        )
        parser.add_argument(
            "--processes", type=int, metavar="NUMBER", default=1, help="look at so many batches at once (1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        checks = self._wanted(options["check"])
        if options["list"]:
            for check in checks:
                self.stdout.write(f"{check.name:24} {check.holds}")
            return
        if (processes := options["processes"]) < 1:
            raise CommandError(f"--processes {processes}: must be 1 or more.")
        wrong = sum(self._run(check, patience=options["patience"], processes=processes) for check in checks)
        if wrong:
            raise CommandError(f"{wrong} findings.")
        self.stdout.write("Everything holds.")

    def _wanted(self, names: list[str] | None) -> list[audits.Check]:
        known = audits.checks()
        for name in names or ():
            if name not in {check.name for check in known}:
                raise CommandError(f"--check {name}: there is no such check; see --list.")
        return [check for check in known if not names or check.name in names]

    def _run(self, check: audits.Check, *, patience: int, processes: int) -> int:
        """Walk over everything, wait, look again at the suspects; return how many are wrong still."""
        started, count = time.monotonic(), 0
        suspects: dict[str, Finding] = {}
        for looked in audits.walk(check) if processes == 1 else _walk_together(check, processes):
            count += looked.count
            suspects |= {finding.subject: finding for finding in looked.findings[: _MOST - len(suspects)]}
            self._show(f"{check.name}: {count:,} looked at, {len(suspects)} suspect")
        if suspects:
            self._show(f"{check.name}: looks again at {len(suspects)} in {patience} s")
            time.sleep(patience)
        found = [*check.look(list(suspects))] if suspects else []
        self._show("")
        for finding in found:
            self.stdout.write(f"{check.name}: {finding.subject}: {finding.detail}")
        amount = "everything in one look" if check.batches is None else f"{count:,} looked at"
        outcome = f"{len(found)} findings" if found else "holds"
        self.stdout.write(f"{check.name:24} {outcome} ({amount}, {time.monotonic() - started:.1f} s)")
        return len(found)

    def _show(self, words: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r\033[K{words}", ending="")
