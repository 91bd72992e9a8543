"""What a container runs: `python -m ecommerce.serve ROLE`, where SHOP_PROFILE says what the process serves.

    python -m ecommerce.serve web|sockets|worker|relay|beat   become that process (it keeps the pid and the signals)
    python -m ecommerce.serve migrate                         bring the database to this version and end
    python -m ecommerce.serve health ROLE                     exit 0 if the process of that role here is ready

A web or sockets process listens on PORT (8000). A wrong or missing setting is one line and exit status 2.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Final

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from ecommerce.profiles import ROOT, WrongProfile, current_profile
from ecommerce.roles import Place, Role, command_of, environment_of, forget_readiness, is_ready, roles_of

WRONG_SETTING_STATUS: Final = 2
_PORT: Final = 8000
# Building an index on a large table takes longer than any request may.
_MIGRATION_ENVIRONMENT: Final = {"DATABASE_STATEMENT_TIMEOUT_MS": "0", "DATABASE_POOL_SIZE": "0"}


def main(arguments: list[str]) -> int:
    """Run one command; return its exit status, or never return."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
    options = _parse(arguments)
    try:
        if options.command == "health":
            return 0 if is_ready(Role(options.role), place=_place()) else 1
        if options.command == "migrate":
            return _migrate()
        return _become(Role(options.command))
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTING_STATUS


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ecommerce.serve", description="Run one process of the shop.")
    commands = parser.add_subparsers(dest="command", required=True)
    for role in Role:
        commands.add_parser(role.value)
    commands.add_parser("migrate")
    health = commands.add_parser("health")
    health.add_argument("role", choices=[role.value for role in Role])
    return parser.parse_args(arguments)


def _become(role: Role) -> int:
    profile = current_profile()
    if role not in roles_of(profile):
        known = ", ".join(roles_of(profile))
        raise WrongProfile(f"SHOP_PROFILE={profile.name} has no {role.value} process, only: {known}")
    _ = settings.INSTALLED_APPS  # a wrong setting is told here; loading the apps is left to what this process becomes
    place = _place()
    place.folder.mkdir(parents=True, exist_ok=True)
    forget_readiness(role, place=place)
    _empty_metrics()
    os.environ.update(environment_of(role, profile=profile, place=place))
    command = command_of(role, profile=profile, place=place)
    os.chdir(ROOT)
    os.execvp(command[0], command)  # noqa: S606 - no shell wanted


def _place() -> Place:
    # Read without Django, which a health check every few seconds need not load.
    return Place(
        host="0.0.0.0",  # noqa: S104 - the only way to a container is its own network
        port=_port(),
        folder=Path(os.environ.get("STATE_DIR") or ROOT / "var"),
        broker=os.environ.get("BROKER_URL", ""),
        storefront=os.environ.get("STOREFRONT_URL", ""),
    )


def _port() -> int:
    raw = os.environ.get("PORT") or str(_PORT)
    if not (re.fullmatch("[0-9]{1,5}", raw) and 1 <= int(raw) <= 65_535):
        raise ImproperlyConfigured(f"PORT is {raw!r}: must be a whole number from 1 to 65535. Example: PORT={_PORT}")
    return int(raw)


def _empty_metrics() -> None:
    # Metric files are per process; those of an earlier one would be summed up again.
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        try:
            Path(folder).mkdir(parents=True)
        except OSError as error:
            raise ImproperlyConfigured(
                f"PROMETHEUS_MULTIPROC_DIR is {folder!r}: must be a folder this process can make ({error.strerror})."
                " Example: PROMETHEUS_MULTIPROC_DIR=/tmp/shop/metrics"
            ) from error


def _migrate() -> int:
    os.environ.update(_MIGRATION_ENVIRONMENT)
    django.setup()
    call_command("migrate", interactive=False)
    call_command("ensure_roles")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
