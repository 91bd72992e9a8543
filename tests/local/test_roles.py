"""What each role of a process is started with."""

import socket
from pathlib import Path

from ecommerce.profiles import get_profile
from ecommerce.roles import Place, Role, command_of, environment_of


def option(command, name):
    return command[command.index(name) + 1]


def place(**changed):
    return Place(**{"host": "", "port": 0, "folder": Path("var"), "broker": "", "storefront": "", **changed})


def own_queues(profile, where):
    queues = option(command_of(Role.WORKER, profile=profile, place=where), "--queues").split(",")
    return set(queues) - set(profile.queues)


def test_worker_takes_its_canaries_from_a_queue_that_a_worker_on_another_machine_does_not(monkeypatch):
    profile = get_profile("worker")
    here = own_queues(profile, place())
    told = environment_of(Role.WORKER, profile=profile, place=place())["SHOP_WORKER_CANARY_QUEUE"]

    monkeypatch.setattr(socket, "gethostname", lambda: "another")

    assert here == {told}
    assert not here & own_queues(profile, place())
