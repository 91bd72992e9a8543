"""Logs as JSON lines, each with the id of the request (or of the request that caused the message being handled)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")

# Other sources of members for every line; filled at start, since this module is loaded before any app.
context_sources: list[Callable[[], Mapping[str, str] | None]] = []

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Django attaches the request itself, Celery its task context: neither belongs on a line.
_OMITTED: Final = frozenset({"request", "data"})


class JSONFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, `extra` members, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_context(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD | _OMITTED},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _context() -> dict[str, str]:
    context: dict[str, str] = {}
    for source in context_sources:
        context.update(source() or {})
    if current := request_id.get():
        context["request_id"] = current
    return context
