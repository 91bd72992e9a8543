"""Hints to sockets: "look at this order again". Lossy; whoever misses one reads the order a few seconds later."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from functools import cache, partial
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction

from apps.persistence.databases import alias_for

logger = logging.getLogger(__name__)


def group_of(order_id: UUID) -> str:
    """Return the channel group of an order's viewers."""
    return f"order.{order_id}"


def hint(*, order_id: UUID, version: int) -> None:
    """Tell an order's viewers, once the current transaction has committed, that it reached `version`."""
    transaction.on_commit(
        partial(_send_soon, order_id=order_id, version=version), using=alias_for("notifications"), robust=True
    )


def _send_soon(*, order_id: UUID, version: int) -> None:
    """Hand the hint to the thread: the handler's drain goes on at once, whether Valkey answers or not."""
    asyncio.run_coroutine_threadsafe(_send(order_id, version), _loop())


async def _send(order_id: UUID, version: int) -> None:
    message = {"type": "order.changed", "version": version}
    try:
        await get_channel_layer().group_send(group_of(order_id), message)
    except Exception as error:  # the layer may fail in any way; a hint is not worth a retry
        logger.warning("no hint sent for order %s: %r", order_id, error)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return an event loop that runs beside the process's work: one connection to the layer instead of one a hint."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="hints", daemon=True).start()
    return loop


# A forked worker has none of its parent's threads.
os.register_at_fork(after_in_child=_loop.cache_clear)
