"""Reading a delimited file row by row, with every way such a file goes wrong told as one clear sentence."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Final, TextIO

from apps.catalog.contracts import FileColumn
from apps.catalog.errors import UnreadableFile
from apps.catalog.importing.cells import restore
from apps.kernel.errors import FieldError

# A cell may hold a long description; beyond this a quote was never closed.
_LONGEST_CELL: Final = 1_000_000
# Characters: going back after every stray quote of a file full of them would take for ever.
_MOST_READ_AGAIN: Final = 20_000_000
_DELIMITERS: Final = ",;\t|"
_NO_TEXT: Final = {
    b"PK\x03\x04": "a workbook or another archive; open it and save its sheet as CSV UTF-8",
    b"\x1f\x8b": "compressed; unpack it first",
}
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
# By a first line such as `sep=;` spreadsheets tell each other the delimiter.
_SEPARATOR: Final = re.compile(r'"?sep=(?P<delimiter>[,;\t|])"?[,;\t|]*[\r\n]*', re.IGNORECASE)
_LONGEST_SEPARATOR: Final = 100
# What PostgreSQL or a browser would choke on: control characters but for tab, line feed and carriage return.
_CONTROL: Final = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {127: None}


@dataclass(frozen=True, slots=True)
class Row:
    """One record: non-blank cells by canonical column name, stripped; `line` is where it starts, from 1."""

    line: int
    cells: Mapping[str, str]
    headings: frozenset[str] = frozenset()
    fault: str = ""

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which headings a format knows: for each canonical name its spellings, and the canonical names it cannot do without."""

    spellings: Mapping[str, Sequence[str]]
    required: Sequence[str]
    mapping: Mapping[str, str] = field(default_factory=dict)

    def canonical(self, heading: str) -> str:
        """Return the canonical name of `heading`, or `heading` itself where the format does not know it; "" leaves the column out."""
        plain = restore(heading.strip())
        if plain in self.mapping:
            return self.mapping[plain]
        return self._names().get(_key(heading), plain)

    def _names(self) -> dict[str, str]:
        return {_key(spelling): name for name, known in self.spellings.items() for spelling in (name, *known)}


def read_rows(*, path: Path, columns: Columns, encoding: str) -> Iterator[Row]:
    """Yield the rows of a file; blank ones are left out. Raises UnreadableFile where the file as a whole makes no sense."""
    csv.field_size_limit(_LONGEST_CELL)
    with _open(path, encoding=encoding) as file:
        delimiter = detect_delimiter(path=path, encoding=encoding)
        try:
            counted = _Lines(file, line=_skip_separator(file))
        except UnicodeError as error:
            raise _wrong_encoding(error, line=1, encoding=encoding) from error
        try:
            header = _read_header(csv.reader(counted, delimiter=delimiter), columns=columns)
            yield from _read_records(counted, delimiter=delimiter, header=header)
        except UnicodeError as error:
            raise _wrong_encoding(error, line=counted.line + 1, encoding=encoding) from error


def read_columns(*, path: Path, columns: Columns, encoding: str) -> list[FileColumn]:
    """Return the columns of a file, whether or not they make an import. Raises UnreadableFile."""
    csv.field_size_limit(_LONGEST_CELL)
    with _open(path, encoding=encoding) as file:
        reader = csv.reader(file, delimiter=detect_delimiter(path=path, encoding=encoding))
        try:
            _skip_separator(file)
            header = [restore(cell.strip()) for cell in next(reader, [])]
            first = _first_record(reader)
        except UnicodeError as error:
            raise _wrong_encoding(error, line=1, encoding=encoding) from error
        except csv.Error as error:
            raise _unreadable(f"The first line is no heading: {error}.") from error
    if not any(header):
        raise _unreadable("The file is empty or starts with a blank line; it needs a heading.")
    return [
        FileColumn(
            heading=heading,
            sample=restore(sample.translate(_CONTROL).strip())[:80],
            field=name if (name := columns.canonical(heading)) in columns.spellings else "",
        )
        for heading, sample in zip_longest(header, first[: len(header)], fillvalue="")
        if heading
    ]


