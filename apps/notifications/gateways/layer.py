"""The channel layer of the sockets: Valkey's pub/sub, which may be away."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar
from uuid import uuid4

from channels_redis.pubsub import RedisPubSubChannelLayer

# Longer than any answer of a Valkey that is well; shorter than a viewer would notice.
_SECONDS = 1.0


class LossyChannelLayer:
    """Carries hints while Valkey is well, and lets viewers in while it is not.

    Channels gives every consumer a channel of its own before it is asked anything. The Redis layer subscribes to it at the server, so
    without one nobody could connect. Hints go to groups only, and those reach a channel inside this process: no subscription is needed.
    Groups raise: TimeoutError after a second, RedisError or OSError at once.
    """

    extensions: ClassVar[list[str]] = ["groups", "flush"]

    def __init__(self, **config: Any) -> None:
        """Take the configuration of channels_redis: `hosts`, `prefix`."""
        self._redis: Any = RedisPubSubChannelLayer(**config)

    async def new_channel(self, prefix: str = "specific") -> str:
        """Return a fresh channel name; its queue lives here, so the server hears of groups only."""
        channel = f"{prefix}.{uuid4().hex}"
        self._redis.channels[channel] = asyncio.Queue()
        return channel

    async def receive(self, channel: str) -> Any:
        """Return the next message for a channel, however long that takes."""
        return await self._redis.receive(channel)

    async def group_add(self, group: str, channel: str) -> None:
        """Let a channel that receives hear a group."""
        await asyncio.wait_for(self._redis.group_add(group, channel), _SECONDS)

    async def group_discard(self, group: str, channel: str) -> None:
        """Let a channel hear a group no more."""
        await asyncio.wait_for(self._redis.group_discard(group, channel), _SECONDS)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send a message to every channel of a group, at most once."""
        await asyncio.wait_for(self._redis.group_send(group, message), _SECONDS)

    async def flush(self) -> None:
        """Forget channels and groups, and close the connections."""
        await self._redis.flush()
