"""deploy/compose.yaml as a container engine would read it: variables filled in, image and env file laid underneath."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ecommerce.local.plan import ROOT

DEPLOY = ROOT / "deploy"
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<rest>[^}]*))?\}")
_SERVE = ["python", "-m", "ecommerce.serve"]


class Unset(Exception):
    """A variable that must be set is blank."""


@dataclass(frozen=True)
class ShopService:
    """A service that runs the shop's own image."""

    name: str
    command: list[str]
    health: list[str] | None
    environment: dict[str, str]
    stop_seconds: float

    @property
    def profile(self) -> str:
        return self.environment["SHOP_PROFILE"]

    @property
    def role(self) -> str:
        return self.command[-1]


def read_compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the file with its variables replaced; Unset names the first one missing."""
    content: dict[str, Any] = yaml.safe_load(interpolate(_text(), variables))
    return content


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Replace ${NAME}, ${NAME:-default} and ${NAME:?message}, where blank counts as missing."""

    def fill(match: re.Match[str]) -> str:
        value = variables.get(match["name"], "")
        if not value and match["kind"] == "?":
            raise Unset(match["name"])
        return value or (match["rest"] or "" if match["kind"] == "-" else "")

    return _VARIABLE.sub(fill, text)


def required_variables() -> set[str]:
    """Return the names without which the file is refused."""
    return {match["name"] for match in _VARIABLE.finditer(_text()) if match["kind"] == "?"}


def read_env_file(path: Path) -> dict[str, str]:
    """Return the assignments of an env file."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def shop_services(variables: Mapping[str, str]) -> dict[str, ShopService]:
    """Return every service of the shop's own image, with its whole environment (env file, then its own)."""
    return {
        name: ShopService(
            name=name,
            command=service["command"],
            health=service["healthcheck"].get("test", [None])[1:] or None,
            environment={**image_environment(), **variables, **service["environment"]},
            stop_seconds=float(service["stop_grace_period"].removesuffix("s")),
        )
        for name, service in read_compose(variables)["services"].items()
        if service.get("command", [])[:3] == _SERVE
    }


@cache
def dockerfile_steps() -> tuple[tuple[str, str], ...]:
    """Return (instruction, arguments) of every step of the Dockerfile, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return tuple((line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip())


def final_stage() -> list[tuple[str, str]]:
    """Return the steps of the stage that becomes the image."""
    steps = list(dockerfile_steps())
    last = max(number for number, (instruction, _) in enumerate(steps) if instruction == "FROM")
    return steps[last:]


def image_environment() -> dict[str, str]:
    """Return what ENV sets in the image, but for PATH."""
    words = [
        word for instruction, arguments in final_stage() if instruction == "ENV" for word in shlex.split(arguments)
    ]
    return {name: value for name, _, value in (word.partition("=") for word in words) if name != "PATH"}


@cache
def _text() -> str:
    return (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
