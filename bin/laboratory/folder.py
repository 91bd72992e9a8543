"""The folder that a run leaves behind: lines of JSON, each flushed at once. What is in them is in the checker's own description."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


class Lines:
    """A file of JSON lines that many threads append to."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def write(self, **line: Any) -> None:
        encoded = json.dumps(line, separators=(",", ":")) + "\n"
        with self._lock:
            if not self._file.closed:
                self._file.write(encoded)
                self._file.flush()

    def close(self) -> None:
        with self._lock:
            self._file.close()


class Folder:
    """One run's folder, which must not hold another's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise SystemExit(f"bin/chaos: {path} is not empty; name a new folder with --report.")
        self.buyers, self.sockets, self.faults, self.snapshots, self.arrivals = (
            Lines(path / f"{name}.jsonl") for name in ("buyers", "sockets", "faults", "snapshots", "arrivals")
        )

    def close(self) -> None:
        for lines in (self.buyers, self.sockets, self.faults, self.snapshots, self.arrivals):
            lines.close()

    def write_all(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        """Write a whole file of lines."""
        with (self.path / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, separators=(",", ":"), default=str) + "\n" for row in rows)

    def write_json(self, name: str, content: Any) -> None:
        (self.path / name).write_text(json.dumps(content, indent=2, default=str) + "\n")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Return every line of a file; none of one that is absent."""
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


def read_json(path: Path) -> Any:
    return json.loads(path.read_text()) if path.exists() else None
