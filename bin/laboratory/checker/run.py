"""What one run left behind, read into memory and indexed by what the checks ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

from laboratory.checker import tables
from laboratory.checker.dump import read_dump
from laboratory.checker.errors import NotWhole
from laboratory.checker.log import read_calls

_KEYS = ("started_at", "ended_at", "opening_stock")


class Groups(dict[Any, list[Any]]):
    """Rows by what they belong to; none where there are none, and asking does not make any."""

    def __init__(self, rows: Iterable[Any], key: Callable[[Any], Any]) -> None:
        for row in rows:
            self.setdefault(key(row), []).append(row)

    def __missing__(self, key: Any) -> list[Any]:
        return []


class Run:
    """All evidence of one run. Raises NotWhole where a file, a table or the end of one is missing, or where nobody bought anything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = self._read_settings()
        self.calls = self._guarded("buyers.jsonl", read_calls)
        self.ledger = self._lines("ledger.jsonl")
        self.sockets = self._lines("sockets.jsonl")
        self.applied = self._lines("applied.jsonl")
        self.snapshots = self._lines("snapshots.jsonl")
        self.mails = self._lines("mails.jsonl")
        self.rows: dict[type[Any], list[Any]] = {kind: [] for kind in tables.KINDS.values()}
        if not (dump := folder / "database.sql").exists():
            raise NotWhole(f"{dump} is missing")
        for row in read_dump(dump, kinds=tables.KINDS):
            self.rows[type(row)].append(row)
        self._index()
        self._require_content()

    def _index(self) -> None:
        self.orders: dict[str, tables.Order] = {order.id: order for order in self.rows[tables.Order]}
        self.lines_of = self._by("order_id", tables.OrderLine)
        self.events_of = self._by("order_id", tables.OrderEvent)
        self.steps_of = self._by("order_id", tables.SagaStep)
        self.payments_of = self._by("order_id", tables.Payment)
        self.transactions_of = self._by("payment_id", tables.Transaction)
        self.refunds_of = self._by("payment_id", tables.Refund)
        self.levels_of = self._by("variant_id", tables.StockLevel)
        self.held_lines_of = self._by("reservation_id", tables.ReservationLine)
        self.saga_of: dict[str, tables.Saga] = {saga.order_id: saga for saga in self.rows[tables.Saga]}
        self.variant_of = {line.id: line.variant_id for line in self.rows[tables.OrderLine]}
        for found in self.events_of.values():
            found.sort(key=lambda event: event.version)
        self.ledger_of = Groups(self.ledger, lambda line: line["order_id"])
        self.calls_of = Groups(self.calls, lambda call: call.order)

    def _by(self, column: str, kind: type[Any]) -> Groups:
        return Groups(self.rows[kind], attrgetter(column))

    def _require_content(self) -> None:
        """Refuse a run of which nothing could be said: silence is no proof."""
        if not any(call.operation == "place" and call.phase == "ok" for call in self.calls):
            raise NotWhole("buyers.jsonl holds no acknowledged order")
        for name in ("applied", "snapshots"):
            if not getattr(self, name):
                raise NotWhole(f"{name}.jsonl is empty")

    def _read_settings(self) -> dict[str, Any]:
        path = self.folder / "run.json"
        if not path.exists():
            raise NotWhole(f"{path} is missing")
        try:
            settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise NotWhole(f"run.json is no JSON: {error}") from error
        if missing := [key for key in _KEYS if key not in settings]:
            raise NotWhole(f"run.json lacks {', '.join(missing)}")
        return settings

    def _lines(self, name: str) -> list[dict[str, Any]]:
        return self._guarded(name, list)

    def _guarded(self, name: str, read: Any) -> Any:
        try:
            return read(self._parse(name))
        except (KeyError, TypeError) as error:
            raise NotWhole(f"{name}: a line lacks {error}") from error

    def _parse(self, name: str) -> Iterator[dict[str, Any]]:
        path = self.folder / name
        if not path.exists():
            raise NotWhole(f"{path} is missing")
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise NotWhole(f"{name}, line {number}: {error}") from error

    @property
    def started_at(self) -> float:
        """When the buyers began, in seconds since the epoch."""
        return float(self.settings["started_at"])

    @property
    def ended_at(self) -> float:
        """When the dump was taken, in seconds since the epoch."""
        return float(self.settings["ended_at"])

    def looked_at(self) -> dict[str, int]:
        """Return how many lines and rows of each kind there are to look at."""
        files = ("calls", "ledger", "sockets", "applied", "snapshots", "mails")
        counts = {name: len(getattr(self, name)) for name in files}
        return counts | {table: len(self.rows[kind]) for table, kind in tables.KINDS.items()}

    # what a witness may tell

    def tell_order(self, order_id: str) -> list[str]:
        """Return the order's row in words."""
        row = self.orders.get(order_id)
        if row is None:
            return [f"order {order_id}: no such row"]
        return [
            f"order {row.id} ({row.number}): {row.status}, version {row.version}, total {row.total_amount} {row.total_currency},"
            f" paid {row.paid_amount}, refunded {row.refunded_amount}, {row.shipped_count} of {row.item_count} shipped"
        ]

    def tell_events(self, order_id: str) -> list[str]:
        """Return the order's history in words."""
        return [f"event {event.version}: {event.type} {_short(event.data)}" for event in self.events_of[order_id]]

    def tell_ledger(self, order_id: str) -> list[str]:
        """Return the provider's lines about the order, and the shop's own."""
        theirs = [tell_move(line) for line in self.ledger_of[order_id]]
        ours = [
            f"shop: {row.kind} {row.amount_amount} {row.amount_currency} {row.reference} of payment {payment.id}"
            for payment in self.payments_of[order_id]
            for row in self.transactions_of[payment.id]
        ]
        return theirs + ours

    def tell_calls(self, order_id: str, *operations: str) -> list[str]:
        """Return the calls about the order, of some operations only where any are named."""
        return [str(call) for call in self.calls_of[order_id] if not operations or call.operation in operations]


def tell_move(line: dict[str, Any]) -> str:
    """Return a line of the provider's ledger in words."""
    return f"provider: {line['kind']} {line['amount']} {line['currency']} {line['object']} of {line['payment_intent']}"


def _short(data: dict[str, Any]) -> str:
    text = json.dumps({name: value for name, value in data.items() if name not in ("items",)}, ensure_ascii=False)
    return text if len(text) <= 160 else text[:157] + "..."
