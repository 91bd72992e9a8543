"""For tests: the whole of messaging in one process and one call."""

from __future__ import annotations

from apps.messaging import inbox, relay, work
from apps.messaging.subscriptions import queues
from apps.persistence.databases import aliases


def deliver_all(*, rounds: int = 50) -> None:
    """Relay, drain and drive until nothing is due; raises AssertionError where work goes on and on."""
    for alias in aliases():
        relay.ensure_shards(alias=alias)
    for _ in range(rounds):
        if not _deliver_once():
            return
    raise AssertionError(f"still busy after {rounds} rounds")


def _deliver_once() -> int:
    relayed = sum(relay.relay_once(alias=alias) for alias in aliases())
    drained = sum(inbox.drain(queue=queue) for queue in queues())
    return relayed + drained + sum(work.drive(name=driver.name) for driver in work.drivers())
