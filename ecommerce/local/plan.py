"""What the shop consists of: the environment of its processes and the services to keep running."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ecommerce.local.ports import HOST
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.profiles import Profile
from ecommerce.roles import (
    STOP_SECONDS,
    Place,
    Role,
    answers_http,
    command_of,
    environment_of,
    forget_readiness,
    is_ready,
    roles_of,
)

ROOT: Final = Path(__file__).resolve().parent.parent.parent
STAFF_EMAIL: Final = "staff@northfold.example"
# Consumers before the servers they use; PostgreSQL last, so that every one of them can still commit.
_STOP_ORDER: Final = (
    ("sample-orders",),
    ("beat",),
    ("relay",),
    ("worker",),
    ("web", "sockets"),
    ("sandbox",),
    ("valkey-cache", "valkey-state"),
    ("postgres",),
)
_PAGES_PORT, _SOCKETS_PORT, _SANDBOX_PORT = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asked for; `copies` is how many processes of a role, where it is not one."""

    state: Path
    port: int
    demo: bool
    sample_orders: bool
    copies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Three neighbours: the shop, its WebSockets, the payment sandbox."""

    first: int

    @property
    def web(self) -> int:
        return self.first + _PAGES_PORT

    @property
    def sockets(self) -> int:
        return self.first + _SOCKETS_PORT

    @property
    def sandbox(self) -> int:
        return self.first + _SANDBOX_PORT


def base_environment(*, given: Mapping[str, str], state: StateFolder, ports: Ports) -> dict[str, str]:
    """Return the environment of every Django process, all but the servers' addresses.

    What the caller set stays. Secrets are supplied for the `local` environment only, so that production refuses
    to start without its own.
    """
    defaults = {
        "SHOP_ENVIRONMENT": "local",
        "STOREFRONT_URL": f"http://{HOST}:{ports.web}",
        "SOCKETS_URL": f"ws://{HOST}:{ports.sockets}",
        "DATABASE_POOL_SIZE": "0",
    }
    if given.get("SHOP_ENVIRONMENT", "local") == "local":
        defaults |= {"SECRET_KEY": state.secrets().secret_key, "EMAIL_URL": state.mail.as_uri()}
    return {
        **defaults,
        **{name: value for name, value in given.items() if value or name not in defaults},
        # Tests run a shop that is set a little differently; whatever Django project the caller works on is not this one.
        "DJANGO_SETTINGS_MODULE": given.get("SHOP_SETTINGS_MODULE") or "ecommerce.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "STATE_DIR": str(state.path),
        "PROMETHEUS_MULTIPROC_DIR": str(state.path / "metrics"),
    }


def sandbox_environment(*, state: StateFolder, ports: Ports) -> dict[str, str]:
    """Return the settings that make the embedded sandbox the shop's payment provider."""
    secrets = state.secrets()
    return {
        "STRIPE_API_KEY": secrets.stripe_api_key,
        "STRIPE_API_BASE": f"http://{HOST}:{ports.sandbox}",
        "STRIPE_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
    }


def sandbox_service(*, environment: Mapping[str, str], state: StateFolder, ports: Ports) -> Service:
    """Return the payment sandbox as a service."""
    command: tuple[str, ...] = (sys.executable, "-m", "apps.payments.sandbox")
    command += ("--host", HOST, "--port", str(ports.sandbox))
    command += ("--state", str(state.path / "sandbox"))
    command += ("--webhook-url", f"http://{HOST}:{ports.web}/api/v1/payments/webhooks/stripe")
    return Service(
        name="sandbox",
        command=command,
        environment={**environment, **sandbox_environment(state=state, ports=ports)},
        folder=ROOT,
        is_ready=lambda: answers_http(port=ports.sandbox, path="/health", host=HOST),
    )


def django_services(
    *, environment: Mapping[str, str], profile: Profile, state: StateFolder, ports: Ports, copies: Mapping[str, int]
) -> list[Service]:
    """Return the processes of the shop itself that `profile` asks for, as many of each role as `copies` says."""
    services = []
    for role in roles_of(profile):
        for number in range(1, copies.get(role, 1) + 1):
            place = Place(
                host=HOST,
                port=ports.sockets if role is Role.SOCKETS else ports.web,
                folder=state.path,
                broker=environment["BROKER_URL"],
                storefront=environment["STOREFRONT_URL"],
                number=number,
            )
            services.append(_service(role, environment=environment, profile=profile, place=place))
    return services


def service_names(name: str, *, copies: Mapping[str, int]) -> list[str]:
    """Return the names of all services of one role, or the one that a server has."""
    return [name, *(f"{name}-{number}" for number in range(2, copies.get(name, 1) + 1))]


def stop_order(*, copies: Mapping[str, int]) -> list[list[str]]:
    """Return the names of services in the groups in which they are stopped."""
    return [[each for name in group for each in service_names(name, copies=copies)] for group in _STOP_ORDER]


def prepare_command(name: str, *arguments: str, environment: Mapping[str, str]) -> Service:
    """Return a step of `ecommerce.local.prepare` as a command to run once."""
    command = (sys.executable, "-m", "ecommerce.local.prepare", name, *arguments)
    return Service(name=f"prepare-{name}", command=command, environment=environment, folder=ROOT)


def sample_orders_service(*, environment: Mapping[str, str]) -> Service:
    """Return the making of sample orders, which gives way to everything else."""
    command = ("nice", "-n", "19", sys.executable, "manage.py", "load_sample_orders")
    return Service(
        name="sample-orders",
        command=command,
        environment=environment,
        folder=ROOT,
        lists_workers=False,
        ends_by_itself=True,
    )


def _service(role: Role, *, environment: Mapping[str, str], profile: Profile, place: Place) -> Service:
    return Service(
        name=f"{role.value}{place.suffix}",
        command=command_of(role, profile=profile, place=place),
        environment={**environment, **environment_of(role, profile=profile, place=place)},
        folder=ROOT,
        is_ready=lambda: is_ready(role, place=place),
        before_start=lambda: forget_readiness(role, place=place),
        stop_seconds=STOP_SECONDS[role],
    )
