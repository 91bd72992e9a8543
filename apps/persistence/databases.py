"""Which database an app lives in.

Every app lives in `default` unless a profile gives it a database of its own:
`settings.APP_DATABASES = {"orders": "orders"}`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from django.apps import apps as django_apps
from django.conf import settings
from django.db import connections
from django.db.models import Model


def alias_for(app_label: str) -> str:
    """Return the database alias that holds the tables of `app_label`."""
    return str(settings.APP_DATABASES.get(app_label, "default"))


def aliases() -> list[str]:
    """Return every configured alias that holds app tables, `default` first."""
    return sorted({"default", *settings.APP_DATABASES.values()}, key=lambda alias: (alias != "default", alias))


def commit_for_later() -> str:
    """Return the `synchronous_commit` of a write on which only later commits rely, and nobody outside the database before them.

    "off" where all apps share one database: whichever later commit waits for the disk has this one written with it, so a crash of the
    server loses both or neither. With several databases "on".
    """
    return "off" if len(aliases()) == 1 else "on"


@cache
def app_of_module(module: str) -> str:
    """Return the label of the installed app that holds a dotted module path: "apps.orders.services" gives "orders"."""
    config = django_apps.get_containing_app_config(module)
    if config is None:
        raise ValueError(f"{module} is inside no installed app")
    return config.label


class AppRouter:
    """Django database router: an app's models go to the app's alias; messaging's tables exist in every database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Return the alias of the model's app."""
        return None if model._meta.app_label == "messaging" else alias_for(model._meta.app_label)

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Create an app's tables only in its own database, and messaging's in all of them."""
        if app_label == "messaging":
            return db in aliases()
        return db == alias_for(app_label)


def open_transactions(using: Collection[str] | None = None) -> list[str]:
    """Return the aliases of initialised connections that are inside a transaction, a test case's own not counted."""
    return [
        connection.alias
        for connection in connections.all(initialized_only=True)
        if (using is None or connection.alias in using)
        and any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
    ]
