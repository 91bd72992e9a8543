"""An arena for each seed. `RACE_SEEDS=200 RACE_FIRST_SEED=1 pytest tests/chaos/races` tries more than the few that a usual run does."""

from __future__ import annotations

import importlib
import os

import pytest

from apps.messaging import commands
from ecommerce.local.plan import ROOT
from tests.chaos.races.arena import INSTALL, REMOVE, Arena, beside

FIRST = int(os.environ.get("RACE_FIRST_SEED", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("RACE_SEEDS", "2")))


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", SEEDS)


@pytest.fixture
def arena(seed, tmp_path, monkeypatch, transactional_db):
    """An arena whose races must not lean on the retry of deadlocks: the fixed order of locks has to prevent them."""
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    monkeypatch.setattr(commands, "_ATTEMPTS", 1)
    checker = {name: importlib.import_module(f"laboratory.checker.{name}") for name in ("__main__", "tables")}
    with beside() as own:
        own.execute(REMOVE + INSTALL)
    try:
        yield Arena(seed=seed, folder=tmp_path / "run", tables=checker["tables"].KINDS, check=checker["__main__"].main)
    finally:
        with beside() as own:
            own.execute(REMOVE)
