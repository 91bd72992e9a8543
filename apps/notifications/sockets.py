"""`/ws/orders/{id}`: the order's version and status, on joining and on every change.

The session cookie of a page, or a first frame {"token": access token or order token} within five seconds, says who watches. Hints are lossy
(at most once, by the channel layer's specification), so the order is also read again every few seconds; a version is never sent twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from apps.notifications.services import viewers
from apps.notifications.services.hints import group_of
from apps.orders import api as orders

logger = logging.getLogger(__name__)
TOKEN_SECONDS = 5
POLL_SECONDS = 5
# Like an access token: whoever lost the right to look, or vanished without a word, does not stay. Clients connect again.
LIFETIME_SECONDS = 900
GOING_AWAY, TRY_LATER, BAD_FRAME, UNAUTHENTICATED, NOT_FOUND = 1001, 1013, 4400, 4401, 4404
_MAX_FRAME = 8192


class OrderConsumer(AsyncWebsocketConsumer):
    """One viewer of one order."""

    order_id: UUID
    viewer: orders.Viewer | None = None
    seen_version = 0
    listens = False
    watch: asyncio.Task[None] | None = None
    connected = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection, and leave nothing behind however it ends."""
        self.order_id = scope["url_route"]["kwargs"]["order_id"]
        self.end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        OrderConsumer.connected += 1
        try:
            await super().__call__(scope, partial(self._receive_until_end, receive), send)
        finally:
            OrderConsumer.connected -= 1
            if self.watch:
                self.watch.cancel()
            await self._stop_listening()

    async def _receive_until_end(self, receive: Any) -> Any:
        """Wait for a frame, or close once `end` says with which code.

        Granian's close waits for a pending receive, which waits for the client: the receive has to be cancelled first.
        """
        frame = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({frame, self.end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            unread = frame.cancel()
        if not self.end.done():
            return frame.result()
        if unread:
            with contextlib.suppress(asyncio.CancelledError):
                await frame
        elif frame.result()["type"] == "websocket.disconnect":
            return frame.result()
        await self.close(code=self.end.result())
        return {"type": "websocket.disconnect", "code": self.end.result()}

    def _end_with(self, code: int) -> None:
        if not self.end.done():
            self.end.set_result(code)

    async def connect(self) -> None:
        """Check the origin, accept, and join at once where a session opens the order."""
        if not _is_own_page(dict(self.scope["headers"])):
            self._end_with(NOT_FOUND)
            return
        await self.accept()
        if OrderConsumer.connected > settings.SOCKETS_MAX_CONNECTIONS:
            self._end_with(TRY_LATER)
            return
        loop = asyncio.get_running_loop()
        loop.call_later(LIFETIME_SECONDS, self._end_with, GOING_AWAY)
        viewer = await database_sync_to_async(viewers.of_session)(self.scope.get("user"))
        if viewer is None or not await self._join(viewer):
            loop.call_later(TOKEN_SECONDS, self._expire_without_token)

    def _expire_without_token(self) -> None:
        if self.viewer is None:
            self._end_with(UNAUTHENTICATED)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Take the token frame; everything after joining is ignored."""
        if self.viewer is not None or self.end.done():
            return
        token = _token_in(text_data)
        if token is None:
            self._end_with(BAD_FRAME)
            return
        viewer = await database_sync_to_async(viewers.of_token)(token)
        if viewer is None:
            self._end_with(UNAUTHENTICATED)
        elif not await self._join(viewer):
            self._end_with(NOT_FOUND)

    async def _join(self, viewer: orders.Viewer) -> bool:
        """Join the group before reading, so that no change falls between; False where the viewer may not see the order."""
        await self._listen()
        state = await database_sync_to_async(_read)(self.order_id, viewer)
        if state is None:
            await self._stop_listening()
            return False
        self.viewer = viewer
        await self._tell(state)
        self.watch = asyncio.create_task(self._read_again_and_again(viewer))
        return True

    async def order_changed(self, message: dict[str, Any]) -> None:
        """Act on a hint."""
        if self.viewer is not None and message["version"] > self.seen_version:
            await self._read_again(self.viewer)

    async def _read_again_and_again(self, viewer: orders.Viewer) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self._listen()
            await self._read_again(viewer)

    async def _read_again(self, viewer: orders.Viewer) -> None:
        try:
            state = await database_sync_to_async(_read)(self.order_id, viewer)
        except Exception as error:  # the database may be restarting; the next round tries again
            logger.warning("order %s not read: %r", self.order_id, error)
            return
        if state is None:
            self._end_with(NOT_FOUND)
        else:
            await self._tell(state)

    async def _tell(self, state: orders.OrderState) -> None:
        if state.version > self.seen_version:
            self.seen_version = state.version
            content = {"order_id": str(self.order_id), "version": state.version, "status": state.status.value}
            await self.send(text_data=json.dumps(content))

    async def _listen(self) -> None:
        """Join the order's group; without the layer, reading every few seconds has to do until it is back."""
        if self.listens:
            return
        try:
            await self.channel_layer.group_add(group_of(self.order_id), self.channel_name)
            self.listens = True
        except Exception as error:  # the layer may fail in any way
            logger.warning("no hints for order %s: %r", self.order_id, error)

    async def _stop_listening(self) -> None:
        self.listens = False
        with contextlib.suppress(Exception):
            await self.channel_layer.group_discard(group_of(self.order_id), self.channel_name)


def _is_own_page(headers: dict[bytes, bytes]) -> bool:
    """Let pages of the shop and of this very host in, and clients that are no browser and so send no origin."""
    origin = headers.get(b"origin", b"").decode("latin-1").lower()
    host = headers.get(b"host", b"").decode("latin-1").lower()
    own = urlsplit(settings.STOREFRONT_URL.lower())
    return origin in ("", f"{own.scheme}://{own.netloc}", f"http://{host}", f"https://{host}")


def _token_in(text: str | None) -> str | None:
    """Return the token of a first frame, or None where it is anything else."""
    if not text or len(text) > _MAX_FRAME:
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    token = content.get("token") if isinstance(content, dict) else None
    return token if isinstance(token, str) and token else None


def _read(order_id: UUID, viewer: orders.Viewer) -> orders.OrderState | None:
    try:
        return orders.get_order_state(order_id=order_id, viewer=viewer)
    except orders.OrderNotFound:
        return None
