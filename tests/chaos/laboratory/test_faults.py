"""What strikes: each death and each return is seen, and what does not come back is said."""

import os
import random
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from ecommerce.local.plan import ROOT
from ecommerce.local.processes import identify, wait_until


class DummyShop:
    """Processes that somebody starts again, or not."""

    def __init__(self, *, restarts=True):
        self.restarts = restarts
        self.processes = [self.start(), self.start()]

    def start(self):
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])

    def pids(self, role):
        for number, process in enumerate(self.processes):
            if process.poll() is not None and self.restarts:
                self.processes[number] = self.start()
        return [process.pid for process in self.processes if process.poll() is None]

    def is_up(self, role):
        return True


@pytest.fixture
def shop():
    made = DummyShop()
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


@pytest.fixture
def blow(laboratory, shop, tmp_path):
    log = laboratory("folder").Lines(tmp_path / "faults.jsonl")
    over = threading.Event()
    yield laboratory("faults").Blow(shop=shop, proxy=None, dice=random.Random(1), log=log, over=over, name="test")
    log.close()


def lines(laboratory, tmp_path):
    return list(laboratory("folder").read_lines(tmp_path / "faults.jsonl"))


def test_killed_process_is_seen_dead_and_seen_replaced(laboratory, blow, shop, tmp_path):
    victim = shop.pids("worker")[0]

    blow.end_with("worker", [victim], signal.SIGKILL)

    written = lines(laboratory, tmp_path)
    assert [line["phase"] for line in written] == ["died", "end", "returned"]
    assert (written[0]["pid"], written[2]["pid"]) == (victim, victim)
    assert written[2]["new_pid"] in shop.pids("worker")
    assert written[2]["new_pid"] != victim


def test_process_that_nobody_replaces_is_complained_of(laboratory, blow, shop, monkeypatch):
    shop.restarts = False
    monkeypatch.setattr(laboratory("faults.registry"), "RETURN_SECONDS", 0.3)

    with pytest.raises(laboratory("faults").NotReturned, match="worker did not return"):
        blow.end_with("worker", shop.pids("worker"), signal.SIGKILL)


def test_frozen_process_stands_still_and_goes_on(laboratory, blow, shop, tmp_path):
    victim = psutil.Process(shop.pids("worker")[0])
    seen = []
    blow.last = lambda **_: seen.append(wait_until(lambda: victim.status() == psutil.STATUS_STOPPED, seconds=20))

    blow.freeze("worker", [victim.pid], least=1, most=1)

    assert seen == [True]
    assert victim.status() != psutil.STATUS_STOPPED
    returned = lines(laboratory, tmp_path)[-1]
    assert (returned["phase"], returned["pid"], returned["new_pid"]) == ("returned", victim.pid, victim.pid)


def test_frozen_process_that_was_replaced_meanwhile_is_named(laboratory, blow, shop, tmp_path):
    victim = shop.pids("worker")[0]
    identity = identify(victim)
    blow.last = lambda **_: (
        os.kill(victim, signal.SIGKILL),
        wait_until(lambda: identify(victim) != identity, seconds=20),
    )

    blow.freeze("worker", [victim], least=1, most=1)

    returned = lines(laboratory, tmp_path)[-1]
    assert (returned["phase"], returned["pid"]) == ("returned", victim)
    assert returned["new_pid"] not in (None, victim)


def test_every_fault_says_what_it_does(laboratory):
    faults = laboratory("faults").FAULTS

    assert len(faults) >= 45
    assert all(fault.what.endswith((".", "!")) for fault in faults.values())


def test_nemesis_deals_every_fault_once_before_any_twice_and_goes_on_after_one_that_fails(
    laboratory, monkeypatch, tmp_path
):
    registry, nemesis, folder = laboratory("faults.registry"), laboratory("nemesis"), laboratory("folder")
    dealt, enough = [], threading.Event()

    def strike(blow):
        dealt.append(blow.name)
        if len(dealt) == 6:
            enough.set()
        if blow.name == "b":
            raise registry.NotReturned("b stays away")

    for name in "abc":
        monkeypatch.setitem(registry.FAULTS, name, registry.Fault(name=name, what="Something.", strike=strike))
    monkeypatch.setattr(nemesis, "FIRST_SECONDS", (0, 0))
    monkeypatch.setattr(nemesis, "QUIET_SECONDS", (0, 0))
    kept = folder.Folder(tmp_path / "run")
    made = nemesis.Nemesis(["a", "b", "c"], shop=None, proxy=None, folder=kept, seed=3)

    made.start()
    assert enough.wait(30)
    made.end()
    kept.close()

    assert sorted(dealt[:3]) == sorted(dealt[3:6]) == ["a", "b", "c"]
    assert "b: b stays away" in made.not_returned


TELLS_THE_TIME = """
import sys, time
import django
django.setup()
from django.utils import timezone
from apps.kernel import clock
for _ in sys.stdin:
    right = time.clock_gettime(time.CLOCK_REALTIME)
    print(clock.now().timestamp() - right, timezone.now().timestamp() - right, time.time() - right, flush=True)
"""


def test_clocks_of_a_process_go_wrong_and_right_again(laboratory, tmp_path):
    clock, file = laboratory("faults.clock"), tmp_path / "clock"
    told = clock.environment(file)
    environment = {
        **os.environ,
        **told,
        "DJANGO_SETTINGS_MODULE": told["SHOP_SETTINGS_MODULE"],
        "SHOP_ENVIRONMENT": "test",
    }
    environment |= {"PYTHONPATH": str(ROOT), "DATABASE_URL": "postgresql://nobody@/nothing"}
    process = subprocess.Popen(
        [sys.executable, "-c", TELLS_THE_TIME],
        env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def is_off_by(seconds):
        process.stdin.write("\n")
        process.stdin.flush()
        said = process.stdout.readline().split()
        return len(said) == 3 and all(abs(float(word) - seconds) < 60 for word in said)

    assert wait_until(lambda: is_off_by(0), seconds=60)
    clock.write_offset(file, 600)
    assert wait_until(lambda: is_off_by(600), seconds=20)
    clock.write_offset(file, -600)
    assert wait_until(lambda: is_off_by(-600), seconds=20)
    process.stdin.close()
    process.wait(20)
