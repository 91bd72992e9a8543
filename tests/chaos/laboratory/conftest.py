"""What `bin/laboratory` gives: its modules, found as bin/chaos finds them."""

import importlib
import sys

import pytest

from ecommerce.local.plan import ROOT


@pytest.fixture(scope="session")
def laboratory():
    """Return a function that imports a module of the laboratory."""
    sys.path.insert(0, str(ROOT / "bin"))
    yield lambda name: importlib.import_module(f"laboratory.{name}")
    sys.path.remove(str(ROOT / "bin"))
