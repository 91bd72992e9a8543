"""Supervised dummy services: small Python programs on a state folder of the test's own."""

import sys
import time
from pathlib import Path

import pytest

from ecommerce.local.console import Console
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.local.supervisor import Supervisor


@pytest.fixture
def state(tmp_path):
    folder = StateFolder(tmp_path / "state")
    folder.open()
    yield folder
    folder.close()


@pytest.fixture
def supervisor(state):
    made = Supervisor(state=state, console=Console(quiet=True))
    yield made
    made.stop([])


@pytest.fixture
def make_service(tmp_path):
    def make(name, program="import time; time.sleep(60)", **options):
        command = (sys.executable, "-c", program)
        return Service(name=name, command=command, environment={}, folder=tmp_path, **options)

    return make


@pytest.fixture
def tick_until(supervisor):
    """Let the supervisor look after its children until a condition holds."""

    def tick(condition, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "the awaited state did not come"
            supervisor.tick()
            time.sleep(0.02)

    return tick


@pytest.fixture
def read_pid(tick_until):
    """Return the pid that a dummy wrote to a file."""

    def read(path: Path):
        tick_until(lambda: path.exists() and path.read_text().endswith("\n"))
        return int(path.read_text())

    return read
