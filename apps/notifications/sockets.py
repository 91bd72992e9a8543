"""`/ws/orders/{id}`: the order's version and status, on joining and on every change.

The session cookie of a page, or a first frame {"token": access token or order token} within five seconds, says who watches. Hints are lossy
(at most once, by the channel layer's specification), so the order is also read again every few seconds; a version is never sent twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from apps.notifications.services.hints import group_of
from apps.orders import api as orders
from apps.web.authentication import read_access_token

logger = logging.getLogger(__name__)
TOKEN_SECONDS = 5
POLL_SECONDS = 5
UNAUTHENTICATED, NOT_FOUND, BAD_FRAME = 4401, 4404, 4400
_MAX_TOKEN = 4096


class OrderConsumer(AsyncJsonWebsocketConsumer):
    """One viewer of one order."""

    order_id: UUID
    viewer: orders.Viewer | None = None
    seen_version = 0
    waiting: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        self.expired = asyncio.Event()
        await super().__call__(scope, partial(self._receive_until_expired, receive), send)

    async def _receive_until_expired(self, receive: Any) -> Any:
        """Wait for a frame, or close when the time for the token is over.

        Granian's close waits for a pending receive, which waits for the client: the receive has to be cancelled first.
        """
        frame, expiry = asyncio.ensure_future(receive()), asyncio.ensure_future(self.expired.wait())
        try:
            await asyncio.wait({frame, expiry}, return_when=asyncio.FIRST_COMPLETED)
            if frame.done():
                return frame.result()
        finally:
            frame.cancel()
            expiry.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await frame
        await self.close(code=UNAUTHENTICATED)
        return {"type": "websocket.disconnect", "code": UNAUTHENTICATED}

    async def connect(self) -> None:
        """Check the origin, accept, and join at once where a session opens the order."""
        if not self._origin_allowed():
            await self.close()
            return
        self.order_id = self.scope["url_route"]["kwargs"]["order_id"]
        await self.accept()
        viewer = await database_sync_to_async(_viewer_of_session)(self.scope.get("user"))
        if viewer is None or not await self._join(viewer):
            self.waiting = asyncio.create_task(self._expire_without_token())

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Take the token frame; everything after joining is ignored."""
        if self.viewer is not None:
            return
        token = content.get("token") if isinstance(content, dict) else None
        if not isinstance(token, str) or not token or len(token) > _MAX_TOKEN:
            await self.close(code=BAD_FRAME)
        elif not await self._join(_viewer_of_token(token)):
            await self.close(code=NOT_FOUND)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """Decode a frame; what is no JSON is an empty frame, refused like any other without a token."""
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None

    async def order_changed(self, message: dict[str, Any]) -> None:
        """Act on a hint."""
        if message["version"] > self.seen_version:
            await self._send_snapshot()

    async def disconnect(self, code: int) -> None:
        """Stop waiting and leave the group."""
        if self.waiting:
            self.waiting.cancel()
        if self.viewer is not None:
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(group_of(self.order_id), self.channel_name)

    async def _join(self, viewer: orders.Viewer) -> bool:
        """Join the group before reading, so that no change falls between; False where the viewer may not see the order."""
        try:
            await self.channel_layer.group_add(group_of(self.order_id), self.channel_name)
        except Exception as error:  # the layer may be away; reading every few seconds carries on without it
            logger.warning("no hints for order %s: %s", self.order_id, error)
        if not await self._send_snapshot(viewer):
            return False
        self.viewer = viewer
        if self.waiting:
            self.waiting.cancel()
        self.waiting = asyncio.create_task(self._read_again())
        return True

    async def _send_snapshot(self, viewer: orders.Viewer | None = None) -> bool:
        found = await database_sync_to_async(_read)(self.order_id, viewer or self.viewer or orders.Viewer())
        if found is None:
            return False
        version, status = found
        if version > self.seen_version:
            self.seen_version = version
            await self.send_json({"order_id": str(self.order_id), "version": version, "status": status})
        return True

    async def _read_again(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._send_snapshot()
            except Exception as error:  # the database may be restarting; the next round tries again
                logger.warning("order %s not read: %s", self.order_id, error)

    async def _expire_without_token(self) -> None:
        await asyncio.sleep(TOKEN_SECONDS)
        self.expired.set()

    def _origin_allowed(self) -> bool:
        """Let pages of the shop in, and clients that are no browser and so send no origin."""
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        allowed = urlsplit(settings.STOREFRONT_URL)
        given = urlsplit(origin)
        return not origin or (given.scheme, given.netloc) == (allowed.scheme, allowed.netloc)


def _viewer_of_session(user: Any) -> orders.Viewer | None:
    if user is None or not user.is_authenticated:
        return None
    return orders.Viewer(customer_id=user.pk, is_staff=user.is_staff and user.has_perm("orders.view_order"))


def _viewer_of_token(token: str) -> orders.Viewer:
    caller = read_access_token(token)
    return orders.Viewer(customer_id=caller.customer_id) if caller else orders.Viewer(order_token=token)


def _read(order_id: UUID, viewer: orders.Viewer) -> tuple[int, str] | None:
    try:
        order = orders.get_order(order_id=order_id, viewer=viewer)
    except orders.OrderNotFound:
        return None
    return order.version, order.status.value
