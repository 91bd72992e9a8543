"""Every service of the composition as a process: it becomes healthy, writes nowhere but to its folder, and stops in time."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from ecommerce.local.processes import wait_until
from tests.deploy.running import confined

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


def test_every_service_of_the_split_shop_has_become_healthy(shipped):
    # Each has passed its own health check by now: starting waits for that.
    running = set(shipped.supervisor.list_pids()) - {"sandbox"}

    assert running == {
        *("storefront", "api", "catalogue", "webhooks", "backoffice", "sockets"),
        *("worker-orders", "worker-fanout", "relay", "beat"),
    }


def test_the_services_of_the_whole_shop_become_healthy_too(shipped):
    shipped.start("all", "worker")

    assert {"all", "worker"} <= set(shipped.supervisor.list_pids())


def test_health_says_no_where_nobody_answers(shipped):
    environment = {**shipped.environments["api"], "PORT": "1"}
    shipped.environments["nobody"] = environment

    assert shipped.run("nobody", *shipped.services["api"].health[1:]).returncode == 1


def test_the_process_is_the_role_itself_so_that_signals_reach_it(shipped):
    web, worker = psutil.Process(shipped.pid("api")), psutil.Process(shipped.pid("worker-orders"))

    assert "ecommerce.web" in web.cmdline()
    assert "celery" in " ".join(worker.cmdline())
    sockets = psutil.Process(shipped.pid("sockets"))
    assert sockets.environ()["DATABASE_POOL_SIZE"] == "4"
    assert web.environ()["DATABASE_POOL_SIZE"] == "0"
    assert worker.environ()["DATABASE_POOL_SIZE"] == "0"


def test_a_service_sees_a_read_only_root_and_its_folders_to_write_to(shipped):
    if not confined():
        pytest.skip("this kernel gives no mount namespace")
    lines = Path(f"/proc/{shipped.pid('all')}/mountinfo").read_text().splitlines()
    options = {line.split()[4]: line.split()[5].split(",")[0] for line in lines}

    assert options["/"] == "ro"
    for place in (shipped.folder("all"), shipped.environments["all"]["MEDIA_ROOT"]):
        assert options[str(place)] == "rw"


@pytest.mark.parametrize("name", ["all", "worker"])
def test_a_service_ends_by_itself_when_it_is_told_to(shipped, name):
    process = psutil.Process(shipped.pid(name))
    children = process.children(recursive=True)

    os.kill(process.pid, signal.SIGTERM)

    seconds = shipped.services[name].stop_seconds
    assert wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE, seconds=seconds)
    assert os.waitpid(process.pid, 0)[1] == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
