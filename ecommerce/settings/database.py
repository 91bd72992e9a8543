"""PostgreSQL: connections, pool, session limits, which app lives in which database."""

from typing import Any

from ecommerce.settings import env

_SESSION_LIMITS = (
    "-c idle_in_transaction_session_timeout={idle} -c lock_timeout={lock} -c statement_timeout={statement}".format(
        idle=env.integer("DATABASE_IDLE_IN_TRANSACTION_MS", example="30000", default=30_000),
        lock=env.integer("DATABASE_LOCK_TIMEOUT_MS", example="10000", default=10_000),
        statement=env.integer("DATABASE_STATEMENT_TIMEOUT_MS", example="60000", default=60_000),
    )
)
_POOL_SIZE = env.integer("DATABASE_POOL_SIZE", example="8", default=0)


def _connection(name: str) -> dict[str, Any]:
    parts = env.database(name)
    options: dict[str, Any] = {
        # A connection plans a statement once, not for every request.
        "server_side_binding": True,
        "prepare_threshold": 5,
        "options": _SESSION_LIMITS,
        "connect_timeout": 5,
        **parts.pop("OPTIONS"),
    }
    if _POOL_SIZE:
        options["pool"] = {"min_size": 1, "max_size": _POOL_SIZE, "timeout": 10, "max_idle": 300}
    return {
        "ENGINE": f"ecommerce.backends.{'metered' if env.boolean('DATABASE_METRICS', default=False) else 'postgresql'}",
        "CONN_MAX_AGE": 0 if _POOL_SIZE else None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        **parts,
    }


DATABASES = {"default": _connection("DATABASE_URL")}
DATABASE_ROUTERS = ["apps.persistence.databases.AppRouter"]
# App label to alias; empty means that every app shares `default`.
APP_DATABASES: dict[str, str] = {}
