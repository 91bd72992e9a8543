"""For tests: the whole of messaging in one process and one call."""

from __future__ import annotations

from apps.messaging import inbox, relay, work
from apps.persistence.databases import aliases


def deliver_all(*, rounds: int = 50, slow: bool = True) -> None:
    """Relay, drain and drive until nothing is due; raises AssertionError where work goes on and on.

    Without `slow`, drivers that say they are slow are left alone: drawing hundreds of pictures is not what most tests wait for.
    """
    for alias in aliases():
        relay.ensure_shards(alias=alias)
    for _ in range(rounds):
        if not _deliver_once(slow=slow):
            return
    raise AssertionError(f"still busy after {rounds} rounds")


def _deliver_once(*, slow: bool) -> int:
    relayed = sum(relay.relay_once(alias=alias) for alias in aliases())
    drained = sum(inbox.drain(queue=queue) for alias in aliases() for queue in inbox.due_queues(alias=alias))
    due = [driver for driver in work.due_drivers() if slow or not driver.slow]
    return relayed + drained + sum(work.drive(name=driver.name) for driver in due)
