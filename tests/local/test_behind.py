"""Work behind the orders yields the processor: `nice`, and the same for its session, which Linux looks at first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ecommerce.local.plan import ROOT

BEHIND = (sys.executable, "-I", "-S", str(ROOT / "ecommerce" / "behind.py"))
SAY = (sys.executable, "-c", "import os, pathlib; print(os.nice(0), pathlib.Path('/proc/self/autogroup').read_text())")

needs_autogroups = pytest.mark.skipif(
    not Path("/proc/self/autogroup").exists(), reason="this system shares the processor without autogroups"
)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, **options).stdout


@needs_autogroups
def test_leader_of_a_session_yields_for_all_of_it():
    said = run(*BEHIND, *SAY, start_new_session=True)

    assert said.split()[0] == str(os.nice(0) + 5)
    assert said.split()[-1] == "5"


@needs_autogroups
def test_a_process_in_somebody_elses_session_leaves_that_alone():
    before = Path("/proc/self/autogroup").read_text()

    run(*BEHIND, *SAY)

    assert Path("/proc/self/autogroup").read_text() == before


def test_it_becomes_the_command():
    assert run(*BEHIND, "echo", "a b", "c") == "a b c\n"
