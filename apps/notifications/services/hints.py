"""Hints to sockets: "look at this order again". Lossy; whoever misses one reads the order a few seconds later."""

from __future__ import annotations

import logging
from functools import partial
from uuid import UUID

from asgiref.sync import async_to_sync
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
        partial(_send, order_id=order_id, version=version), using=alias_for("notifications"), robust=True
    )


def _send(*, order_id: UUID, version: int) -> None:
    message = {"type": "order.changed", "version": version}
    try:
        async_to_sync(get_channel_layer().group_send)(group_of(order_id), message)
    except Exception as error:  # the layer may fail in any way; a hint is not worth a retry
        logger.warning("no hint sent for order %s: %s", order_id, error)
