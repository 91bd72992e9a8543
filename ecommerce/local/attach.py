"""Letting `manage.py` find the shop that `bin/up` runs."""

from __future__ import annotations

import os
from pathlib import Path

from ecommerce.local.files import read_json
from ecommerce.local.plan import ROOT
from ecommerce.local.state import ENVIRONMENT_FILE, STATE_VARIABLE


def use_running_shop() -> None:
    """Take over the settings of the shop running in STATE_DIR (`var/`), unless the environment says where else to go."""
    if os.environ.get("DATABASE_URL") or os.environ.get("SHOP_ENVIRONMENT"):
        return
    folder = Path(os.environ.get(STATE_VARIABLE) or ROOT / "var")
    for name, value in (read_json(folder / ENVIRONMENT_FILE) or {}).items():
        os.environ.setdefault(name, value)


def explain_unreachable(error: Exception) -> str:
    """Return what to do about a database that does not answer."""
    reason = str(error).strip().splitlines()[0]
    return f"manage.py: {reason}. Is the shop running? Start it with bin/up, or name a database with DATABASE_URL."
