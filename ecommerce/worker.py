"""The Celery worker as the shop runs it: says when it is ready, and ends itself when it stops consuming.

After a restart of the broker a worker may stay connected and take nothing (celery #8030, #8091, #9054, #10302). A canary
task goes through the broker every few seconds; when none comes back to a worker that has nothing else to do, the process
ends and its supervisor starts another. Nothing is lost: work is claimed in PostgreSQL under a lease.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any, Final

from celery.signals import worker_ready
from celery.worker import state

from ecommerce.celery import app

_logger = logging.getLogger(__name__)
_INTERVAL_SECONDS: Final = 5.0
_IDLE_SILENCE_SECONDS: Final = 20.0
# Above the longest that honest work may keep every pool process busy (twice the task time limit).
_BUSY_SILENCE_SECONDS: Final = 180.0


@app.task(name="ecommerce.touch_canary", ignore_result=True)
def touch_canary(**kwargs: Any) -> None:
    """Prove that a message sent to the broker reaches a pool process."""
    _canary_file().touch()


@worker_ready.connect
def announce(**kwargs: Any) -> None:
    """Tell the supervisor that queues are being consumed, and start to watch that they stay so."""
    ready_file = os.environ.get("SHOP_WORKER_READY_FILE")
    if ready_file:
        Path(ready_file).touch()
        threading.Thread(target=_watch, name="canary", daemon=True).start()


def _watch() -> None:
    queue = os.environ["SHOP_WORKER_CANARY_QUEUE"]
    unanswered_since: float | None = None
    busy_at, accepted = time.time(), 0
    while True:
        sent_at = time.time()
        if _send(queue=queue) and unanswered_since is None:
            unanswered_since = sent_at
        time.sleep(_INTERVAL_SECONDS)
        now = time.time()
        if state.active_requests or state.all_total_count[0] != accepted:
            busy_at, accepted = now, state.all_total_count[0]
        if unanswered_since is None or _last_touch() >= unanswered_since:
            unanswered_since = None
            continue
        silence = now - unanswered_since
        if silence > _BUSY_SILENCE_SECONDS or min(silence, now - busy_at) > _IDLE_SILENCE_SECONDS:
            _logger.critical("no canary came back for %.0f s: ending this worker", silence)
            os.kill(os.getpid(), signal.SIGKILL)


def _send(*, queue: str) -> bool:
    try:
        touch_canary.apply_async(queue=queue, expires=60, retry=False)
    except Exception as error:  # the broker may fail in any way; the worker reconnects by itself
        _logger.warning("canary not sent: %s", error)
        return False
    return True


def _last_touch() -> float:
    try:
        return _canary_file().stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _canary_file() -> Path:
    return Path(os.environ["SHOP_WORKER_READY_FILE"]).with_suffix(".canary")
