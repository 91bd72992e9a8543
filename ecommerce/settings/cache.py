"""Two Valkey roles: a cache that may be evicted and fails open, and state (limits, locks) that raises."""

from typing import Any

from ecommerce.settings import env

_REDIS = ("redis", "rediss", "unix")


def _address(name: str, *, example: str) -> str:
    parts = env.url(name, schemes=_REDIS, example=example)
    # geturl() writes `unix:/path`, which redis-py does not read.
    return f"unix://{parts.path}?{parts.query}" if parts.scheme == "unix" else parts.geturl()


CACHE_URL = _address("CACHE_URL", example="redis://127.0.0.1:6379/0")
BROKER_URL = _address("BROKER_URL", example="redis://127.0.0.1:6380/0")


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

# Whole answers to public GETs (apps.web.answers): memory for them in each process; 0 keeps none.
ANSWERS_MEMORY_BYTES = env.integer("ANSWERS_MEMORY_MB", example="16", default=8) * 1_000_000
ANSWERS_PREFIX = "shop"
# A CDN may keep them for a second; browsers ask each time and mostly hear 304.
ANSWERS_CACHE_CONTROL = env.text(
    "ANSWERS_CACHE_CONTROL",
    example="public, max-age=0, s-maxage=1",
    default="public, max-age=0, s-maxage=1, stale-while-revalidate=5",
)
