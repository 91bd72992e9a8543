"""Letting `manage.py` find the shop that `bin/up` runs."""

from __future__ import annotations

import os
from pathlib import Path

from ecommerce.local.files import read_json
from ecommerce.local.plan import ROOT
from ecommerce.local.state import ENVIRONMENT_FILE, STATE_VARIABLE


def use_running_shop() -> None:
    """Take over the settings of the shop running in STATE_DIR (`var/`), unless the environment names another one."""
    folder = Path(os.environ.get(STATE_VARIABLE) or ROOT / "var")
    settings: dict[str, str] = read_json(folder / ENVIRONMENT_FILE) or {}
    if all(os.environ.get(name) in (None, "", settings.get(name)) for name in ("DATABASE_URL", "SHOP_ENVIRONMENT")):
        os.environ.update({name: value for name, value in settings.items() if not os.environ.get(name)})


def explain_unreachable(error: Exception) -> str:
    """Return what to do about a database that does not answer."""
    reason = str(error).strip().splitlines()[0]
    return f"manage.py: {reason}. Is the shop running? Start it with bin/up, or name a database with DATABASE_URL."
