"""The one place that reads the environment.

Process variables override `config/environments/<name>.toml`; values are typed; refusals name the setting.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR: Final = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT: Final = os.environ.get("SHOP_ENVIRONMENT", "dev")
T = TypeVar("T")
_MISSING: Final = object()
# Every name that was asked for, set or not.
asked: Final = {"SHOP_ENVIRONMENT"}


class WrongSetting(ImproperlyConfigured):
    """A setting is missing or wrong; the message names it, says what is wrong and gives an example."""

    def __init__(self, name: str, wrong: str, example: str) -> None:
        super().__init__(f"{name} {wrong}. Example: {name}={example}")


@cache
def environment_file() -> dict[str, Any]:
    """Return the defaults of the chosen environment."""
    folder = BASE_DIR / "config" / "environments"
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if ENVIRONMENT not in known:
        raise WrongSetting("SHOP_ENVIRONMENT", f"is {ENVIRONMENT!r}, not one of {', '.join(known)}", "local")
    return tomllib.loads((folder / f"{ENVIRONMENT}.toml").read_text(encoding="utf-8"))


def read(name: str, parse: Callable[[str], T], *, example: str, default: Any = _MISSING) -> T:
    """Return setting `name`, parsed; WrongSetting where it is absent without a default or does not parse."""
    asked.add(name)
    raw = os.environ.get(name)
    if raw is None or raw == "":
        value = environment_file().get(name, default)
        if value is _MISSING:
            raise WrongSetting(name, f"is not set (environment {ENVIRONMENT})", example)
        raw = ",".join(value) if isinstance(value, list) else str(value)
    try:
        return parse(raw)
    except ValueError as error:
        raise WrongSetting(name, f"is {raw!r}: {error}", example) from error


def text(name: str, *, example: str, default: Any = _MISSING) -> str:
    """Return a string setting."""
    return read(name, str, example=example, default=default)


def integer(name: str, *, example: str, default: Any = _MISSING, minimum: int = 0) -> int:
    """Return a whole-number setting of at least `minimum`."""

    def parse(raw: str) -> int:
        value = int(raw)
        if value < minimum:
            raise ValueError(f"must be at least {minimum}")
        return value

    return read(name, parse, example=example, default=default)


def boolean(name: str, *, default: Any = _MISSING) -> bool:
    """Return a yes/no setting: true, false, 1, 0, yes, no, on, off."""
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}

    def parse(raw: str) -> bool:
        if raw.lower() not in words:
            raise ValueError("must be true or false")
        return words[raw.lower()]

    return read(name, parse, example="true", default=default)


def words(name: str, *, example: str, default: Any = _MISSING) -> list[str]:
    """Return a comma-separated setting as a list."""
    return read(
        name, lambda raw: [item.strip() for item in raw.split(",") if item.strip()], example=example, default=default
    )


def url(name: str, *, schemes: tuple[str, ...], example: str, default: Any = _MISSING) -> SplitResult:
    """Return a URL setting whose scheme is one of `schemes`."""

    def parse(raw: str) -> SplitResult:
        parts = urlsplit(raw)
        if parts.scheme not in schemes:
            raise ValueError(f"must start with {' or '.join(scheme + '://' for scheme in schemes)}")
        _ = parts.port
        return parts

    return read(name, parse, example=example, default=default)


def database(
    name: str, *, example: str = "postgresql://shop:secret@127.0.0.1:5432/shop", default: Any = _MISSING
) -> dict[str, Any]:
    """Return a Django database mapping from a libpq URL (`?host=/folder` names a socket folder)."""
    parts = url(name, schemes=("postgresql", "postgres"), example=example, default=default)
    query = dict(parse_qsl(parts.query))
    if not parts.path.strip("/"):
        raise WrongSetting(name, "names no database", example)
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(query.pop("port", None) or parts.port or ""),
        "OPTIONS": query,
    }