def _first_record(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error:  # as every bad row, it stops nothing; the import tells what is wrong with it
        return []


def detect_delimiter(*, path: Path, encoding: str) -> str:
    """Return the delimiter that the file names, else that of comma, semicolon, tab and bar that splits its heading most."""
    with _open(path, encoding=encoding) as file:
        try:
            heading = file.readline(100_000)
        except UnicodeError as error:
            raise _wrong_encoding(error, line=1, encoding=encoding) from error
    named = _SEPARATOR.fullmatch(heading)
    return named["delimiter"] if named else max(_DELIMITERS, key=heading.count)


def _skip_separator(file: TextIO) -> int:
    """Leave the file at its heading, and return how many lines stand before it."""
    if _SEPARATOR.fullmatch(file.readline(_LONGEST_SEPARATOR)):
        return 1
    file.seek(0)
    return 0


def _open(path: Path, *, encoding: str) -> TextIO:
    try:
        with path.open("rb") as file:
            head = file.read(4)
        for mark, what in _NO_TEXT.items():
            if head.startswith(mark):
                raise _unreadable(f"{path.name} is {what}.")
        if head[:2] in _UTF16 and encoding == "utf-8-sig":
            raise _unreadable(f"{path.name} is UTF-16; save it as CSV UTF-8, or pass --encoding utf-16.")
        if b"\x00" in head and encoding == "utf-8-sig":
            name = "utf-16-be" if head.startswith(b"\x00") else "utf-16-le"
            raise _unreadable(f"{path.name} is UTF-16; save it as CSV UTF-8, or pass --encoding {name}.")
        return path.open(encoding=encoding, newline="")
    except OSError as error:
        raise _unreadable(f"{path} cannot be read: {error.strerror}.") from error
    except LookupError as error:
        raise _unreadable(f"{encoding!r} is no encoding; use one such as utf-8 or cp1252.") from error


class _Lines:
    """Counts physical lines, since a record with line breaks in its cells spans several, and can go back within a record."""

    def __init__(self, file: TextIO, *, line: int) -> None:
        self._file = file
        self._again: list[str] = []
        self._record: list[str] = []
        self._allowance = _MOST_READ_AGAIN
        self.line = line

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        text = self._again.pop() if self._again else next(self._file)
        self._record.append(text)
        self.line += 1
        return text

    def begin_record(self) -> int:
        """Return the line that a record starts in, which is the next."""
        self._record.clear()
        return self.line + 1

    def go_back_behind_first(self) -> bool:
        """Read again all lines of the record but its first; return False where so much was read again that the file makes no sense."""
        again = self._record[1:]
        self._allowance -= sum(map(len, again))
        if self._allowance < 0:
            return False
        self._again += reversed(again)
        self.line -= len(again)
        return True


def _read_header(reader: Iterator[list[str]], *, columns: Columns) -> list[str]:
    try:
        first = next(reader, None)
    except csv.Error as error:
        raise _unreadable(f"The first line is no heading: {error}.") from error
    if first is None or not any(cell.strip() for cell in first):
        raise _unreadable(
            f"The file is empty or starts with a blank line; it needs a heading: {', '.join(columns.required)}, ..."
        )
    header = [columns.canonical(cell) for cell in first]
    missing = [name for name in columns.required if name not in header]
    if len(missing) == len(columns.required):
        found = ", ".join(cell[:40] for cell in first[:5])
        raise _unreadable(
            f"The first line is no heading of this format. It has {found}; it needs {', '.join(columns.required)}."
        )
    if twice := [name for name in columns.spellings if header.count(name) > 1]:
        raise _unreadable(
            f"More than one column is {', '.join(twice)}; leave one of each, and leave out or rename the rest."
        )
    if missing:
        raise _unreadable(
            f"The heading lacks {', '.join(missing)}. A Shopify export has them; add the column and try again."
        )
    return header


def _read_records(counted: _Lines, *, delimiter: str, header: Sequence[str]) -> Iterator[Row]:
    """Yield the records; of one whose quotes make no sense the first line is left out, since what follows may be sound."""
    headings = frozenset(header)
    reader = csv.reader(counted, delimiter=delimiter, strict=True)
    seen_whole = False
    while True:
        line = counted.begin_record()
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            last = counted.line
            left_out = "this line is" if counted.go_back_behind_first() else f"all up to line {last} is"
            yield Row(line, {}, headings, fault=f"{_reason(error)}; {left_out} left out")
            reader = csv.reader(counted, delimiter=delimiter, strict=True)
            continue
        cells = {
            name: restore(clean)
            for name, cell in zip(header, record, strict=False)
            if name and (clean := cell.translate(_CONTROL).strip())
        }
        if cells:
            spills = any(cell.strip() for cell in record[len(header) :])
            # A comma at the end of every line means nothing; one in this line alone moved what stands before it.
            is_moved = spills or (len(record) > len(header) and seen_whole)
            fault = f"{len(record)} cells under {len(header)} headings" if is_moved else ""
            yield Row(line, cells, headings, fault=fault)
            seen_whole = seen_whole or len(record) == len(header)


def _reason(error: csv.Error) -> str:
    if "expected after" in str(error):
        return 'A quote begins a cell here and ends in the middle of one; a quote within a cell is written twice, as in "5"" pipe"'
    if "unexpected end" in str(error):
        return "A quote begins a cell here and is closed nowhere"
    if "field limit" in str(error):
        return f"A cell has more than {_LONGEST_CELL:,} characters, or its quote is not closed"
    return str(error)


def _key(heading: str) -> str:
    return " ".join(heading.lower().split())


def _wrong_encoding(error: UnicodeError, *, line: int, encoding: str) -> UnreadableFile:
    name = "UTF-8" if encoding == "utf-8-sig" else encoding
    bad = str(error)
    if isinstance(error, UnicodeDecodeError):
        # The file is read some thousand bytes at a time; the lines before these have been counted.
        line += error.object[: error.start].count(b"\n")
        bad = f"byte 0x{error.object[error.start : error.start + 1].hex()} near line {line}"
    return _unreadable(
        f"The file is not {name}: {bad}. Save it as CSV UTF-8, or name its encoding with --encoding, such as cp1252."
    )


def _unreadable(detail: str) -> UnreadableFile:
    return UnreadableFile(detail, fields=[FieldError("file", "unreadable_file", detail)])
