"""WebSockets: the channel layer carries hints only, on the state Valkey."""

from ecommerce.settings.cache import BROKER_URL

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [BROKER_URL], "prefix": "shop-ws"},
    }
}
