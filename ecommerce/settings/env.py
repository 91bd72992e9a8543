"""The one place that reads the environment.

Process variables override `config/environments/<name>.toml`; values are typed. Refusals name the setting, and come all at once: an example
stands in for what is wrong while the rest is looked at, and `require_all_right` ends the start.
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Callable
from email.utils import getaddresses
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

BASE_DIR: Final = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT: Final = os.environ.get("SHOP_ENVIRONMENT", "dev")
T = TypeVar("T")
_MISSING: Final = object()
# PostgreSQL's time limits are 32-bit numbers, and no other setting needs more.
_MOST: Final = 2**31 - 1
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]+")
# URLs of these schemes name a path instead of a host; PostgreSQL's may have the host in their query.
_ON_THIS_MACHINE: Final = ("file", "unix")
_WITHOUT_HOST: Final = (*_ON_THIS_MACHINE, "postgresql", "postgres")
# Every name that was asked for, set or not.
asked: Final = {"SHOP_ENVIRONMENT"}


class WrongSetting(ImproperlyConfigured):
    """A setting is missing or wrong; the message names it, says what is wrong and gives an example."""

    def __init__(self, name: str, wrong: str, example: str) -> None:
        super().__init__(f"{name} {wrong}. Example: {name}={example}")


# What is wrong with each setting that is refused, first things first.
_refused: dict[str, WrongSetting] = {}


def refuse(name: str, wrong: str, example: str, *, beside: tuple[str, ...] = ()) -> None:
    """Note that a setting is wrong, unless it is refused already or is wrong only `beside` others that are."""
    if not _refused.keys() & set(beside):
        _refused.setdefault(name, WrongSetting(name, wrong, example))


def require_all_right() -> None:
    """Raise ImproperlyConfigured where settings were refused: a line for each."""
    if _refused:
        raise ImproperlyConfigured("\n".join(map(str, _refused.values())))


@cache
def environment_file() -> dict[str, Any]:
    """Return the defaults of the chosen environment."""
    folder = BASE_DIR / "config" / "environments"
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if ENVIRONMENT not in known:
        raise WrongSetting("SHOP_ENVIRONMENT", f"is {ENVIRONMENT!r}, not one of {', '.join(known)}", "local")
    return tomllib.loads((folder / f"{ENVIRONMENT}.toml").read_text(encoding="utf-8"))


def read(name: str, parse: Callable[[str], T], *, example: str, default: Any = _MISSING) -> T:
    """Return setting `name`, parsed; refuse it where it is absent without a default or does not parse, and return its example's value."""
    asked.add(name)
    raw = os.environ.get(name)
    if raw is None or raw == "":
        value = environment_file().get(name, default)
        if value is _MISSING:
            refuse(name, f"is not set (environment {ENVIRONMENT})", example)
            return _stand_in(parse, example)
        raw = ",".join(value) if isinstance(value, list) else str(value)
    try:
        return parse(raw)
    except ValueError as error:
        # A password in an address is not for a log.
        shown = re.sub(r"//[^/]*@", "//***@", raw)
        refuse(name, f"is {shown!r}: {error}", example)
        return _stand_in(parse, example)


def _stand_in(parse: Callable[[str], T], example: str) -> T:
    try:
        return parse(example)
    except ValueError:
        # An example that cannot be on this machine, such as a folder: what is known so far has to do.
        require_all_right()
        raise


def text(name: str, *, example: str, default: Any = _MISSING, maximum: int = 10_000) -> str:
    """Return a string setting: one line of at most `maximum` characters."""

    def parse(raw: str) -> str:
        if not raw.isprintable():
            raise ValueError("must be one line without control characters")
        if len(raw) > maximum:
            raise ValueError(f"must have at most {maximum} characters, and has {len(raw)}")
        return raw

    return read(name, parse, example=example, default=default)


def iban(name: str, *, example: str, default: Any = _MISSING) -> str:
    """Return an account number (ISO 13616) in groups of four, as banks print it; blank for none."""

    def parse(raw: str) -> str:
        plain = "".join(raw.split()).upper()
        if not plain:
            return ""
        if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", plain):
            raise ValueError("must be an IBAN: two letters, two digits, then letters and digits")
        # ISO 7064 MOD 97-10, with letters as 10 to 35.
        if int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 != 1:
            raise ValueError("must be an IBAN, and its check digits say that one is mistyped")
        return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))

    return read(name, parse, example=example, default=default)


