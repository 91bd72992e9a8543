"""Statements on the paths that have to be fast, without what the ORM spends on composing them anew for every request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
from django.db import DatabaseError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import DatabaseDefault

from apps.persistence.databases import alias_for

M = TypeVar("M", bound=models.Model)


def fetch_all(app_label: str, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Run one statement in an app's database and return its rows."""
    return fetch_from(alias_for(app_label), sql, parameters)


def fetch_from(alias: str, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Run one statement in the database of an alias and return its rows, none where it returns nothing.

    A cursor is kept with its connection: a new one would look up anew how to read each column, a third of the statement's cost here.
    """
    connection = connections[alias]
    cursor = _kept_cursor(connection)
    cursor.execute(sql, parameters)
    # Past Django's wrapper, which wraps every call anew, and without `description`, which describes every column.
    answer = cursor.cursor
    return cast(list[tuple[Any, ...]], answer.fetchall()) if answer.pgresult.nfields else []


def _kept_cursor(connection: BaseDatabaseWrapper) -> Any:
    connection.close_if_health_check_failed()  # as asking for a new cursor would
    raw, held = connection.connection, vars(connection).get("_kept_cursor")
    if raw is None or raw.closed or held is None or held[:2] != (raw, connection.queries_logged):
        cursor = connection.cursor()
        held = vars(connection)["_kept_cursor"] = (connection.connection, connection.queries_logged, cursor)
    return held[2]


def broken_constraint(error: DatabaseError) -> str:
    """Return the name of the constraint that a statement broke, "" where it broke none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def columns_of(model: type[models.Model], *, prefix: str) -> str:
    """Return a model's columns as a select list. Never `*`: a prepared statement breaks where its columns change under it."""
    return ", ".join(f'{prefix}."{field.column}"' for field in model._meta.concrete_fields)


def read_row(model: type[M], values: Sequence[Any], *, using: str) -> M:
    """Return an instance from the values of `columns_of(model)`, as a raw queryset would, without its preparations."""
    names, json_positions = _reading(model)
    decoded = list(values)
    for position in json_positions:
        if decoded[position] is not None:
            decoded[position] = orjson.loads(decoded[position])
    return model.from_db(using, names, decoded)


@cache
def _reading(model: type[models.Model]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    fields = model._meta.concrete_fields
    stored_as_json = (number for number, field in enumerate(fields) if isinstance(field, models.JSONField))
    return tuple(field.attname for field in fields), tuple(stored_as_json)


def write_array(values: Iterable[UUID | int]) -> str:
    """Return ids or numbers as PostgreSQL writes an array of them, for a parameter with a cast such as `%s::uuid[]`.

    Psycopg would look at every element for a type that fits all.
    """
    return "{" + ",".join(map(str, values)) + "}"


def insert_rows(
    *groups: Sequence[models.Model], using: str | None = None, ignore_conflicts_of: Collection[type[models.Model]] = ()
) -> None:
    """Insert new rows (each group of one model) in one round trip; several groups become one data-modifying CTE.

    Each group travels as one JSON array, so that the statement, and with it PostgreSQL's plan, is the same for any number of rows.
    A row that exists already is left alone where its model is one of `ignore_conflicts_of`.

    Foreign keys between the groups hold, because Django's are checked at commit. Primary keys must be set or made by the
    database. `using` is the alias where the models' own app does not decide.
    """
    filled = [rows for rows in groups if rows]
    alias = using or alias_for(filled[0][0]._meta.app_label)
    statements, parameters = [], []
    for rows in filled:
        documents = [_to_document(row) for row in rows]
        sql = _insert_into(type(rows[0]), tuple(documents[0]))
        if any(document.keys() != documents[0].keys() for document in documents):
            raise ValueError(f"rows of {type(rows[0]).__name__} leave different columns to the database")
        statements.append(sql + " ON CONFLICT DO NOTHING" if type(rows[0]) in ignore_conflicts_of else sql)
        parameters.append(orjson.dumps(documents, default=_as_text).decode())
    *former, last = statements
    named = ", ".join(f"inserted_{number} AS ({sql})" for number, sql in enumerate(former))
    fetch_from(alias, f"WITH {named} {last}" if named else last, parameters)
    for row in (row for rows in filled for row in rows):
        row._state.adding, row._state.db = False, alias


def _to_document(row: models.Model) -> dict[str, Any]:
    """Return the values by column, without those that the database makes."""
    values = vars(row)
    return {
        column: value for name, column in _insertable(type(row)) if type(value := values[name]) is not DatabaseDefault
    }


@cache
def _insertable(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    fields = (field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))
    return tuple((field.attname, str(field.column)) for field in fields)


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a row cannot be sent with a {type(value).__name__} in it: {value!r}")


@cache
def _insert_into(model: type[models.Model], columns: tuple[str, ...]) -> str:
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    rows = f'jsonb_populate_recordset(NULL::"{table}", %s::jsonb)'
    return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {rows}'  # noqa: S608 - our own names, no input
