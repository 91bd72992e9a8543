"""The embedded PostgreSQL and Valkeys, with real processes: made, killed, recovered."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest
import redis

from ecommerce.local import postgres as embedded
from ecommerce.local.binaries import postgres_binary
from ecommerce.local.console import Console
from ecommerce.local.embedded import embedded_servers
from ecommerce.local.errors import StartError
from ecommerce.local.processes import identify, send_signal
from ecommerce.local.servers import Servers
from ecommerce.local.supervisor import Supervisor

pytestmark = pytest.mark.processes


@pytest.fixture
def servers(state, supervisor):
    made = Servers(given={}, state=state, durable=False)
    made.start(supervisor, console=Console(quiet=True))
    return made


def _write(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def _count(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


@pytest.mark.parametrize("name", ["plain", "with a space", "x" * 130], ids=["plain", "space", "over 107 bytes"])
def test_data_survives_a_second_start_whatever_the_path(tmp_path, name):
    folder = tmp_path / name
    with embedded_servers(folder) as urls:
        _write(urls.database)
        redis.Redis.from_url(urls.broker).set("kept", "1")
        redis.Redis.from_url(urls.cache).set("gone", "1")

    with embedded_servers(folder) as urls:
        assert _count(urls.database) == 1
        assert redis.Redis.from_url(urls.broker).get("kept") == b"1"
        assert redis.Redis.from_url(urls.cache).get("gone") is None


def test_servers_listen_on_private_sockets_only(servers, state, supervisor):
    with psycopg.connect(servers.urls()["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    for url in (servers.urls()["CACHE_URL"], servers.urls()["BROKER_URL"]):
        assert redis.Redis.from_url(url).config_get("port") == {"port": "0"}
    assert state.sockets.stat().st_mode & 0o077 == 0


def test_the_cache_may_evict_and_the_state_may_not(servers):
    cache, broker = (redis.Redis.from_url(servers.urls()[name]) for name in ("CACHE_URL", "BROKER_URL"))

    assert cache.config_get("maxmemory-policy", "appendonly") == {"maxmemory-policy": "allkeys-lfu", "appendonly": "no"}
    assert broker.config_get("maxmemory-policy", "appendonly") == {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
    }


def test_a_killed_postmaster_is_replaced_and_recovers(servers, supervisor, tick_until):
    url = servers.urls()["DATABASE_URL"]
    _write(url)
    [killed] = supervisor.list_pids()["postgres"]

    os.kill(killed, signal.SIGKILL)
    tick_until(lambda: supervisor.list_pids()["postgres"] not in ([], [killed]))
    tick_until(lambda: embedded.can_query(url), seconds=60)

    assert _count(url) == 1


def test_killed_servers_are_recovered_by_the_next_start(tmp_path):
    folder = tmp_path / "state"
    with embedded_servers(folder) as urls:
        _write(urls.database)
        postmaster = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        send_signal(postmaster, signal.SIGKILL)

    with embedded_servers(folder) as urls:
        assert _count(urls.database) == 1


def test_a_stale_pid_file_that_names_a_stranger_neither_blocks_nor_harms(tmp_path):
    folder = tmp_path / "state"
    with embedded_servers(folder):
        pass
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    data = folder / "postgres" / "data"
    (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n1\n5432\n\n\n\n")

    try:
        with embedded_servers(folder):
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_left_running_on_the_data_is_stopped_before_the_next(servers, supervisor, state):
    [pid] = supervisor.list_pids()["postgres"]
    left = identify(pid)
    again = embedded.Postgres(folder=state.path / "postgres", sockets=state.sockets, durable=False)

    again.clear_stale_pid_file()

    assert identify(pid) != left
    assert not (state.path / "postgres" / "data" / "postmaster.pid").exists()


def test_a_half_made_data_folder_is_made_anew(tmp_path):
    folder = tmp_path / "state"
    unfinished = folder / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    with embedded_servers(folder) as urls:
        assert embedded.can_query(urls.database)


def test_data_of_another_major_version_is_named(tmp_path):
    data = tmp_path / "state" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")

    with (
        pytest.raises(StartError, match=r"was made by PostgreSQL 17 and this is 18: start with --state DIR"),
        embedded_servers(tmp_path / "state"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up its privileges")
def test_root_without_user_namespaces_runs_postgres_as_nobody_or_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded.shutil, "which", lambda *_, **__: None)

    with (
        pytest.raises(StartError, match=r"the user nobody may not enter .*: start bin/up as an ordinary user"),
        embedded_servers(tmp_path / "state"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can step into a namespace of its own choice")
def test_an_ordinary_user_needs_no_namespace(tmp_path):
    # In a user namespace with another user's number this process is that user, with all the checks that follow.
    program = (
        "import os, sys; from pathlib import Path; from ecommerce.local.embedded import embedded_servers\n"
        "from ecommerce.local.postgres import Launcher, can_query, choose_launcher\n"
        "assert os.geteuid() == 1000 and choose_launcher(Path('/')) == Launcher()\n"
        "with embedded_servers(Path(sys.argv[1])) as urls: print(can_query(urls.database))"
    )

    ended = subprocess.run(
        ["unshare", "--user", "--map-user=1000", sys.executable, "-c", program, str(tmp_path / "state")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout == "True\n", ended.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up its privileges")
def test_without_namespaces_root_runs_postgres_as_nobody_where_that_user_may_enter(monkeypatch):
    monkeypatch.setattr(embedded.shutil, "which", lambda *_, **__: None)
    nobody = pwd.getpwnam("nobody").pw_uid
    binaries = Path(postgres_binary("postgres")).parent
    reaches_binaries = subprocess.run(["test", "-x", binaries / "postgres"], user=nobody, cwd="/", check=False)

    with tempfile.TemporaryDirectory(prefix="shop-nobody-", dir="/tmp") as name:
        Path(name).chmod(0o711)
        # In a private clone the binaries themselves are out of that user's reach.
        refusal = pytest.raises(StartError, match=str(binaries)) if reaches_binaries.returncode else nullcontext()
        with refusal, embedded_servers(Path(name) / "state") as urls:
            assert embedded.can_query(urls.database)
            assert (Path(name) / "state" / "postgres").stat().st_uid == nobody


def test_an_append_only_file_broken_by_a_power_cut_does_not_stop_the_start(tmp_path):
    folder = tmp_path / "state"
    with embedded_servers(folder) as urls:
        redis.Redis.from_url(urls.broker).set("kept", "1")
    [log] = (folder / "valkey-state" / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(b"\0" * 4096 + log.read_bytes())

    with embedded_servers(folder) as urls:
        assert redis.Redis.from_url(urls.broker).get("kept") is None
    assert (folder / "valkey-state" / "appendonlydir.broken").is_dir()


def test_an_address_that_leads_nowhere_is_named_with_an_example(state):
    supervisor = Supervisor(state=state, console=Console(quiet=True))
    servers = Servers(given={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/shop"}, state=state)
    try:
        with pytest.raises(StartError, match=r"DATABASE_URL does not lead to a database .*Example: DATABASE_URL="):
            servers.start(supervisor, console=Console(quiet=True))
    finally:
        supervisor.stop([])