def template(name: str, *, fields: tuple[str, ...], example: str, default: Any = _MISSING) -> str:
    """Return a text in which `{field}` stands for what is filled in later."""
    return read(name, lambda raw: parse_template(raw, fields=fields), example=example, default=default)


def parse_template(raw: str, *, fields: tuple[str, ...]) -> str:
    """Return `raw` where its only braces are those of `{field}`; ValueError otherwise."""
    known = [f"{{{field}}}" for field in fields]
    rest = re.sub("|".join(map(re.escape, known)), "", raw)
    if "{" in rest or "}" in rest:
        raise ValueError(f"may have no braces but those of {' and '.join(known)}")
    return raw


def address(name: str, *, example: str, default: Any = _MISSING) -> str:
    """Return an e-mail address, with or without a name before it."""

    def parse(raw: str) -> str:
        found = [written for _, written in getaddresses([raw])]
        try:
            validate_email(found[0] if len(found) == 1 and raw.isprintable() else "")
        except ValidationError as error:
            raise ValueError("must be one e-mail address, with or without a name before it") from error
        return raw

    return read(name, parse, example=example, default=default)


def folder(name: str, *, example: str, default: Any = _MISSING) -> str:
    """Return a folder that this process may write to, or make where it is absent."""

    def parse(raw: str) -> str:
        path = Path(raw)
        if not path.is_absolute():
            raise ValueError("must be an absolute path")
        nearest = next(parent for parent in (path, *path.parents) if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=nearest):
                return raw
        except OSError as error:
            raise ValueError(f"must be a folder this process can write to ({nearest}: {error.strerror})") from error

    return read(name, parse, example=example, default=default)


def time_zone(name: str, *, example: str, default: Any = _MISSING) -> str:
    """Return the name that the IANA database has for a time zone."""

    def parse(raw: str) -> str:
        if raw not in available_timezones():
            raise ValueError("must be a time zone of the IANA database, spelled as there, such as Europe/Berlin or UTC")
        return raw

    return read(name, parse, example=example, default=default)


def integer(name: str, *, example: str, default: Any = _MISSING, minimum: int = 0, maximum: int = _MOST) -> int:
    """Return a whole-number setting from `minimum` to `maximum`."""

    def parse(raw: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", raw.strip()):
            raise ValueError("must be a whole number")
        value = int(raw)
        if value < minimum:
            raise ValueError(f"must be at least {minimum}")
        if value > maximum:
            raise ValueError(f"must be at most {maximum}")
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

    return read(name, lambda raw: parse_url(raw, schemes=schemes), example=example, default=default)


def origin(name: str, *, schemes: tuple[str, ...], example: str, default: Any = _MISSING) -> str:
    """Return a URL setting that is a scheme, a host and perhaps a port; without a slash at the end."""

    def parse(raw: str) -> str:
        parts = parse_url(raw, schemes=schemes)
        if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
            raise ValueError("must be a scheme and a host, with nothing after them")
        return f"{parts.scheme}://{parts.netloc}"

    return read(name, parse, example=example, default=default)


def parse_url(raw: str, *, schemes: tuple[str, ...]) -> SplitResult:
    """Return the parts of a URL whose scheme is one of `schemes`; ValueError otherwise."""
    parts = urlsplit(raw)
    if parts.scheme not in schemes or not raw.lower().startswith(f"{parts.scheme}://"):
        raise ValueError(f"must start with {' or '.join(scheme + '://' for scheme in schemes)}")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("must have a port from 1 to 65535, or none")
    if parts.scheme in _ON_THIS_MACHINE and not parts.path.strip("/"):
        raise ValueError("must name a path")
    if not _HOST.fullmatch(parts.hostname or "") and (parts.hostname or parts.scheme not in _WITHOUT_HOST):
        raise ValueError("must name a host")
    return parts


def database(
    name: str, *, example: str = "postgresql://shop:secret@127.0.0.1:5432/shop", default: Any = _MISSING
) -> dict[str, Any]:
    """Return a Django database mapping from a libpq URL (`?host=/folder` names a socket folder)."""
    parts = url(name, schemes=("postgresql", "postgres"), example=example, default=default)
    query = dict(parse_qsl(parts.query))
    if not parts.path.strip("/"):
        refuse(name, "names no database", example)
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(query.pop("port", None) or parts.port or ""),
        "OPTIONS": query,
    }
