"""What the sample orders are to be: who buys what on which day, and how it ends. The same for a seed and a date, whenever it is asked."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from apps.backoffice.demo import read_demo
from apps.kernel.address import Address

_PEOPLE: Final = Path(__file__).with_name("people.toml")
_DOMAIN: Final = "northfold.example"
# Sample orders never buy the last ones: what the demo shop shows as low or sold out stays as it is.
_PLENTY: Final = 12
_DELIVERED: Final = 10
_LOSSES: Final = ("Damaged in the warehouse", "Kept as a sample for photographs", "Missing at the stock-take")
_GAINS: Final = ("Found at the stock-take", "Came back unworn", "Came back from the photographer")
_EVENING: Final = (7, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 20, 20, 21, 21, 22)


class Fate(Enum):
    """How an order ends, given time."""

    DELIVERED = "delivered"
    PARTIAL = "partial"
    REFUNDED = "refunded"
    UNPAID = "unpaid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A buyer, who writes the same e-mail address with every order. `has_account` says whether they have one with it."""

    address: Address
    currency: str
    email: str
    has_account: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOrder:
    """An order to make: `key` names it for ever, `lines` are SKUs with quantities.

    `abandoned_carts` is how many others filled a cart then and left it.
    """

    key: str
    person: Person
    lines: tuple[tuple[str, int], ...]
    placed_at: datetime
    paid_after: timedelta
    shipped_after: timedelta
    delivered_after: timedelta
    fate: Fate
    abandoned_carts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """Something to be entered into the stock of the shop: units by SKU, below zero for what was taken away.

    `key` names it for ever, so that a second run enters nothing twice.
    """

    key: str
    reason: str
    is_delivery: bool
    units: dict[str, int]


def plan_stock_changes(*, today: date, months: int, seed: int) -> list[StockChange]:
    """Return what came and went in the weeks that sample orders are made for, the oldest first: a delivery and two corrections a week."""
    skus = [sku for shelf, _demand in _popular(seed) for sku in shelf]
    mondays = (today - timedelta(days=today.weekday() + 7 * back) for back in range(30 * months // 7, -1, -1))
    return [change for monday in mondays for change in _changes_of(monday, seed=seed, skus=skus)]


def _changes_of(monday: date, *, seed: int, skus: Sequence[str]) -> Iterator[StockChange]:
    dice = Random(f"{seed} stock {monday.isoformat()}")  # noqa: S311 - sample data
    arrived, gone, found = {}, dice.choice(_LOSSES), dice.choice(_GAINS)
    for sku in dice.sample(skus, _DELIVERED):
        arrived[sku] = dice.randrange(4, 13)
    key = f"{seed} {monday.isoformat()}"
    yield StockChange(key=f"{key} in", reason=f"Delivery {monday:%G-W%V}", is_delivery=True, units=arrived)
    yield StockChange(key=f"{key} lost", reason=gone, is_delivery=False, units={dice.choice(skus): -1})
    yield StockChange(key=f"{key} found", reason=found, is_delivery=False, units={dice.choice(skus): 1})


def plan_orders(*, today: date, months: int, seed: int) -> list[SampleOrder]:
    """Return the sample orders of the last `months` (of 30 days) up to and with `today`, the oldest first."""
    shelf = _popular(seed)
    days = [today - timedelta(days=back) for back in range(30 * months, -1, -1)]
    return [order for day in days for order in _orders_of(day, seed=seed, shelf=shelf)]


def _popular(seed: int) -> list[tuple[tuple[str, ...], float]]:
    """Return for each product the SKUs with stock to spare, and how much it is in demand: a few sell most."""
    entries = read_demo()
    Random(f"{seed} demand").shuffle(entries)  # noqa: S311 - sample data
    shelves = (tuple(sku for sku, stock in entry.stock.items() if stock >= _PLENTY) for entry in entries)
    return [(skus, 1 / (rank + 4)) for rank, skus in enumerate(shelves) if skus]


def _orders_of(day: date, *, seed: int, shelf: Sequence[tuple[tuple[str, ...], float]]) -> Iterator[SampleOrder]:
    dice = Random(f"{seed} {day.isoformat()}")  # noqa: S311 - sample data
    visitors = Random(f"{seed} carts {day.isoformat()}")  # noqa: S311 - sample data
    count = 1 + dice.randrange(4) + (2 if day.weekday() >= 5 else 0)
    moments = sorted(time(dice.choice(_EVENING), dice.randrange(60), dice.randrange(60)) for _ in range(count))
    for number, at in enumerate(moments):
        person = dice.choice(_people())
        yield SampleOrder(
            key=f"{seed}-{day:%y%m%d}-{number}",
            person=person,
            lines=_lines(dice, shelf),
            placed_at=datetime.combine(day, at, tzinfo=UTC),
            paid_after=timedelta(minutes=dice.randrange(2, 50)),
            shipped_after=timedelta(hours=dice.randrange(14, 48)),
            delivered_after=timedelta(hours=dice.randrange(66, 150)),
            fate=dice.choices(tuple(Fate), weights=(82, 4, 5, 9))[0],
            abandoned_carts=visitors.choice((1, 2, 2, 3, 3)),
        )


def _lines(dice: Random, shelf: Sequence[tuple[tuple[str, ...], float]]) -> tuple[tuple[str, int], ...]:
    weights = [weight for _, weight in shelf]
    chosen = dice.choices(shelf, weights=weights, k=dice.choice((1, 1, 1, 2, 2, 3)))
    lines = {dice.choice(skus): dice.choice((1, 1, 1, 1, 2)) for skus, _ in chosen}
    return tuple(lines.items())


@cache
def _people() -> tuple[Person, ...]:
    return tuple(_person(entry) for entry in tomllib.loads(_PEOPLE.read_text(encoding="utf-8"))["person"])


def _person(entry: dict[str, Any]) -> Person:
    first, last = entry["name"]
    mailbox = ".".join("".join(filter(str.isalpha, _plain(name))) for name in (first, last))
    return Person(
        address=Address(
            first_name=first,
            last_name=last,
            line1=entry["street"],
            city=entry["city"],
            postal_code=entry["postal_code"],
            country=entry["country"],
            region=entry.get("region", ""),
        ),
        currency=entry.get("currency", "EUR"),
        email=f"{mailbox}@{_DOMAIN}",
        has_account=bool(entry.get("account")),
    )


def _plain(name: str) -> str:
    """Return a name in the letters that every mail server takes."""
    letters = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("ł", "l"))
    return letters.encode("ascii", "ignore").decode()
