"""What this process serves: one table of `config/profiles.toml` as a frozen `Profile`."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

ROOT: Final = Path(__file__).resolve().parent.parent
DEFAULT_PROFILE: Final = "all"
_EVERY: Final = "*"


class WrongProfile(ImproperlyConfigured):
    """A profile is unknown, or its table says something that cannot be served."""


class Surface(StrEnum):
    """A kind of request that a web or sockets process may answer."""

    PAGES = "pages"
    REST = "rest"
    WEBHOOKS = "webhooks"
    ADMIN = "admin"
    SOCKETS = "sockets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """How many processes, threads and connections a profile runs with."""

    web_workers: int
    web_threads: int
    worker_processes: int
    database: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a process serves: surfaces and apps for requests, queues for a worker."""

    name: str
    surfaces: frozenset[Surface]
    apps: frozenset[str]
    queues: tuple[str, ...]
    pools: Pools

    def serves(self, *, surface: Surface, app: str) -> bool:
        """Tell whether the routes of `app` on `surface` are mounted here."""
        return surface in self.surfaces and app in self.apps

    def drains(self, queue: str) -> bool:
        """Tell whether a worker of this profile takes work from `queue`."""
        return queue in self.queues


@cache
def app_labels() -> tuple[str, ...]:
    """Return the label of every app of this project, sorted; an app's queue has the same name."""
    return tuple(sorted(path.parent.name for path in (ROOT / "apps").glob("*/apps.py")))


def profile_names() -> tuple[str, ...]:
    """Return the names of every profile, sorted."""
    return tuple(sorted(_tables()))


@cache
def get_profile(name: str) -> Profile:
    """Return the profile called `name`; WrongProfile where there is none or its table is wrong."""
    tables = _tables()
    if name not in tables:
        known = ", ".join(profile_names())
        raise WrongProfile(f"SHOP_PROFILE is {name!r}, not one of {known}. Example: SHOP_PROFILE={DEFAULT_PROFILE}")
    return _parse(name=name, table=tables[name])


def current_profile() -> Profile:
    """Return the profile that SHOP_PROFILE names (default: all)."""
    return get_profile(os.environ.get("SHOP_PROFILE") or DEFAULT_PROFILE)


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads((ROOT / "config" / "profiles.toml").read_text(encoding="utf-8"))


def _parse(*, name: str, table: dict[str, Any]) -> Profile:
    try:
        return Profile(
            name=name,
            surfaces=frozenset(Surface(word) for word in table["surfaces"]),
            apps=frozenset(_expand(name=name, words=table["apps"])),
            queues=_expand(name=name, words=table["queues"]),
            pools=Pools(**table["pools"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongProfile(f"profile {name!r} in config/profiles.toml is wrong: {error}") from error


def _expand(*, name: str, words: list[str]) -> tuple[str, ...]:
    known = app_labels()
    if words == [_EVERY]:
        return known
    unknown = sorted(set(words) - set(known))
    if unknown:
        raise WrongProfile(f"profile {name!r} in config/profiles.toml names no such app: {', '.join(unknown)}")
    return tuple(sorted(words))
