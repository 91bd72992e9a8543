"""Statements on the paths that have to be fast, without what the ORM spends on composing them anew for every request."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from django.db import connections, models
from django.db.models.expressions import DatabaseDefault

from apps.persistence.databases import alias_for

_MOST_ROWS: Final = 1_000


def fetch_all(app_label: str, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Run one statement in an app's database and return its rows."""
    with connections[alias_for(app_label)].cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def columns_of(model: type[models.Model], *, prefix: str) -> str:
    """Return a model's columns as a select list. Never `*`: a prepared statement breaks where its columns change under it."""
    return ", ".join(f'{prefix}."{field.column}"' for field in model._meta.concrete_fields)


def insert_rows(*groups: Sequence[models.Model], using: str | None = None, ignore_conflicts: bool = False) -> None:
    """Insert new rows (each group of one model) in one round trip; several groups become one data-modifying CTE.

    A single group of very many rows goes in several statements: the protocol takes 65,535 parameters in one.

    Foreign keys between the groups hold, because Django's are checked at commit. Primary keys must be set or made by the
    database. `using` is the alias where the models' own app does not decide.
    """
    alias = using or alias_for(groups[0][0]._meta.app_label)
    if len(groups) == 1 and len(groups[0]) > _MOST_ROWS:
        for start in range(0, len(groups[0]), _MOST_ROWS):
            insert_rows(groups[0][start : start + _MOST_ROWS], using=alias, ignore_conflicts=ignore_conflicts)
        return
    statements, parameters = [], []
    for rows in groups:
        if rows:
            sql, values = _compose(rows, alias=alias)
            statements.append(sql + " ON CONFLICT DO NOTHING" if ignore_conflicts else sql)
            parameters += values
    *former, last = statements
    named = ", ".join(f"inserted_{number} AS ({sql})" for number, sql in enumerate(former))
    with connections[alias].cursor() as cursor:
        cursor.execute(f"WITH {named} {last}" if named else last, parameters)
    for row in (row for rows in groups for row in rows):
        row._state.adding, row._state.db = False, alias


def _compose(rows: Sequence[models.Model], *, alias: str) -> tuple[str, list[Any]]:
    fields, head = _insert_into(type(rows[0]))
    connection = connections[alias]
    values, tuples = [], []
    for row in rows:
        marks = []
        for field in fields:
            value = getattr(row, field.attname)
            if isinstance(value, DatabaseDefault):
                marks.append("DEFAULT")
            else:
                marks.append("%s")
                values.append(field.get_db_prep_save(value, connection=connection))
        tuples.append(f"({', '.join(marks)})")
    return head + ", ".join(tuples), values


@cache
def _insert_into(model: type[models.Model]) -> tuple[Sequence[models.Field[Any, Any]], str]:
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return fields, f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES '  # noqa: S608 - our own names, no input
