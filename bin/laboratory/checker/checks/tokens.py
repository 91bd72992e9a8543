"""I11: a sign-in is one line of refresh tokens, each used once and followed by one."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Groups, Run
from laboratory.checker.tables import RefreshToken


def _families(run: Run) -> list[tuple[str, list[RefreshToken]]]:
    return sorted(Groups(run.rows[RefreshToken], attrgetter("family_id")).items())


@check("I11", over=_families)
def one_successor_per_token(run: Run, family: tuple[str, list[RefreshToken]]) -> Iterator[Violation]:
    """Of a sign-in's refresh tokens at most one is unused: each that was used has one successor."""
    name, tokens = family
    unused = [token.id for token in tokens if token.consumed_at is None]
    if len(unused) > 1:
        detail = f"{len(unused)} of {len(tokens)} tokens are unused"
        yield Violation(subject=f"sign-in {name}", detail=detail, witness=[f"unused token {token}" for token in unused])
