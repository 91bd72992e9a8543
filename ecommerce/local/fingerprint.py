"""What the prepared database and the collected static files were made from, as one short hash each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint_database(root: Path, *, demo: bool) -> str:
    """Return a hash that changes with every migration, management command, demo file and locked version."""
    patterns = ("apps/*/migrations/*.py", "apps/*/management/**/*", "apps/*/demo/**/*", "requirements.lock")
    return _fingerprint(root, patterns=patterns, extra=f"demo={demo}")


def fingerprint_static(root: Path) -> str:
    """Return a hash that changes with every static file of ours and every locked version."""
    return _fingerprint(root, patterns=("apps/*/static/**/*", "requirements.lock"), extra="")


def _fingerprint(root: Path, *, patterns: Iterable[str], extra: str) -> str:
    digest = hashlib.sha256(extra.encode())
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"\0{path.relative_to(root)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
