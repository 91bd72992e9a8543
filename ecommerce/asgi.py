"""The sockets process: `granian --interface asgi ecommerce.asgi:application`.

WebSockets, health and metrics; pages and REST belong to the web process, where Django runs under WSGI.
"""

from __future__ import annotations

import os
from typing import Any, Final

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
_django = get_asgi_application()

from apps.notifications.routing import websocket_urlpatterns  # noqa: E402 - needs the apps that the line above makes ready

_OPS: Final = ("/health/", "/metrics")


async def _http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["path"].startswith(_OPS):
        await _django(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"This process serves WebSockets, /health/ and /metrics.\n"})


application = ProtocolTypeRouter({"http": _http, "websocket": URLRouter(websocket_urlpatterns)})
