"""Logs as JSON lines with the request id; Prometheus metrics across processes."""

import logging

from ecommerce.settings import env


def _known_level(raw: str) -> str:
    if raw.upper() not in logging.getLevelNamesMapping():
        raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return raw.upper()


_LEVEL = env.read("LOG_LEVEL", _known_level, example="INFO", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "apps.web.logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": _LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": _LEVEL, "propagate": False},
        "django.request": {"level": "ERROR"},
        "stripe": {"level": "WARNING"},
    },
}
# One line for each request that reaches Django; answers given before it are counted in the metrics only.
ACCESS_LOG = env.boolean("ACCESS_LOG", default=True)
# While this file exists /health/ready answers 503: an orchestrator makes it before it stops a process.
DRAIN_FILE = env.text("DRAIN_FILE", example="/run/shop/draining", default="")
PROMETHEUS_EXPORT_MIGRATIONS = False
