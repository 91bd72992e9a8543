"""docs/configure.md names every setting, with the default and the example that the code has."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from ecommerce.local.plan import ROOT
from tests.deploy.compose import DEPLOY, read_env_file, required_variables
from tests.deploy.filled import filled_in

_ROW = re.compile(
    r"^\| `(?P<name>[A-Z_]+)` \| (?P<meaning>.+?) \| (?P<default>.+?) \| `(?P<example>.+)` \|$", re.MULTILINE
)
# Their defaults are made from another setting or a folder; the page says which in words.
_DERIVED = {"STATE_DIR", "STATIC_ROOT", "MEDIA_ROOT", "API_URL", "ALLOWED_HOSTS", "PAYMENT_RETURN_URL"}
# Told to a process by whoever starts it, not by an operator.
_INTERNAL = {"SHOP_WORKER_READY_FILE", "SHOP_WORKER_CANARY_QUEUE", "DJANGO_SETTINGS_MODULE", "CELERY_BROKER_URL"}


@cache
def documented() -> dict[str, dict[str, str]]:
    text = (ROOT / "docs" / "configure.md").read_text(encoding="utf-8")
    rows = [match.groupdict() for match in _ROW.finditer(text)]
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names))
    assert text.count("\n| `") == len(rows)
    return {row["name"]: row for row in rows}


@cache
def read_by_the_settings() -> dict[str, dict[str, str | None]]:
    servers = {"DATABASE_URL": "postgresql://a@b/c", "CACHE_URL": "redis://b", "BROKER_URL": "redis://b"}
    given = {name: value for name, value in filled_in(**servers).items() if value}
    ended = subprocess.run(
        [sys.executable, Path(__file__).parent / "settings_read.py"],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "SHOP_ENVIRONMENT": "prod", **given},
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found: dict[str, dict[str, str | None]] = json.loads(ended.stdout)
    assert len(found) > 40
    return found


def read_past_the_settings() -> set[str]:
    """Return the names in `os.environ[...]` and `os.environ.get(...)` of code that runs in production."""
    paths = [*ROOT.glob("apps/**/*.py"), *ROOT.glob("ecommerce/*.py"), *ROOT.glob("ecommerce/settings/*.py")]
    return {name for path in paths for name in _environment_names(ast.parse(path.read_text(encoding="utf-8")))}


def _environment_names(tree: ast.Module) -> list[str]:
    words = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            words.append(node.slice)
        elif isinstance(node, ast.Call) and re.fullmatch(r"os\.environ\.(get|setdefault|pop)", ast.unparse(node.func)):
            words.append(node.args[0])
    return [word.value for word in words if isinstance(word, ast.Constant)]


def test_every_setting_is_documented_and_nothing_else():
    composition = {*required_variables(), *read_env_file(DEPLOY / "example.env"), "BACKUPS"}

    assert set(documented()) == (set(read_by_the_settings()) | (read_past_the_settings() - _INTERNAL) | composition)


@pytest.mark.parametrize("name", sorted(set(read_by_the_settings())))
def test_a_setting_is_documented_as_the_code_has_it(name):
    row, code = documented()[name], read_by_the_settings()[name]

    assert row["example"] == code["example"]
    if name not in _DERIVED:
        expected = "**required**" if code["default"] is None else f"`{code['default']}`"
        assert row["default"] == ("none" if code["default"] in ("", "[]") else expected)
