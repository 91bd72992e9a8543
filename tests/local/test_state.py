"""The state folder: one lock, secrets made once, orphans told from strangers."""

import io
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ecommerce.local.console import Console
from ecommerce.local.errors import StartError
from ecommerce.local.processes import identify, wait_until
from ecommerce.local.state import ChildRecord, StateFolder
from ecommerce.local.supervisor import Supervisor

LEAVES_A_CHILD = """
import os, sys, time
from pathlib import Path
from ecommerce.local.console import Console
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.local.supervisor import Supervisor

state = StateFolder(Path(sys.argv[1]))
state.open()
supervisor = Supervisor(state=state, console=Console(quiet=True))
# Out of reach of the parent-death signal, as a child is that was started before it could be armed.
program = ("import ctypes, subprocess, sys, time; ctypes.CDLL(None).prctl(1, 0, 0, 0, 0); "
           "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('up', flush=True); time.sleep(60)")
supervisor.start(Service(name="web", command=(sys.executable, "-c", program), environment={}, folder=state.path))
while "up" not in (state.logs / "web.log").read_text() or len(supervisor.list_pids()["web"]) < 2:
    supervisor.tick()
    time.sleep(0.05)
print(*supervisor.list_pids()["web"], flush=True)
time.sleep(60)
"""


@pytest.fixture
def killed_supervisor(tmp_path):
    """A state folder whose supervisor was killed, and the pids of the child and grandchild it left."""
    folder = tmp_path / "state"
    process = subprocess.Popen([sys.executable, "-c", LEAVES_A_CHILD, str(folder)], stdout=subprocess.PIPE, text=True)
    pids = [int(word) for word in process.stdout.readline().split()]
    orphans = [identify(pid) for pid in pids]
    process.kill()
    process.wait()
    yield StateFolder(folder), orphans
    for orphan in orphans:
        if identify(orphan.pid) == orphan:
            os.kill(orphan.pid, signal.SIGKILL)


def _alive(identities):
    return [identity for identity in identities if identify(identity.pid) == identity]


@pytest.mark.processes
def test_the_next_start_stops_what_a_killed_supervisor_left(killed_supervisor):
    state, orphans = killed_supervisor
    time.sleep(0.3)
    assert _alive(orphans) == orphans

    said = io.StringIO()
    state.open()
    state.stop_orphans(console=Console(stream=said))
    state.close()

    assert "stopping web" in said.getvalue()
    assert _alive(orphans) == []


@pytest.mark.processes
def test_a_worker_whose_parent_died_too_is_found_by_its_session_and_folder(killed_supervisor):
    state, [parent, worker] = killed_supervisor
    os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: not _alive([parent]), seconds=5)

    state.open()
    state.stop_orphans(console=Console(quiet=True))
    state.close()

    assert _alive([worker]) == []


@pytest.mark.parametrize("difference", ["another start time", "another folder"])
def test_a_process_that_is_not_exactly_the_recorded_one_is_left_alone(state, tmp_path, difference):
    stranger = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        cwd=tmp_path,
        env={"STATE_DIR": str(tmp_path / "another")},
        start_new_session=True,
    )
    started = "another boot:1" if difference == "another start time" else identify(stranger.pid).started
    state.record_children(
        [ChildRecord(name="web", pid=stranger.pid, started=started, stop_signal=int(signal.SIGKILL), stop_seconds=1)]
    )

    try:
        state.stop_orphans(console=Console(quiet=True))
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_second_shop_on_one_folder_is_refused_with_the_pid_of_the_first(state):
    with pytest.raises(StartError, match=rf"already runs on .*state \(pid {os.getpid()}\)"):
        StateFolder(state.path).open()


def test_a_closed_folder_can_be_opened_again(state):
    state.close()

    again = StateFolder(state.path)
    again.open()
    again.close()


def test_secrets_are_made_once_and_readable_by_their_owner_only(state):
    first = state.secrets()

    assert StateFolder(state.path).secrets() == first
    assert stat.S_IMODE((state.path / "secrets.json").stat().st_mode) == 0o600
    assert len(first.secret_key) >= 50


def test_run_json_is_private_and_goes_at_the_end(state):
    state.write_run({"urls": {}})

    assert stat.S_IMODE(state.run_file.stat().st_mode) == 0o600

    state.close()
    assert not state.run_file.exists()


def test_a_folder_that_was_there_keeps_its_mode(tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o750)
    folder.chmod(0o750)

    state = StateFolder(folder)
    state.open()
    state.close()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o750


@pytest.mark.parametrize("name", ["with a space", "long-" + "x" * 120], ids=["space", "long"])
def test_sockets_have_a_short_private_folder_whatever_the_path(tmp_path, name):
    state = StateFolder(tmp_path / name)
    state.open()

    sockets = state.sockets

    assert len(os.fsencode(sockets / "postgres" / ".s.PGSQL.5432")) < 107
    assert " " not in str(sockets)
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    state.close()
    assert not sockets.exists()


def test_a_file_where_the_folder_should_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StartError, match="file is not a folder: choose another with --state DIR"):
        StateFolder(tmp_path / "file").open()


def test_a_place_where_no_folder_can_be_is_named():
    with pytest.raises(StartError, match=r"/proc/shop cannot be made .*choose --state DIR"):
        StateFolder(Path("/proc/shop")).open()


def test_a_full_disk_is_named_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr("ecommerce.local.state._NEEDED_FIRST", 1 << 60)

    with pytest.raises(StartError, match=r"No space: the disk that holds .* MB free and the shop needs .* MB"):
        StateFolder(tmp_path / "state").open()


def test_children_do_not_inherit_the_lock(state, make_service):
    supervisor = Supervisor(state=state, console=Console(quiet=True))
    supervisor.start(make_service("web"))
    try:
        state._lock, handle = None, state._lock
        os.close(handle)

        StateFolder(state.path).open()
    finally:
        supervisor.stop([])
