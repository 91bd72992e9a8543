"""Attributes as staff write them, a line "Name: text" for each; what is written here reads back as it was, whatever it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from unfold.widgets import UnfoldAdminTextareaWidget

from apps.kernel.errors import Invalid
from apps.web.forms import LinesField
from apps.web.json import loads

_INDENT: Final = "  "
# What a plain line cannot say, such as a colon in a name, stands in quotation marks with JSON's escapes.
_QUOTED: Final = r'"(?:[^"\\\n]|\\.)*"'
_QUOTED_NAME: Final = re.compile(rf"({_QUOTED})\s*:(.*)")
_QUOTED_TEXT: Final = re.compile(_QUOTED)


def write_lines(attributes: Mapping[str, Any]) -> str:
    """Return a line for each attribute; further lines of its text are indented."""
    return "\n".join(f"{_write_name(name)}: {_write_text(str(text))}" for name, text in attributes.items())


def _write_name(name: str) -> str:
    is_plain = name == name.strip() and name and not re.search(r'^"|[:\n\r]', name)
    return name if is_plain else json.dumps(name, ensure_ascii=False)


def _write_text(text: str) -> str:
    shown = text.replace("\n", f"\n{_INDENT}")
    is_plain = "\r" not in text and read_lines(f"x: {shown}") == {"x": text}
    return shown if is_plain else json.dumps(text, ensure_ascii=False)


def read_lines(written: str) -> dict[str, str]:
    """Return the attributes; ValidationError that names the line without a colon or name, or with a name that was there before."""
    found: dict[str, list[str]] = {}
    lines_of: dict[str, int] = {}
    name = None
    for number, line in enumerate(re.split(r"\r\n?|\n", written), 1):
        if name is not None and (not line.strip() or line[0].isspace()):
            found[name].append(re.sub(rf"^({_INDENT}|\s)", "", line))
        elif line.strip():
            name, text = _read_line(line.strip(), number)
            if name in found:
                raise ValidationError(f"Line {number} names “{name}” again: line {lines_of[name]} has it already.")
            found[name], lines_of[name] = [text], number
    return {name: _read_text("\n".join(lines).strip()) for name, lines in found.items()}


def _read_line(line: str, number: int) -> tuple[str, str]:
    if (quoted := _QUOTED_NAME.fullmatch(line)) and (unquoted := _unquote(quoted[1])) is not None:
        return unquoted, quoted[2]
    name, colon, text = line.partition(":")
    if not colon:
        raise ValidationError(f"Line {number} has no colon: “{line[:60]}”. Write it as “Name: text”.")
    if not name.strip():
        raise ValidationError(f"Line {number} has no name before its colon. Write it as “Name: text”.")
    return name.strip(), text


def _read_text(text: str) -> str:
    unquoted = _unquote(text) if _QUOTED_TEXT.fullmatch(text) else None
    return text if unquoted is None else unquoted


def _unquote(text: str) -> str | None:
    """Return what a text in quotation marks says; None where it says nothing that can be stored."""
    try:
        return str(loads(text.encode()))
    except Invalid:
        return None


class AttributesField(LinesField):
    """Attributes in a text area. Its value is a dict."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the lines of stored attributes, or what was typed."""
        return write_lines(value) if isinstance(value, Mapping) else value

    def to_python(self, value: Any) -> Any:
        """Return the attributes; ValidationError beside the field where a line cannot be read."""
        if isinstance(value, Mapping):
            return value
        text = super().to_python(value)
        ProhibitNullCharactersValidator()(text)
        return read_lines(text)
