"""`manage.py import_products`: a product file of another shop becomes products in catalog and stock in inventory."""

from __future__ import annotations

from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.backoffice.importing import set_stock
from apps.catalog import api as catalog
from apps.catalog.contracts import ImportedProduct, ImportNote, ImportOutcome, ImportSource
from apps.kernel.errors import Invalid

_PROGRESS_SECONDS = 1.0
# Products whose stock is set in one transaction.
_BATCH = 50


class Command(BaseCommand):
    """Composes catalog.import_product with inventory.set_stock_levels."""

    help = """Import products from a file.

An import that was cut short goes on where it was when it is run again.
Running it again with the same file changes nothing; with a newer one, only what differs. A product is known by its handle, a variant
by its option values. Stock is set where the file says something new since the last import, so sales in between are not undone.
A row that cannot be used is reported with its line, column and value, and never stops the others.
Exit status: 0 if anything was imported (or was up to date), 1 otherwise."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--format", default="shopify", choices=["shopify"], help="which shop the file comes from")
        parser.add_argument("--currency", default=settings.DEFAULT_CURRENCY, help="of the file's prices (ISO 4217)")
        parser.add_argument("--dry-run", action="store_true", help="report what an import would do, and change nothing")
        parser.add_argument("--encoding", default="utf-8-sig", help="of the file; UTF-8 unless named, such as cp1252")
        parser.add_argument(
            "--untracked-stock",
            type=_stock,
            metavar="N",
            help="stock for variants whose inventory the other shop does not track; without it, the quantity in the file",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source = self._open(options)
        run = ImportRun(command=self, source=source, dry_run=options["dry_run"])
        for result in catalog.import_products(parsed=catalog.parse_import(source=source), dry_run=options["dry_run"]):
            run.add(result)
        run.finish()

    def _open(self, options: Mapping[str, Any]) -> ImportSource:
        try:
            return catalog.open_import(
                path=options["file"],
                format=options["format"],
                currency=options["currency"].upper(),
                encoding=options["encoding"],
                untracked_stock=options["untracked_stock"],
            )
        except Invalid as error:
            raise CommandError(error.detail) from error


def _stock(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**31:
        raise ArgumentTypeError(f"{text!r} is no stock; use a whole number from 0 to {2**31 - 1}")
    return int(text)


class ImportRun:
    """One run: sets stock, reports rows as they come, counts, sums up."""

    def __init__(self, *, command: BaseCommand, source: ImportSource, dry_run: bool) -> None:
        self._command = command
        self._source = source
        self._dry_run = dry_run
        self._outcomes: Counter[ImportOutcome] = Counter()
        self._notes: Counter[bool] = Counter()
        self._stocked = 0
        self._waiting: list[ImportedProduct] = []
        self._shown_at = 0.0

    def add(self, result: ImportedProduct) -> None:
        """Take one imported product; its stock is set together with that of others."""
        self._waiting.append(result)
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        name = Path(self._source.path).name
        stocked = set_stock(self._waiting, name=name, actor="import_products", dry_run=self._dry_run)
        self._stocked += stocked.count
        for result in self._waiting:
            self._report(result, left_alone=stocked.refusals.get(result.handle, ()))
        self._waiting.clear()
        self._show_progress()

    def _report(self, result: ImportedProduct, *, left_alone: Sequence[ImportNote]) -> None:
        for note in sorted((*result.notes, *left_alone), key=lambda note: note.line):
            self._notes[note.is_error] += 1
            self._command.stdout.write(_describe(note))
        # A row without a handle is no product of the count.
        if result.handle or result.outcome is not ImportOutcome.REJECTED:
            self._outcomes[result.outcome] += 1

    def finish(self) -> None:
        """Print the summary; raises CommandError where nothing was imported."""
        self._flush()
        done = sum(self._outcomes[o] for o in ImportOutcome if o is not ImportOutcome.REJECTED)
        counts = ", ".join(f"{self._outcomes[outcome]} {outcome.value}" for outcome in ImportOutcome)
        self._command.stdout.write(
            f"{'Dry run, nothing was changed: ' if self._dry_run else ''}{counts}; stock set for {self._stocked} variants;"
            f" {self._notes[True]} errors, {self._notes[False]} notes."
        )
        if done:
            self._command.stdout.write(
                "Stock of a variant: manage.py set_stock SKU QUANTITY --reason 'stock take'"
                f" (prices were read as {self._source.currency})."
            )
        else:
            raise CommandError("nothing was imported")

    def _show_progress(self) -> None:
        done = sum(self._outcomes.values())
        if monotonic() - self._shown_at >= _PROGRESS_SECONDS or done == self._source.product_count:
            self._shown_at = monotonic()
            self._command.stderr.write(f"{done} of {self._source.product_count} products")


def _describe(note: ImportNote) -> str:
    where = f"{note.column} {note.value!r}: " if note.column else ""
    return f"{'error' if note.is_error else 'note '} line {note.line}: {where}{note.message}"
