"""What each role of a process is started with."""

import socket
from pathlib import Path

from ecommerce.local.plan import service_names, stop_order
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


def test_two_workers_of_one_folder_share_queues_but_not_what_says_that_they_work():
    profile, places = get_profile("all"), [place(number=1), place(number=2)]
    first, second = (command_of(Role.WORKER, profile=profile, place=each) for each in places)
    told = [environment_of(Role.WORKER, profile=profile, place=each) for each in places]

    assert option(first, "--hostname") != option(second, "--hostname")
    own = [own_queues(profile, each) for each in places]
    assert [{each["SHOP_WORKER_CANARY_QUEUE"]} for each in told] == own
    assert not own[0] & own[1]
    assert told[0]["SHOP_WORKER_READY_FILE"] != told[1]["SHOP_WORKER_READY_FILE"]


def test_further_relays_stop_with_the_first():
    order = stop_order(copies={"relay": 3})

    assert service_names("relay", copies={"relay": 3}) == ["relay", "relay-2", "relay-3"]
    assert ["relay", "relay-2", "relay-3"] in order
    assert order[-1] == ["postgres"]
