"""WebSockets: the channel layer carries hints only, on the state Valkey."""

from ecommerce.settings import env
from ecommerce.settings.cache import BROKER_URL

# Bounded, so that a viewer who leaves while Valkey hangs does not linger.
_HOST = {"address": BROKER_URL, "socket_connect_timeout": 1, "socket_timeout": 1}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "apps.notifications.gateways.layer.LossyChannelLayer",
        "CONFIG": {"hosts": [_HOST], "prefix": "shop-ws"},
    }
}
# Viewers one process lets in; whoever comes on top is told to try again later, and pages look by themselves meanwhile.
SOCKETS_MAX_CONNECTIONS = env.integer("SOCKETS_MAX_CONNECTIONS", example="2000", default=2000, minimum=1)
