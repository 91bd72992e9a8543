"""Messaging: commit to handler when idle, and how fast a backlog drains through real relay and worker processes."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from tests.messaging.lab import running_lab, wait_for

LATENCY = """SELECT extract(epoch FROM a.at - o.occurred_at) FROM probe_applied a JOIN messaging_outboxmessage o
             ON o.key = 'probe:' || a.key AND o.version = a.version WHERE a.key = 'idle' AND a.consumer = 'record'"""
DRAINED = "SELECT count(*) FROM probe_applied WHERE key LIKE 'bulk-%%'"
CONSUMERS = 2


def measure(folder: Path, *, backlog: int) -> dict[str, Any]:
    with running_lab(folder, durable=True) as lab:
        lab.publish_surely(thing="first", version=1)  # the processes load what they need
        wait_for(lambda: lab.applied("first"), what="the first message")
        time.sleep(1)
        for version in range(1, 41):
            lab.publish_surely(thing="idle", version=version)
            time.sleep(0.1)
        wait_for(lambda: len(lab.applied("idle")) == 40, what="the idle messages")
        latencies = sorted(float(row[0]) * 1000 for row in lab.query(LATENCY))
        started = time.monotonic()
        if (answer := lab.publish(call="happen_many", things=backlog // 5, versions=5)) != "ok":
            raise SystemExit(f"bin/bench: the backlog was not published: {answer}")
        while lab.query(DRAINED)[0][0] < backlog * CONSUMERS:
            time.sleep(0.2)
        seconds = time.monotonic() - started
    return {
        "commit_to_handler_ms": {"median": statistics.median(latencies), "p95": latencies[int(len(latencies) * 0.95)]},
        "backlog": {"messages": backlog, "consumers": CONSUMERS, "messages_per_second": backlog / seconds},
    }
