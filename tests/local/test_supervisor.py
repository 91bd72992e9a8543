"""The supervisor on dummy services: it knows nothing of the shop."""

import os
import signal

import pytest

from ecommerce.local.errors import StartError, StopRequested
from ecommerce.local.processes import identify

NAMES_ITSELF_AT_THE_END = """
import signal, sys, time
def end(*_):
    open({file!r}, "a").write({name!r} + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""
IGNORES_TERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)
HAS_A_WORKER = """
import subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({file!r}, "w").write(str(worker.pid) + "\\n")
time.sleep(60)
"""


def test_a_killed_child_is_started_again_and_counted(supervisor, make_service, tick_until):
    supervisor.start(make_service("web"))
    [killed] = supervisor.list_pids()["web"]

    os.kill(killed, signal.SIGKILL)
    tick_until(lambda: supervisor.list_pids()["web"] not in ([], [killed]))

    assert supervisor.count_restarts() == {"web": 1}


def test_restarts_of_a_child_that_keeps_dying_back_off(supervisor, make_service, tick_until, state):
    supervisor.start(make_service("web", "raise SystemExit(3)"))

    tick_until(lambda: supervisor.count_restarts()["web"] == 3)

    log = (state.logs / "supervisor.log").read_text()
    ends = [line for line in log.splitlines() if "exit status 3" in line]
    waits = [float(line.rpartition("next start in ")[2].removesuffix(" s")) for line in ends]
    assert waits[:3] == [0.2, 0.4, 0.8]


def test_workers_of_a_killed_child_do_not_linger(supervisor, make_service, tick_until, read_pid, tmp_path):
    file = tmp_path / "worker"
    supervisor.start(make_service("web", HAS_A_WORKER.format(file=str(file))))
    worker = identify(read_pid(file))
    tick_until(lambda: worker.pid in supervisor.list_pids()["web"])

    os.kill(supervisor.list_pids()["web"][0], signal.SIGKILL)

    tick_until(lambda: identify(worker.pid) != worker)


def test_the_listener_hears_of_every_new_pid(supervisor, make_service, tick_until):
    heard = []
    supervisor.start(make_service("web"))
    supervisor.listen(heard.append)
    [first] = heard[0]["web"]

    os.kill(first, signal.SIGKILL)
    tick_until(lambda: supervisor.list_pids()["web"] not in ([], [first]))
    supervisor.tick()

    assert heard[-1] == supervisor.list_pids()


def test_a_child_that_never_comes_up_stops_the_start_with_its_last_line(supervisor, make_service):
    service = make_service("web", "raise SystemExit('the setting X is wrong')", is_ready=lambda: False)
    supervisor.start(service)

    with pytest.raises(StartError, match=r"web does not start: the setting X is wrong .*web\.log"):
        supervisor.wait_until_ready(["web"])


def test_a_child_that_is_never_ready_stops_the_start_after_the_patience(supervisor, make_service):
    supervisor.start(make_service("web", is_ready=lambda: False))

    with pytest.raises(StartError, match="web was not ready after 0 s"):
        supervisor.wait_until_ready(["web"], patience=0.3)


def test_children_stop_group_after_group_and_the_unnamed_last(supervisor, make_service, tick_until, tmp_path, state):
    file = tmp_path / "ends"
    for name in ("database", "other", "web", "beat"):
        supervisor.start(make_service(name, NAMES_ITSELF_AT_THE_END.format(file=str(file), name=name)))
    tick_until(lambda: all((state.logs / f"{name}.log").read_text() for name in ("database", "other", "web", "beat")))

    supervisor.stop([("beat",), ("web",), ("database",)])

    assert file.read_text().split() == ["beat", "web", "database", "other"]


def test_a_child_that_ignores_its_stop_signal_is_killed(supervisor, make_service, tick_until, state):
    supervisor.start(make_service("web", IGNORES_TERM, stop_seconds=0.3))
    tick_until(lambda: "up" in (state.logs / "web.log").read_text())
    web = identify(supervisor.list_pids()["web"][0])

    supervisor.stop([])

    assert identify(web.pid) != web


def test_a_stop_ends_a_child_that_was_paused(supervisor, make_service):
    supervisor.start(make_service("web", stop_seconds=20))
    web = identify(supervisor.list_pids()["web"][0])
    os.kill(web.pid, signal.SIGSTOP)

    supervisor.stop([])

    assert identify(web.pid) != web


def test_children_are_out_of_reach_of_the_terminal(supervisor, make_service):
    supervisor.start(make_service("web"))
    [pid] = supervisor.list_pids()["web"]

    assert os.getpgid(pid) == pid
    assert os.getsid(pid) != os.getsid(0)


def test_a_signal_ends_a_wait(supervisor, make_service):
    before = signal.getsignal(signal.SIGTERM)
    supervisor.handle_signals()
    supervisor.start(make_service("web", is_ready=lambda: bool(os.kill(os.getpid(), signal.SIGTERM))))

    try:
        with pytest.raises(StopRequested):
            supervisor.wait_until_ready(["web"])
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, before if number == signal.SIGTERM else signal.default_int_handler)


def test_a_failing_command_stops_the_start_with_its_output(supervisor, make_service):
    with pytest.raises(StartError, match=r"migrate failed .exit status 2.*\n  no such table"):
        supervisor.run(make_service("migrate", "import sys; print('no such table'); sys.exit(2)"))


def test_a_long_log_is_rotated_while_its_child_writes(supervisor, make_service, tick_until, state, monkeypatch):
    monkeypatch.setattr("ecommerce.local.supervisor._LOG_LIMIT", 1000)
    monkeypatch.setattr("ecommerce.local.supervisor._LOGS_EVERY", 0)
    supervisor.start(make_service("web", "import time\nwhile True: print('x' * 99, flush=True); time.sleep(0.01)"))

    tick_until((state.logs / "web.log.1").exists)

    tick_until(lambda: 0 < (state.logs / "web.log").stat().st_size < 1000)


def test_what_ends_by_itself_is_told_and_not_started_again(supervisor, make_service, tick_until):
    supervisor.start(make_service("web", "print('12 orders made')", ends_by_itself=True))

    tick_until(lambda: not supervisor.list_pids()["web"])
    for _ in range(5):
        supervisor.tick()

    assert supervisor.count_restarts() == {"web": 0}
    assert supervisor.list_pids() == {"web": []}


def test_failure_of_what_ends_by_itself_stops_nothing_and_is_in_the_log(supervisor, make_service, tick_until, state):
    supervisor.start(make_service("other"))
    supervisor.start(make_service("web", "raise SystemExit('no worker recorded it')", ends_by_itself=True))

    tick_until(lambda: not supervisor.list_pids()["web"])

    assert supervisor.list_pids()["other"]
    assert "web ended: exit status 1" in (state.logs / "supervisor.log").read_text()
    assert supervisor.read_log("web") == ["no worker recorded it"]
