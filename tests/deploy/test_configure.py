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


def run_with_settings(*program: str | Path, **values: str) -> subprocess.CompletedProcess[str]:
    servers = {"DATABASE_URL": "postgresql://a@b/c", "CACHE_URL": "redis://b", "BROKER_URL": "redis://b"}
    given = {name: value for name, value in filled_in(**servers, **values).items() if value}
    return subprocess.run(
        [sys.executable, *program],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "SHOP_ENVIRONMENT": "prod", **given},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@cache
def read_by_the_settings() -> dict[str, dict[str, str | None]]:
    ended = run_with_settings(Path(__file__).parent / "settings_read.py")
    assert ended.returncode == 0, ended.stderr
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


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (
            {"TASK_TIME_LIMIT": "60"},
            "TASK_TIME_LIMIT is 60 and must be below MESSAGING_LEASE_SECONDS, 60: else two workers do the same work at once."
            " Example: TASK_TIME_LIMIT=50",
        ),
        (
            {"MESSAGING_LEASE_SECONDS": "30"},
            "TASK_TIME_LIMIT is 50 and must be below MESSAGING_LEASE_SECONDS, 30: else two workers do the same work at once."
            " Example: TASK_TIME_LIMIT=25",
        ),
        ({"TASK_TIME_LIMIT": "0"}, "TASK_TIME_LIMIT is '0': must be at least 1. Example: TASK_TIME_LIMIT=50"),
        (
            {"ALLOWED_HOSTS": "www.example.com"},
            "ALLOWED_HOSTS is 'www.example.com', which leaves out 'shop.example.com', the host of STOREFRONT_URL:"
            " every page would be refused. Example: ALLOWED_HOSTS=www.example.com,shop.example.com",
        ),
        ({"TAX_CLASSES": "standard,books"}, "TAX_CLASSES lacks exempt. Example: TAX_CLASSES=standard,exempt,reduced"),
        (
            {"TAX_CLASSES": "standard,exempt,Books"},
            "TAX_CLASSES has 'Books': a name is of a-z, 0-9, - and _, 50 at most. Example: TAX_CLASSES=standard,exempt,reduced",
        ),
        ({"DATABASE_POOL_SIZE": "-1"}, "DATABASE_POOL_SIZE is '-1': must be at least 0. Example: DATABASE_POOL_SIZE=8"),
    ],
)
def test_a_wrong_setting_is_refused_by_name_with_what_is_wrong_and_an_example(given, refusal):
    ended = run_with_settings("-m", "ecommerce.serve", "web", **given)

    assert (ended.returncode, ended.stderr) == (2, f"{refusal}\n")


def test_hosts_may_cover_the_storefronts_by_a_pattern():
    ended = run_with_settings(
        "-c", "import ecommerce.settings as s; print(s.ALLOWED_HOSTS)", ALLOWED_HOSTS=".example.com"
    )

    assert (ended.stdout, ended.stderr) == ("['.example.com']\n", "")
