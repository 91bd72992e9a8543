"""The wall clock of every process of the shop and its provider, by libfaketime; that of PostgreSQL stays right."""

from __future__ import annotations

from pathlib import Path

from laboratory.faults.registry import Blow, fault

_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
_SKEW_SECONDS = 600
NAMES = ("clock_ahead", "clock_behind")


def find_library() -> Path | None:
    """Return libfaketime for programs with threads, None where it is not installed."""
    found = (path for folder in _LIBRARIES for path in Path(folder).glob("**/libfaketimeMT.so.1"))
    return next(found, None)


def environment(library: Path, *, file: Path) -> dict[str, str]:
    """Return what makes a process read its clock's offset from `file`, which is written for no offset."""
    write_offset(file, 0)
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        # Time-outs and schedules go by the monotonic clock, which no administrator sets.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "0",
    }


def write_offset(file: Path, seconds: int) -> None:
    """Set by how much the clock is wrong from the next second on."""
    draft = file.with_suffix(".draft")
    draft.write_text(f"{seconds:+d}\n")
    draft.replace(file)


def _skew(blow: Blow, seconds: int) -> None:
    file = Path(blow.shop.clock_file or "")
    write_offset(file, seconds)
    blow.note("died", target="clock", note=f"{seconds:+d} s")
    try:
        blow.last(least=8, most=20)
    finally:
        write_offset(file, 0)
    blow.lifted()
    blow.see_up("web")


@fault
def clock_ahead(blow: Blow) -> None:
    """The clocks of shop and provider are ten minutes ahead of PostgreSQL's."""
    _skew(blow, _SKEW_SECONDS)


@fault
def clock_behind(blow: Blow) -> None:
    """The clocks of shop and provider are ten minutes behind PostgreSQL's."""
    _skew(blow, -_SKEW_SECONDS)
