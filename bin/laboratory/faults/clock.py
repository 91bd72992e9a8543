"""The wall clock of every process of the shop; those of PostgreSQL and the payment provider stay right."""

from __future__ import annotations

from pathlib import Path

from laboratory.faults.registry import Blow, fault

_SKEW_SECONDS = 600


def environment(file: Path) -> dict[str, str]:
    """Return what makes the shop's processes read by how much their clock is wrong from `file`, which is made: not at all."""
    write_offset(file, 0)
    return {"SHOP_SETTINGS_MODULE": "bin.laboratory.skew", "LABORATORY_CLOCK": str(file)}


def write_offset(file: Path, seconds: int) -> None:
    """Set by how much the clock is wrong from the next second on."""
    draft = file.with_suffix(".draft")
    draft.write_text(f"{seconds:+d}\n")
    draft.replace(file)


def _skew(blow: Blow, seconds: int) -> None:
    write_offset(blow.shop.clock_file, seconds)
    blow.note("died", target="clock", note=f"{seconds:+d} s")
    try:
        blow.last(least=10, most=25)
    finally:
        write_offset(blow.shop.clock_file, 0)
    blow.lifted()
    blow.see_up("web")


@fault
def clock_ahead(blow: Blow) -> None:
    """The shop's clocks are ten minutes ahead of PostgreSQL's and the provider's."""
    _skew(blow, _SKEW_SECONDS)


@fault
def clock_behind(blow: Blow) -> None:
    """The shop's clocks are ten minutes behind PostgreSQL's and the provider's."""
    _skew(blow, -_SKEW_SECONDS)
