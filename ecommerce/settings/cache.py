"""Two Valkey roles: a cache that may be evicted and fails open, and state (limits, locks) that raises."""

from typing import Any

from ecommerce.settings import env

_REDIS = ("redis", "rediss", "unix")
CACHE_URL = env.url("CACHE_URL", schemes=_REDIS, example="redis://127.0.0.1:6379/0").geturl()
BROKER_URL = env.url("BROKER_URL", schemes=_REDIS, example="redis://127.0.0.1:6380/0").geturl()


def _redis(url: str, *, ignore_errors: bool) -> dict[str, Any]:
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "shop",
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": 0.1,
            "SOCKET_TIMEOUT": 0.1,
            "IGNORE_EXCEPTIONS": ignore_errors,
            "LOG_IGNORED_EXCEPTIONS": ignore_errors,
        },
    }


CACHES = {"default": _redis(CACHE_URL, ignore_errors=True), "state": _redis(BROKER_URL, ignore_errors=False)}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
