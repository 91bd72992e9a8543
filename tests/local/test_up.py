"""The whole shop with real processes: started, killed in every way, recovered, stopped."""

import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from ecommerce.local.embedded import RunningShop, await_ready, embedded_servers, run_shop, start_shop
from ecommerce.local.errors import StartError
from ecommerce.local.files import read_json
from ecommerce.local.plan import ROOT
from ecommerce.local.ports import find_free_block
from ecommerce.local.processes import Identity, identify, kill_group, wait_until
from ecommerce.local.state import ENVIRONMENT_FILE, load_run

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
PRODUCTION = {
    "SHOP_ENVIRONMENT": "prod",
    "EMAIL_URL": "smtp://mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "Shop <orders@example.com>",
}
SERVICES = {"web", "sockets", "worker", "relay", "beat", "postgres", "valkey", "sandbox"}
# Three of web and of worker, two of sockets and of Valkey.
PROCESSES = 14


@dataclass(kw_only=True)
class Lives:
    """What was seen of a shop that was stopped, then orphaned, then killed as a whole, each time started again."""

    running: RunningShop | None = None
    stopped: dict[str, Any] = field(default_factory=dict)
    orphans: list[Identity] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """A shop that has been through all of that, and runs; the path of its state folder is no easy one. A start takes its time."""
    seen = Lives()
    state, port = tmp_path_factory.mktemp("a shop") / ("x" * 120), find_free_block()
    with run_shop(state=state, demo=False) as first:
        seen.stopped = _interrupt(first)
    second = start_shop(state=state, port=port, demo=False, environment={})
    await_ready(second, seconds=120)
    seen.kept.append(_kept_rows(second))
    left = _identities(second.run)
    second.process.kill()
    second.process.wait()
    third = start_shop(state=state, port=port, demo=False, environment={})
    await_ready(third, seconds=120)
    seen.orphans = _alive(left)
    seen.kept.append(_kept_rows(third))
    _kill_everything(third)
    with run_shop(state=state, demo=False) as fourth:
        seen.kept.append(_kept_rows(fourth))
        seen.running = fourth
        yield seen


@pytest.fixture(scope="module")
def shop(lives):
    """The shop that goes on running, whatever of it is killed."""
    return lives.running


def _interrupt(shop):
    """Press Ctrl-C; return what is to be seen afterwards."""
    everything = _identities(shop.run)
    log = shop.state / "logs" / "supervisor.log"
    before = len(log.read_text())
    shop.process.send_signal(signal.SIGINT)
    return {
        "status": shop.process.wait(timeout=60),
        "alive": _alive(everything),
        "has run.json": (shop.state / "run.json").exists(),
        "order": [line.split()[-2] for line in log.read_text()[before:].splitlines() if line.endswith(" stopped")],
    }


def _kill_everything(shop):
    everything = _identities(shop.run)
    shop.process.kill()
    for identity in everything:
        kill_group(identity.pid)
        if _alive([identity]):
            os.kill(identity.pid, signal.SIGKILL)
    shop.process.wait()


def _identities(run):
    return [identity for pids in run["pids"].values() for identity in map(identify, pids) if identity]


def _alive(identities):
    return [identity for identity in identities if identify(identity.pid) == identity]


def _status(url):
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own loopback address
        return answer.status


