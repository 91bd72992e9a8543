"""Conditions of CHECK constraints on jsonb columns."""

from __future__ import annotations

from typing import Final

from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.lookups import Exact

# Of a member of `$.keyvalue()`: its name is the code of a language.
IS_LANGUAGE: Final = r'@.key like_regex "^[a-z]{2,3}(-[a-z0-9]{2,8})*$"'


def never(column: str, path: str) -> Q:
    """Return the condition that nothing in a jsonb column is found by a jsonpath."""
    found = Func(
        F(column), Value(path), template="jsonb_path_exists(%(expressions)s::jsonpath)", output_field=BooleanField()
    )
    return ~Q(found)


def is_object(column: str) -> Q:
    """Return the condition that a jsonb column holds an object."""
    kind = Func(F(column), function="jsonb_typeof", output_field=TextField())
    return Q(Exact(kind, Value("object")))


def is_texts(column: str) -> Q:
    """Return the condition that a jsonb column holds texts by language and name."""
    return (
        is_object(column)
        & never(column, f"$.keyvalue() ? (!({IS_LANGUAGE}))")
        & never(column, '$.* ? (@.type() != "object")')
        & never(column, '$.*.* ? (@.type() != "string" || @ == "")')
    )
