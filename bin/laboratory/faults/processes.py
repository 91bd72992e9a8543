"""Processes that are killed, and processes that stop for a while."""

from __future__ import annotations

import signal

from laboratory.faults.registry import Blow, fault
from laboratory.shop import parent_of


@fault
def web_killed(blow: Blow) -> None:
    """SIGKILL of the web server's parent, which takes its workers along."""
    blow.end_with("web", blow.shop.parents("web"), signal.SIGKILL)


@fault
def web_worker_killed(blow: Blow) -> None:
    """SIGKILL of one web worker in the middle of its requests."""
    blow.end_with("web", [blow.dice.choice(blow.shop.children("web"))], signal.SIGKILL)


@fault
def web_worker_frozen(blow: Blow) -> None:
    """SIGSTOP of one web worker for some seconds, then SIGCONT."""
    blow.freeze("web", [blow.dice.choice(blow.shop.children("web"))], least=3, most=12)


@fault
def sockets_killed(blow: Blow) -> None:
    """SIGKILL of the process that serves WebSockets."""
    blow.end_with("sockets", blow.shop.parents("sockets"), signal.SIGKILL)


@fault
def worker_killed(blow: Blow) -> None:
    """SIGKILL of one Celery worker's parent, which takes its pool along."""
    blow.end_with("worker", [blow.dice.choice(blow.shop.parents("worker"))], signal.SIGKILL)


@fault
def all_workers_killed(blow: Blow) -> None:
    """SIGKILL of every process of every Celery worker at once."""
    blow.end_with("worker", blow.shop.pids("worker"), signal.SIGKILL)


@fault
def worker_child_killed(blow: Blow) -> None:
    """SIGKILL of one pool process of a Celery worker in the middle of its task."""
    blow.end_with("worker", [blow.dice.choice(blow.shop.children("worker"))], signal.SIGKILL)


@fault
def worker_child_frozen(blow: Blow) -> None:
    """SIGSTOP of one pool process for some seconds, then SIGCONT."""
    blow.freeze("worker", [blow.dice.choice(blow.shop.children("worker"))], least=4, most=15)


@fault
def workers_frozen_past_lease(blow: Blow) -> None:
    """SIGSTOP of one whole worker for longer than its leases, then SIGCONT: it must notice that its work was given away."""
    parent = blow.dice.choice(blow.shop.parents("worker"))
    pids = [parent, *(pid for pid in blow.shop.children("worker") if parent_of(pid) == parent)]
    blow.freeze("worker", pids, least=65, most=75)


@fault
def relay_killed(blow: Blow) -> None:
    """SIGKILL of one relay."""
    blow.end_with("relay", [blow.dice.choice(blow.shop.pids("relay"))], signal.SIGKILL)


@fault
def all_relays_killed(blow: Blow) -> None:
    """SIGKILL of every relay at once."""
    blow.end_with("relay", blow.shop.pids("relay"), signal.SIGKILL)


@fault
def relay_frozen(blow: Blow) -> None:
    """SIGSTOP of one relay, which may hold shards locked, then SIGCONT."""
    blow.freeze("relay", [blow.dice.choice(blow.shop.pids("relay"))], least=4, most=15)


@fault
def beat_killed(blow: Blow) -> None:
    """SIGKILL of the process that sends timed wake-ups."""
    blow.end_with("beat", blow.shop.pids("beat"), signal.SIGKILL)


@fault
def beat_frozen(blow: Blow) -> None:
    """SIGSTOP of the process that sends timed wake-ups, then SIGCONT."""
    blow.freeze("beat", blow.shop.pids("beat"), least=5, most=15)


@fault
def provider_killed(blow: Blow) -> None:
    """SIGKILL of the payment provider itself, in the middle of charges and webhooks."""
    blow.end_with("sandbox", blow.shop.pids("sandbox"), signal.SIGKILL)
