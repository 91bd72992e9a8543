"""Rows of several of this app's tables in one statement: placing an order costs one round trip, not one per table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, models
from django.db.models.sql import InsertQuery

from apps.persistence.databases import alias_for


def insert_together(*groups: Sequence[models.Model]) -> None:
    """Insert each group (rows of one model, primary keys of UUID models set) in one data-modifying CTE.

    Foreign keys between the groups hold, because Django's are checked at commit.
    """
    statements = [_compile(rows) for rows in groups if rows]
    parts = [f"inserted_{number} AS ({sql})" for number, (sql, _) in enumerate(statements)]
    parameters = [value for _, values in statements for value in values]
    alias = alias_for(groups[0][0]._meta.app_label)
    with connections[alias].cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT 1", parameters)
    for row in (row for rows in groups for row in rows):
        row._state.adding, row._state.db = False, alias


def _compile(rows: Sequence[models.Model]) -> tuple[str, tuple[Any, ...]]:
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    query = InsertQuery(model)
    query.insert_values(fields, list(rows))
    ((sql, parameters),) = query.get_compiler(using=alias_for(model._meta.app_label)).as_sql()
    return sql, tuple(parameters)
