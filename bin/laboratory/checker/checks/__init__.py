"""The invariants I1 to I12, a module for each thing they speak of."""

from typing import Final

from laboratory.checker.checks import answers, events, money, reads, sagas, sockets, stock, sums, tokens
from laboratory.checker.registry import REGISTERED, Check

MODULES: Final = (answers, events, money, reads, sagas, sockets, stock, sums, tokens)
CHECKS: Final[list[Check]] = sorted(REGISTERED, key=lambda check: (int(check.invariant[1:]), check.name))
