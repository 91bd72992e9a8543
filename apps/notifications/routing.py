"""WebSocket routes of notifications."""

from channels.auth import AuthMiddlewareStack
from django.urls import path

from apps.notifications.sockets import OrderConsumer

websocket_urlpatterns = [path("ws/orders/<uuid:order_id>", AuthMiddlewareStack(OrderConsumer.as_asgi()))]
