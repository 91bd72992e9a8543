"""The Celery worker as the shop runs it: says when it is ready, and ends itself when it stops consuming.

After a restart of the broker a worker may stay connected and take nothing (celery #8030, #8091, #9054, #10302). A canary
task goes through the broker every few seconds; when neither it nor anything else comes to a worker that has nothing to do, the
process ends and its supervisor starts another. Nothing is lost: work is claimed in PostgreSQL under a lease.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from celery.signals import worker_process_init, worker_ready
from celery.worker import state

from ecommerce.celery import app
from ecommerce.collector import spare_loaded

_logger = logging.getLogger(__name__)
_INTERVAL_SECONDS: Final = 5.0
_IDLE_SILENCE_SECONDS: Final = 20.0
# Above the longest that honest work may keep every pool process busy (twice the task time limit).
_BUSY_SILENCE_SECONDS: Final = 180.0


@app.task(name="ecommerce.canary", ignore_result=True)
def take_canary(**kwargs: Any) -> None:
    """Do nothing: that a pool process takes it proves that messages come from the broker."""


@worker_process_init.connect
def spare_collector(**kwargs: Any) -> None:
    """Spare the garbage collector what the parent loaded, as the web process does."""
    spare_loaded()


@worker_ready.connect
def announce(**kwargs: Any) -> None:
    """Tell the supervisor that queues are being consumed, and start to watch that they stay so."""
    ready_file = os.environ.get("SHOP_WORKER_READY_FILE")
    if ready_file:
        Path(ready_file).touch()
        threading.Thread(target=_watch, name="canary", daemon=True).start()


@dataclass(slots=True)
class Hearing:
    """Whether anything still comes from the broker; times are seconds of one clock."""

    busy_at: float
    taken: int = 0
    asked_at: float | None = None

    def ask(self, at: float) -> None:
        """Note that a canary was sent."""
        self.asked_at = at if self.asked_at is None else self.asked_at

    def listen(self, *, taken: int, is_busy: bool, now: float) -> bool:
        """Tell whether something was taken since the last time: a worker far behind takes its canaries late, and other work before."""
        heard, self.taken = taken != self.taken, taken
        if heard:
            self.asked_at = None
        if heard or is_busy:
            self.busy_at = now
        return heard

    def silence(self, *, now: float) -> float:
        """Return for how long the worker has been deaf; 0 as long as it may just have too much to do."""
        asked = 0.0 if self.asked_at is None else now - self.asked_at
        is_deaf = asked > _BUSY_SILENCE_SECONDS or min(asked, now - self.busy_at) > _IDLE_SILENCE_SECONDS
        return asked if is_deaf else 0.0


def _watch() -> None:
    queue, hearing = os.environ["SHOP_WORKER_CANARY_QUEUE"], Hearing(busy_at=time.monotonic())
    while True:
        sent_at = time.monotonic()
        if _send(queue=queue):
            hearing.ask(sent_at)
        time.sleep(_INTERVAL_SECONDS)
        now = time.monotonic()
        if hearing.listen(taken=state.all_total_count[0], is_busy=bool(state.active_requests), now=now):
            _canary_file().touch()
        elif silence := hearing.silence(now=now):
            _logger.critical("nothing came from the broker for %.0f s: ending this worker", silence)
            os.kill(os.getpid(), signal.SIGKILL)


def _send(*, queue: str) -> bool:
    try:
        take_canary.apply_async(queue=queue, expires=60, retry=False)
    except Exception as error:  # the broker may fail in any way; the worker reconnects by itself
        _logger.warning("canary not sent: %s", error)
        return False
    return True


def _canary_file() -> Path:
    return Path(os.environ["SHOP_WORKER_READY_FILE"]).with_suffix(".canary")
