"""Reading a plain `pg_dump`: the COPY sections of chosen tables, row by row, nothing else of the file is kept.

Format of the sections: PostgreSQL manual, COPY, "Text Format".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar, get_type_hints

from laboratory.checker.errors import NotWhole

R = TypeVar("R")
_COPY: Final = re.compile(r"COPY (?:\w+\.)?\"?(\w+)\"? \((.*)\) FROM stdin;")
_ESCAPED: Final = re.compile(r"\\(.)")
_PLAIN: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_COMPLETE: Final = "-- PostgreSQL database dump complete"


def read_dump(path: Path, *, kinds: Mapping[str, type[R]]) -> Iterator[R]:
    """Yield each row of the tables in `kinds` (by table name) as an instance of its dataclass, whose fields name columns.

    Raises NotWhole where a table or a column is missing, or the dump has no end.
    """
    missing, complete = dict(kinds), False
    with path.open(encoding="utf-8", newline="\n") as file:
        lines = iter(file)
        for line in lines:
            complete = complete or line.startswith(_COMPLETE)
            if not line.startswith("COPY ") or not (begun := _COPY.match(line)):
                continue
            kind = missing.pop(begun[1], None)
            if kind is None:
                _skip(lines)
            else:
                yield from _read_rows(lines, kind, begun[1], begun[2].replace('"', "").split(", "))
    if missing or not complete:
        raise NotWhole(f"{path.name} {'lacks ' + ', '.join(sorted(missing)) if missing else 'has no end'}")


def _skip(lines: Iterator[str]) -> None:
    for line in lines:
        if line == "\\.\n":
            return


def _read_rows(lines: Iterator[str], kind: type[R], table: str, columns: list[str]) -> Iterator[R]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if absent := set(names) - set(columns):
        raise NotWhole(f"the dump's {table} lacks {', '.join(sorted(absent))}")
    readers = [(columns.index(name), _READERS[hints[name]]) for name in names]
    for line in lines:
        if line == "\\.\n":
            return
        cells = line.rstrip("\n").split("\t")
        if not line.endswith("\n") or len(cells) != len(columns):
            break
        yield kind(*(None if cells[at] == "\\N" else read(cells[at]) for at, read in readers))
    raise NotWhole(f"the dump ends inside {table}")


def _unescape(cell: str) -> str:
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), cell) if "\\" in cell else cell


def _moment(cell: str) -> float:
    return datetime.fromisoformat(cell).timestamp()


_READERS: Final[Mapping[Any, Callable[[str], Any]]] = {
    str: _unescape,
    str | None: _unescape,
    int: int,
    Decimal: Decimal,
    bool: lambda cell: cell == "t",
    float: _moment,
    float | None: _moment,
    dict: lambda cell: json.loads(_unescape(cell)),
}
