"""Importing a catalogue, the same file again, and exporting it: seconds, and memory over time, which is not to grow with the file."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any, Protocol

from benchmarks import catalogue, machine
from benchmarks.shop import BenchShop

SIZES = tuple(str(size) for size in range(34, 54, 2))
MOST_MB = 140
MOST_GROWTH = 1.1
# In the first quarter of a shorter run the program may still be loading.
_SHORTEST_SECONDS = 60
_EVERY_SECONDS = 0.1


def measure(shop: BenchShop, folder: Path, *, products: int) -> dict[str, Any]:
    """Import products with ten variants each into an empty shop, import them again, and export them; returns `watch` of each."""
    file = folder / "products.csv"
    catalogue.write_export(file, products=products, sizes=SIZES)
    found = {
        "import": watch(shop, "import_products", str(file), "--currency", "EUR"),
        "the same again": watch(shop, "import_products", str(file), "--currency", "EUR"),
        "export": watch(shop, "export_products", str(folder / "export.csv"), "--currency", "EUR"),
    }
    return {"variants": products * len(SIZES), **found}


class Managed(Protocol):
    """A project whose `manage.py` can be run."""

    def start_manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `manage.py`."""


def watch(shop: Managed, *arguments: str) -> dict[str, float]:
    """Run `manage.py` and return its `seconds`, the most megabytes it held (`peak_mb`), and in the first and last quarter of its time."""
    started, samples = time.monotonic(), []
    with shop.start_manage(*arguments) as process:
        while process.poll() is None:
            samples.append((time.monotonic() - started, machine.resident_mb(process.pid)))
            time.sleep(_EVERY_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    seconds = time.monotonic() - started
    return {
        "seconds": round(seconds, 1),
        "peak_mb": round(max(held for _, held in samples)),
        "early_mb": round(max(held for at, held in samples if at <= seconds / 4)),
        "late_mb": round(max(held for at, held in samples if at >= seconds * 3 / 4)),
    }


def find_broken(name: str, run: dict[str, float]) -> list[str]:
    """Return what of a run that `watch` saw exceeds a limit, one sentence each."""
    broken = []
    if run["peak_mb"] > MOST_MB:
        broken.append(f"{name} held {run['peak_mb']} MB, at most {MOST_MB} are allowed")
    if run["seconds"] >= _SHORTEST_SECONDS and run["late_mb"] > run["early_mb"] * MOST_GROWTH:
        broken.append(
            f"{name} grew from {run['early_mb']} to {run['late_mb']} MB, at most {MOST_GROWTH} times is allowed"
        )
    return broken
