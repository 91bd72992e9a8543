"""Wake-ups over Valkey: lossy hints that something is due. Losing every one of them costs latency, never work."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis, RedisError

from apps.persistence import valkey

logger = logging.getLogger(__name__)
_RELAY = "shop:relay:poke"
# A wake-up that waits stands for all later ones of its name until its task starts. It may be lost with its worker: then for so long.
_COLLAPSE_MS = 10_000


@cache
def _poke(url: str) -> valkey.Script:
    """One poke stands for all that nobody has heard yet."""
    return valkey.Script(url=url, source="redis.call('LPUSH', KEYS[1], 1) redis.call('LTRIM', KEYS[1], 0, 0)")


def poke_relay() -> None:
    """Tell one relay that the outbox has something; errors are swallowed, the relay polls anyway."""
    try:
        _poke(settings.BROKER_URL)(keys=[_RELAY], args=[])
    except RedisError as error:
        logger.warning("relay not poked: %s", error)


class RelayEar:
    """What a relay listens on between polls."""

    def __init__(self) -> None:
        self._client = Redis.from_url(settings.BROKER_URL, socket_timeout=2, socket_connect_timeout=0.2)

    def wait(self, *, seconds: float) -> bool:
        """Wait for a poke for at most `seconds`; raises RedisError where Valkey is away."""
        return self._client.blpop([_RELAY], timeout=seconds) is not None


def wake_task(*, task: str, queue: str, name: str) -> None:
    """Send the Celery task `task(name=...)` to `queue` unless one is already on its way; errors are swallowed."""
    # Imported late: sending needs the configured Celery application, importing this module does not.
    from celery import current_app

    try:
        if valkey.client(settings.BROKER_URL).set(_pending(name), 1, nx=True, px=_COLLAPSE_MS):
            _send(current_app, task=task, queue=queue, name=name)
    except (RedisError, OSError) as error:
        logger.warning("%s not woken: %s", name, error)


def _send(app: Any, *, task: str, queue: str, name: str) -> None:
    from kombu.exceptions import OperationalError

    try:
        app.send_task(task, kwargs={"name": name}, queue=queue, retry=False, ignore_result=True)
    except OperationalError as error:
        raise RedisError(str(error)) from error


def woken(name: str) -> None:
    """Let the next wake-up of `name` through: its drain is running and may miss what comes from now on."""
    try:
        valkey.client(settings.BROKER_URL).delete(_pending(name))
    except RedisError as error:
        logger.warning("wake-up mark of %s not cleared: %s", name, error)


def _pending(name: str) -> str:
    return f"shop:wake:{name}"
