"""The sockets process: `granian --interface asgi ecommerce.asgi:application`. WebSockets, health and metrics."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")

_http = get_asgi_application()
_routing = import_module("apps.notifications.routing") if find_spec("apps.notifications.routing") else None

application = ProtocolTypeRouter(
    {"http": _http, "websocket": URLRouter(_routing.websocket_urlpatterns if _routing else [])}
)
