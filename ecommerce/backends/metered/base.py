"""The backend of this project with django-prometheus' counts of statements (DATABASE_METRICS)."""

from __future__ import annotations

from typing import Any

from django_prometheus.db.common import ExportingCursorWrapper

from ecommerce.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that counts what it is asked."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters with a cursor that counts."""
        parameters: dict[str, Any] = super().get_connection_params()
        counted = ExportingCursorWrapper(parameters["cursor_factory"], self.alias, self.vendor)
        return {**parameters, "cursor_factory": counted}
