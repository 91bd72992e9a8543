"""Audits: what must hold in the tables of the living shop, whatever died in between. Each app registers its own in `audits.py`.

A check only reads. It walks over all its subjects in batches, or looks at given ones alone; what it suspects is looked at again later,
so that a change under way is not taken for a fault. `manage.py audit` walks all checks once; beat walks on for some seconds at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import models

from apps.messaging.contracts import Finding, Looked

Batches = Callable[[str], Iterable[Sequence[str]]]
Look = Callable[[Sequence[str] | None], Iterable[Finding]]
Act = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold.

    `name` is "app.what"; `holds` the sentence that is true of a sound shop. `batches(after)` yields the ids of all subjects behind `after`
    ("" for all), some hundred at a time, in an order that goes on there; None where `look(None)` looks at everything in one statement.
    `look(subjects)` returns at most one finding for each.
    """

    name: str
    holds: str
    look: Look
    batches: Batches | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Something safe that staff may do about a finding: `act(subject)` may be repeated and harms nothing where all is well."""

    name: str
    does: str
    act: Act


_checks: dict[str, Check] = {}
_repairs: dict[str, Repair] = {}


def check(name: str, *, holds: str, batches: Batches | None = None) -> Callable[[Look], Look]:
    """Register the function that looks; the arguments are those of `Check`."""

    def register(look: Look) -> Look:
        if name in _checks and _checks[name].look is not look:
            raise ValueError(f"check {name} is registered twice")
        _checks[name] = Check(name=name, holds=holds, look=look, batches=batches)
        return look

    return register


def repair(name: str, *, does: str) -> Callable[[Act], Act]:
    """Register the function that heals; the arguments are those of `Repair`."""

    def register(act: Act) -> Act:
        if name in _repairs and _repairs[name].act is not act:
            raise ValueError(f"repair {name} is registered twice")
        _repairs[name] = Repair(name=name, does=does, act=act)
        return act

    return register


def checks() -> list[Check]:
    """Return every registered check, by name."""
    return sorted(_checks.values(), key=lambda check: check.name)


def find_check(name: str) -> Check:
    """Return a registered check; KeyError."""
    return _checks[name]


def find_repair(name: str) -> Repair:
    """Return a registered repair; KeyError."""
    return _repairs[name]


def walk(check: Check, *, after: str = "") -> Iterator[Looked]:
    """Look at one batch of the check's subjects after the other, beginning behind `after`."""
    if check.batches is None:
        yield Looked(position="", count=1, findings=tuple(check.look(None)))
        return
    for subjects in check.batches(after):
        yield look_at(check, subjects)


def look_at(check: Check, subjects: Sequence[str]) -> Looked:
    """Look at one batch."""
    return Looked(position=subjects[-1], count=len(subjects), findings=tuple(check.look(subjects)))


def ids_of(model: type[models.Model], *, size: int = 500) -> Batches:
    """Return the batches of a check that looks at every row of a table, by ascending primary key."""

    def batches(after: str) -> Iterator[Sequence[str]]:
        rows = model._default_manager.order_by("pk").values_list("pk", flat=True)
        while found := list((rows.filter(pk__gt=after) if after else rows)[:size]):
            after = str(found[-1])
            yield [str(key) for key in found]

    return batches
