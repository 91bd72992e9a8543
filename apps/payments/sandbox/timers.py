"""What must happen at a time: sessions expire, refunds settle or fail."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping

from .store import Store, Transaction

POLL_SECONDS = 0.1
RETRY_SECONDS = 60.0

Action = Callable[[Transaction, str], None]


class Timers:
    """Runs due timers one by one, each in a transaction that also removes it."""

    def __init__(self, store: Store, actions: Mapping[str, Action], *, after: Callable[[], None]) -> None:
        self._store = store
        self._actions = actions
        self._after = after
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            with self._store.reading() as tx:
                sql = "SELECT seq, action, subject FROM timers WHERE due_at <= ? ORDER BY due_at LIMIT 100"
                due = tx.run(sql, time.time()).fetchall()
            for seq, action, subject in due:
                self._fire(seq, action, subject)

    def _fire(self, seq: int, action: str, subject: str) -> None:
        try:
            with self._store.transaction() as tx:
                self._actions[action](tx, subject)
                tx.run("DELETE FROM timers WHERE seq = ?", seq)
        except Exception:
            sys.stderr.write(f"timer {action} of {subject}: {traceback.format_exc()}")
            with self._store.transaction() as tx:
                tx.run("UPDATE timers SET due_at = ? WHERE seq = ?", time.time() + RETRY_SECONDS, seq)
        self._after()
