"""Print what the settings read from the environment, as JSON: {name: {"example": ..., "default": ... or null}}."""

import importlib.util
import json
import sys
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "ecommerce" / "settings" / "env.py"
# Loaded before its package, which reads everything as it is imported.
spec = importlib.util.spec_from_file_location("ecommerce.settings.env", PATH)
env = importlib.util.module_from_spec(spec)
sys.modules["ecommerce.settings.env"] = env
spec.loader.exec_module(env)
found: dict[str, dict[str, str | None]] = {}
read = env.read


def note(name, parse, *, example, default=env._MISSING):
    """Note what is asked for, and answer as usual."""
    value = env.environment_file().get(name, default)
    found[name] = {"example": example, "default": None if value is env._MISSING else str(value)}
    return read(name, parse, example=example, default=default)


env.read = note
import ecommerce.settings  # noqa: E402, F401 - reads them all

sys.stdout.write(json.dumps(found))
