"""What a column can hold, said by field before the database is asked."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from apps.kernel.errors import FieldError
from apps.kernel.text import is_blank, is_one_line


def find_faults(row: models.Model, *, fields: Collection[str]) -> list[FieldError]:
    """Return what is wrong with the named text fields of a row that is not saved yet."""
    faults = [
        FieldError(name, "control_character", _("This is one line of text, without control characters."))
        for name in fields
        if not is_one_line(getattr(row, name))
    ]
    faults += [
        FieldError(name, "blank", _("This shows nothing; write it out."))
        for name in fields
        if (value := getattr(row, name)) and is_blank(value) and is_one_line(value)
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
