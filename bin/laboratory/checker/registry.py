"""The list of checks. A check is a function of one subject; its docstring is the sentence that must hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from laboratory.checker.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A subject of which the sentence does not hold. `figure` is the sum of the report that `amount` belongs to, if any."""

    subject: str
    detail: str
    witness: list[str] = field(default_factory=list)
    figure: str = ""
    amount: int = 1


Look = Callable[[Run, Any], Iterable[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One sentence about every one of some subjects."""

    invariant: str
    name: str
    holds: str
    subjects: Callable[[Run], Iterable[Any]]
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check found, and of how many subjects."""

    check: Check
    subjects: int
    violations: list[Violation]


REGISTERED: Final[list[Check]] = []


def check(invariant: str, *, over: Callable[[Run], Iterable[Any]]) -> Callable[[Look], Look]:
    """Register a function that looks at one of the subjects of `over` and yields what is wrong with it."""

    def register(look: Look) -> Look:
        holds = " ".join((look.__doc__ or "").split())
        REGISTERED.append(Check(invariant=invariant, name=look.__name__, holds=holds, subjects=over, look=look))
        return look

    return register


def run_check(check: Check, run: Run) -> Outcome:
    """Look at every subject of one check."""
    subjects, violations = 0, []
    for subject in check.subjects(run):
        subjects += 1
        violations.extend(check.look(run, subject))
    return Outcome(check=check, subjects=subjects, violations=violations)
