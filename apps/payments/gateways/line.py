"""How this process talks to one provider: few calls at once, retries under one key, a circuit breaker.

All state is in the process. Each process learns by itself that a provider is down, from its own calls; that costs a few
calls per process and needs nobody else to be up.
Sources: https://docs.stripe.com/error-low-level (retry with the same key), Nygard, Release It! (breaker, bulkhead).
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from apps.payments import metrics
from apps.payments.errors import ProviderUnavailable
from apps.payments.gateways.errors import StoredFailure, TransientFault

logger = logging.getLogger(__name__)
T = TypeVar("T")

WINDOW: Final = 100
FEWEST_CALLS: Final = 10
OPEN_SECONDS: Final = 30.0
ATTEMPTS: Final = 3
_BACKOFF_SECONDS: Final = 0.2
_SLOT_SECONDS: Final = 2.0


class CircuitBreaker:
    """Opens when half of the last hundred calls failed, at least ten known; lets one through after thirty seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: deque[bool] = deque(maxlen=WINDOW)
        self._closed_again_at: float | None = None

    def seconds_to_wait(self) -> float:
        """Return 0 where a call may go out; a probe of an open circuit counts as out from now."""
        with self._lock:
            if self._closed_again_at is None:
                return 0.0
            wait = self._closed_again_at - self._clock()
            if wait <= 0:
                self._closed_again_at = self._clock() + OPEN_SECONDS
                return 0.0
            return wait

    def record(self, *, failed: bool) -> None:
        """Count one call; the first good one after the circuit opened closes it."""
        with self._lock:
            self._failures.append(failed)
            if not failed and self._closed_again_at is not None:
                self._closed_again_at = None
                self._failures.clear()
            elif len(self._failures) >= FEWEST_CALLS and 2 * sum(self._failures) >= len(self._failures):
                self._closed_again_at = self._clock() + OPEN_SECONDS


class ProviderLine:
    """Calls to one provider from this process.

    `concurrency` calls at once; a call waits two seconds for a slot. `patience_seconds`: no attempt starts later than
    that after the first, so that a request ends within it plus one time-out.
    """

    def __init__(self, *, provider: str, concurrency: int, patience_seconds: float) -> None:
        self.provider = provider
        self.breaker = CircuitBreaker()
        self._slots = threading.BoundedSemaphore(concurrency)
        self._patience = patience_seconds

    def call(self, send: Callable[[], T]) -> T:
        """Return what `send` returns, calling it up to three times while it raises TransientFault.

        Any other exception is an answer and passes through. Raises StoredFailure for a replayed failure, else
        ProviderUnavailable.
        """
        with self._slot():
            started, attempt = time.monotonic(), 1
            while True:
                try:
                    return self._attempt(send)
                except TransientFault as fault:
                    if fault.is_stored:
                        raise StoredFailure(f"{self.provider} keeps answering with a failure: {fault}") from fault
                    if attempt == ATTEMPTS or time.monotonic() - started > self._patience:
                        raise ProviderUnavailable(f"{self.provider} does not answer; try again.") from fault
                    logger.warning("%s: attempt %d failed: %s", self.provider, attempt, fault)
                    time.sleep(random.uniform(0.5, 1) * _BACKOFF_SECONDS * 2**attempt)  # noqa: S311 - jitter
                attempt += 1

    def _attempt(self, send: Callable[[], T]) -> T:
        if wait := self.breaker.seconds_to_wait():
            metrics.PROVIDER_CALLS.labels(self.provider, "not_sent").inc()
            raise ProviderUnavailable(
                f"{self.provider} failed too often just now; try again.", retry_after=max(1, round(wait))
            )
        failed = False
        try:
            return send()
        except TransientFault:
            failed = True
            raise
        finally:
            self.breaker.record(failed=failed)
            metrics.PROVIDER_CALLS.labels(self.provider, "failed" if failed else "answered").inc()

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=_SLOT_SECONDS):
            raise ProviderUnavailable(f"Too many calls to {self.provider} are under way; try again.")
        try:
            yield
        finally:
            self._slots.release()
