"""WebSocket routes of notifications."""

from typing import Any

from channels.auth import AuthMiddlewareStack
from django.urls import path, re_path

from apps.notifications.sockets import OrderConsumer


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    """Refuse the handshake of a path that is none of ours."""
    await receive()
    await send({"type": "websocket.close"})


refuse: Any = _refuse  # Django types its routes for views

websocket_urlpatterns = [
    path("ws/orders/<uuid:order_id>", AuthMiddlewareStack(OrderConsumer.as_asgi())),
    re_path("", refuse),
]
