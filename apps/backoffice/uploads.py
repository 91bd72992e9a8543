"""Staff's import of a product file: kept, mapped, then checked and imported by a worker in short turns."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now

from apps.backoffice.importing import set_stock
from apps.backoffice.models import FileContent, Phase, ProductFile
from apps.catalog import api as catalog
from apps.catalog.contracts import FileColumn, ImportedProduct, ImportNote, ImportOutcome, ImportSource
from apps.catalog.errors import UnreadableFile
from apps.kernel.errors import Invalid
from apps.messaging import api as messaging
from apps.messaging import work

DRIVER: Final = "backoffice.import_products"
_TURN_SECONDS: Final = 5.0
_BATCH: Final = 25
_IDLE: Final = timedelta(days=7)
_MOST_ENTRIES: Final = 500


@messaging.command
def keep_file(*, name: str, content: bytes, currency: str, actor: str) -> UUID:
    """Keep an uploaded file; nothing happens with it before somebody chose what its columns mean."""
    row = ProductFile.objects.create(name=name[:200], currency=currency, actor=actor, next_run_at=None)
    FileContent.objects.create(file=row, content=content)
    return row.id


@messaging.command
def start(*, file_id: UUID, phase: Phase, mapping: Mapping[str, str] | None = None) -> bool:
    """Let a worker check (from mapping or checked) or import (from checked) a file; return False where it is not at that point."""
    before = [Phase.CHECKED] if phase is Phase.IMPORTING else [Phase.MAPPING, Phase.CHECKED, Phase.REFUSED]
    row = ProductFile.objects.select_for_update(no_key=True).filter(id=file_id, phase__in=before).first()
    if row is None:
        return False
    row.phase, row.done, row.total, row.counts, row.entries, row.fault = phase, 0, 0, {}, [], ""
    row.mapping = row.mapping if mapping is None else dict(mapping)
    row.next_run_at = Now()
    row.save()
    messaging.wake(DRIVER)
    return True


@messaging.command
def forget_idle() -> int:
    """Delete files that nobody has imported within a week; return how many."""
    idle = ProductFile.objects.filter(
        phase__in=[Phase.MAPPING, Phase.CHECKED, Phase.REFUSED], created_at__lt=Now() - _IDLE
    )
    ids = list(idle.select_for_update(skip_locked=True).values_list("id", flat=True))
    ProductFile.objects.filter(id__in=ids).delete()
    return len(ids)


def read_columns(row: ProductFile) -> list[FileColumn]:
    """Return the columns of a kept file. Raises UnreadableFile."""
    with _on_disk(row) as path:
        return catalog.read_file_columns(path=path)


def carry_on(item: ProductFile) -> None:
    """Check or import products of a claimed file for a few seconds, and record how far it came."""
    with _on_disk(item) as path:
        try:
            source = catalog.open_import(path=path, currency=item.currency, mapping=item.mapping)
            results = list(_take_turn(source, item))
        except Invalid as error:
            with work.record(item) as row:
                row.phase, row.fault = Phase.REFUSED, error.detail
            return
    with work.record(item) as row:
        row.total = max(source.product_count, row.done + len(results))
        for result, notes in results:
            row.counts[result.outcome.value] = row.counts.get(result.outcome.value, 0) + 1
            row.counts["stock"] = row.counts.get("stock", 0) + bool(result.stock)
            row.counts["errors"] = row.counts.get("errors", 0) + sum(note.is_error for note in notes)
            _tell(row.entries, result, notes)
        row.done += len(results)
        if len(results) % _BATCH or not results:
            row.phase = Phase.CHECKED if item.phase == Phase.CHECKING else Phase.DONE
        else:
            row.next_run_at = Now()
    if row.phase == Phase.DONE:
        _forget(file_id=row.id)


def _take_turn(source: ImportSource, item: ProductFile) -> Iterator[tuple[ImportedProduct, Sequence[ImportNote]]]:
    """Yield what became of the next products: whole batches, the last of the file excepted."""
    dry_run = item.phase == Phase.CHECKING
    waiting = islice(catalog.parse_import(source=source), item.done, None)
    deadline = time.monotonic() + _TURN_SECONDS
    while batch := list(catalog.import_products(parsed=islice(waiting, _BATCH), dry_run=dry_run)):
        stocked = set_stock(batch, name=item.name, actor=item.actor, dry_run=dry_run)
        for result in batch:
            yield result, (*result.notes, *stocked.refusals.get(result.handle, ()))
        if time.monotonic() >= deadline:
            return


def _tell(entries: list[dict[str, Any]], result: ImportedProduct, notes: Sequence[ImportNote]) -> None:
    if len(entries) < _MOST_ENTRIES and (notes or result.outcome is not ImportOutcome.UNCHANGED):
        entries.append(
            {
                "handle": result.handle,
                "line": result.line,
                "outcome": result.outcome.value,
                "changes": [asdict(change) for change in result.changes],
                "notes": [asdict(note) for note in notes],
            }
        )


@messaging.command
def _forget(*, file_id: UUID) -> None:
    """The content has done its work; what came of it stays."""
    FileContent.objects.filter(file_id=file_id).delete()


@contextmanager
def _on_disk(row: ProductFile) -> Iterator[Path]:
    kept = FileContent.objects.filter(file_id=row.id).first()
    if kept is None:
        raise UnreadableFile("The file was imported, and is no longer kept.")
    with TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / "products.csv"
        path.write_bytes(kept.content)
        yield path
