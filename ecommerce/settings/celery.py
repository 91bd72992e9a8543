"""Celery carries wake-ups only; the truth is in PostgreSQL. Limit: task time < lease."""

from urllib.parse import parse_qs, urlsplit

from ecommerce.settings import env
from ecommerce.settings.cache import BROKER_URL
from ecommerce.settings.messaging import MESSAGING


def _for_kombu(url: str) -> str:
    """Return the URL as kombu spells it: redis-py says unix://, kombu says redis+socket://."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.path}?virtual_host={parse_qs(parts.query).get('db', ['0'])[0]}"


CELERY_BROKER_URL = _for_kombu(BROKER_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = env.integer("TASK_TIME_LIMIT", example="50", default=50, minimum=1)
if MESSAGING["LEASE_SECONDS"] <= CELERY_TASK_TIME_LIMIT:
    env.refuse(
        "TASK_TIME_LIMIT",
        f"is {CELERY_TASK_TIME_LIMIT} and must be below MESSAGING_LEASE_SECONDS, {MESSAGING['LEASE_SECONDS']}:"
        " else two workers do the same work at once",
        str(MESSAGING["LEASE_SECONDS"] * 5 // 6),
        beside=("MESSAGING_LEASE_SECONDS",),
    )
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_DEFAULT_QUEUE = "messaging"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# Beat only sends wake-ups: two beats, or none for a while, cost nothing but time.
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"queue": name.partition(".")[0], "expires": seconds}}
    for name, seconds in {
        "messaging.audit": 300.0,
        "messaging.prune": 3600.0,
        "inventory.release_expired": 60.0,
        "payments.reconcile": 120.0,
        "checkout.expire_carts": 3600.0,
        "accounts.forget_ended_sign_ins": 3600.0,
        "orders.forget_old_labels": 3600.0,
        "backoffice.forget_idle_files": 3600.0,
        "notifications.tend_stock_notices": 3600.0,
    }.items()
}
