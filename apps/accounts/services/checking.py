"""What a column can hold, said by field before the database is asked."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models

from apps.kernel.errors import FieldError


def find_faults(row: models.Model, *, fields: Collection[str]) -> list[FieldError]:
    """Return what is wrong with the named text fields of a row that is not saved yet."""
    faults = [
        FieldError(name, "null_characters_not_allowed", "Must not contain the NUL character.")
        for name in fields
        if "\x00" in getattr(row, name)
    ]
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - set(fields))
    except ValidationError as error:
        faults += [
            FieldError(name, str(fault.code), fault.messages[0])
            for name, found in error.error_dict.items()
            for fault in found
        ]
    return faults