def _kept_rows(shop):
    [socket_folder] = {
        Path(c.laddr).parent for c in psutil.Process(shop.run["pids"]["postgres"][0]).net_connections("unix") if c.laddr
    }
    with psycopg.connect(f"postgresql://shop@/shop?host={socket_folder}", autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS local_kept (n int)")
        connection.execute("INSERT INTO local_kept VALUES (1)")
        return connection.execute("SELECT count(*) FROM local_kept").fetchone()[0]


def test_run_json_tells_tools_everything_and_only_its_owner(shop):
    run = shop.run

    assert set(run) == {"urls", "pids", "staff", "mail"}
    assert set(run["urls"]) == {"storefront", "api", "admin", "sandbox", "sockets"}
    assert set(run["pids"]) == SERVICES
    assert set(run["staff"]) == {"email", "password"}
    assert Path(run["mail"]).is_dir()
    assert stat.S_IMODE((shop.state / "run.json").stat().st_mode) == 0o600
    assert _status(run["urls"]["storefront"] + "/health/ready") == 200
    assert _status(f"http://127.0.0.1:{shop.port + 1}/health/ready") == 200


def test_every_listed_pid_lives_and_no_process_shares_the_group_of_the_supervisor(shop):
    pids = shop.run["pids"]

    assert len(_identities(shop.run)) == sum(map(len, pids.values())) == PROCESSES
    assert len(pids["web"]) == 3
    assert len(pids["worker"]) == 3
    assert len(pids["valkey"]) == 2
    assert shop.process.pid not in {os.getpgid(pid) for group in pids.values() for pid in group}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_killed_process_is_replaced(shop, name):
    assert wait_until(lambda: _is_whole(shop), seconds=60), "what an earlier test killed did not come back"
    before = shop.run["pids"][name]

    for pid in before:
        os.kill(pid, signal.SIGKILL)

    assert wait_until(lambda: _replaced(shop, name, before), seconds=60), shop.last_output()
    assert wait_until(lambda: _answers(shop.run["urls"]["storefront"] + "/health/ready"), seconds=60)


def _is_whole(shop):
    run = load_run(shop.state)
    return run is not None and set(run["pids"]) == SERVICES and len(_identities(run)) == PROCESSES


def _replaced(shop, name, before):
    now = (load_run(shop.state) or {"pids": {name: []}})["pids"][name]
    return len(now) == len(before) and not set(now) & set(before)


def _answers(url):
    try:
        return _status(url) == 200
    except OSError:
        return False


def test_one_killed_web_worker_is_replaced_without_the_others(shop):
    assert wait_until(lambda: _is_whole(shop), seconds=60)
    main, first, second = shop.run["pids"]["web"]
    # What it is forked from has loaded the application already.
    assert any("psycopg_binary" in each.path for each in psutil.Process(main).memory_maps())

    os.kill(second, signal.SIGKILL)

    def is_replaced():
        pids = shop.run["pids"]["web"]
        return len(pids) == 3 and second not in pids and {main, first} <= set(pids)

    assert wait_until(is_replaced, seconds=30), shop.run["pids"]["web"]


def test_ctrl_c_stops_everything_in_order_and_takes_run_json_away(lives):
    seen, order = lives.stopped, lives.stopped["order"]

    assert (seen["status"], seen["alive"], seen["has run.json"]) == (0, [], False)
    assert order[:3] == ["beat", "relay", "worker"]
    assert order[-1] == "postgres"


def test_after_a_killed_supervisor_the_next_start_ends_what_it_left_and_has_the_data(lives):
    assert lives.orphans == []
    assert lives.kept[:2] == [1, 2]


def test_after_everything_was_killed_at_once_the_next_start_has_the_data(lives):
    assert lives.kept == [1, 2, 3]


def test_a_second_start_on_the_same_folder_names_the_first(shop):
    with pytest.raises(StartError, match=rf"already runs on .* \(pid {shop.process.pid}\)"):
        _refuse(state=shop.state, port=find_free_block())

    assert _answers(shop.run["urls"]["storefront"] + "/health/ready")


def _refuse(*, state, port, **environment):
    with run_shop(state=state, port=port, demo=False, environment=environment, seconds=120):
        pass


@pytest.mark.parametrize(("offset", "whose"), [(0, "shop"), (1, "WebSockets"), (2, "payment sandbox")])
def test_a_taken_port_is_named_with_the_option_that_moves_it(tmp_path, offset, whose):
    port = find_free_block()
    with (
        closing(socket.create_server(("127.0.0.1", port + offset))),
        pytest.raises(StartError, match=rf"Port {port + offset} \({whose}\) is taken .* --port N"),
    ):
        _refuse(state=tmp_path / "state", port=port)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"LOG_LEVEL": "LOUD"}, r"LOG_LEVEL is 'LOUD': must be DEBUG, INFO, .*Example: LOG_LEVEL=INFO"),
        ({"SECURE_COOKIES": "perhaps"}, r"SECURE_COOKIES is 'perhaps': must be true or false\. Example:"),
        (PRODUCTION, r"SECRET_KEY is not set \(environment prod\)\. Example: SECRET_KEY="),
        (PRODUCTION | {"SECRET_KEY": "insecure-" + "x" * 60}, "SECRET_KEY is a default or shorter than 50 characters"),
        ({"SHOP_ENVIRONMENT": "moon"}, r"SHOP_ENVIRONMENT is 'moon', not one of .*local"),
        ({"SECRET_KEY": "insecure"}, "SECRET_KEY is a default or shorter than 50 characters"),
        ({"SHOP_PROFILE": "nothing"}, "SHOP_PROFILE is 'nothing', not one of all,"),
        ({"DATABASE_POOL_SIZE": "-1"}, r"DATABASE_POOL_SIZE is '-1': must be at least 0\. Example:"),
        ({"STOREFRONT_URL": "http://shop.lan"}, r"ALLOWED_HOSTS is '127.0.0.1,localhost', which leaves out 'shop.lan'"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL is 'mysql://x/y': must start with postgresql://"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_stops_the_start_with_its_name_and_an_example(tmp_path, settings, sentence):
    with pytest.raises(StartError, match=sentence):
        _refuse(state=tmp_path / "state", port=find_free_block(), **settings)


def test_with_addresses_given_it_starts_no_server_of_its_own(tmp_path):
    with embedded_servers(tmp_path / "mine") as urls:
        given = urls.environment() | {"STRIPE_API_KEY": "sk_test_mine", "STRIPE_WEBHOOK_SECRET": "whsec_mine"}
        given["EMAIL_URL"] = "smtp://127.0.0.1:2525"
        with run_shop(state=tmp_path / "state", demo=False, environment=given) as shop:
            pids = shop.run["pids"]

            assert [pids[name] for name in ("postgres", "valkey", "sandbox")] == [[], [], []]
            assert shop.run["urls"]["sandbox"] is None
            assert shop.run["mail"] is None
            with psycopg.connect(urls.database) as connection:
                assert connection.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 0
            _settings_reach_commands_and_nothing_else_is_kept(shop.state, given)
        assert not (tmp_path / "state" / ENVIRONMENT_FILE).exists()


def _settings_reach_commands_and_nothing_else_is_kept(state, given):
    kept = read_json(state / ENVIRONMENT_FILE)
    assert given.items() <= kept.items()
    assert not {"PATH", "HOME", "STAFF_PASSWORD"} & kept.keys()
    assert stat.S_IMODE((state / ENVIRONMENT_FILE).stat().st_mode) == 0o600
    printed = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", "from django.conf import settings; print(settings.STRIPE_API_KEY)"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], "STATE_DIR": str(state)}, capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    assert printed.stdout.strip() == "sk_test_mine"


def test_bin_up_check_places_an_order_and_says_when_what_happened():
    ended = subprocess.run(
        [sys.executable, "-m", "ecommerce.local", "up", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "] starting PostgreSQL and Valkey\n" in ended.stdout
    assert "WebSocket said processing" in ended.stdout
    assert "mail '" in ended.stdout
