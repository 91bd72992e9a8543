"""What the shop consists of: the environment of its processes and the services to keep running."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from ecommerce.local.ports import HOST
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.local.valkey import has_waiting_client
from ecommerce.profiles import Profile, Surface

ROOT: Final = Path(__file__).resolve().parent.parent.parent
STAFF_EMAIL: Final = "staff@northfold.example"
# Consumers before the servers they use; PostgreSQL last, so that every one of them can still commit.
STOP_ORDER: Final = (
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
    """What the command line asked for."""

    state: Path
    port: int
    demo: bool


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
    }
    if given.get("SHOP_ENVIRONMENT", "local") == "local":
        defaults |= {"SECRET_KEY": state.secrets().secret_key, "EMAIL_URL": state.mail.as_uri()}
    return {
        **defaults,
        **{name: value for name, value in given.items() if value or name not in defaults},
        "DJANGO_SETTINGS_MODULE": "ecommerce.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "STATE_DIR": str(state.path),
        "PROMETHEUS_MULTIPROC_DIR": str(state.path / "metrics"),
        "DATABASE_POOL_SIZE": "0",
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
    secrets = state.secrets()
    command = _python("-m", "apps.payments.sandbox", "--host", HOST, "--port", str(ports.sandbox))
    command += ("--state", str(state.path / "sandbox"))
    command += ("--webhook-url", f"http://{HOST}:{ports.web}/api/v1/payments/webhooks/stripe")
    command += ("--webhook-secret", secrets.stripe_webhook_secret, "--api-key", secrets.stripe_api_key)
    return Service(
        name="sandbox",
        command=command,
        environment=environment,
        folder=ROOT,
        is_ready=answers_http(port=ports.sandbox, path="/health", host=HOST),
    )


def django_services(
    *, environment: Mapping[str, str], profile: Profile, state: StateFolder, ports: Ports
) -> list[Service]:
    """Return the processes of the shop itself that `profile` asks for."""
    # A web process has a fixed number of threads, each with its connection; a sockets process has as many as it needs.
    pooled = {**environment, "DATABASE_POOL_SIZE": str(profile.pools.database)}
    services = []
    if profile.surfaces - {Surface.SOCKETS}:
        services.append(_web(environment=environment, profile=profile, port=ports.web))
    if Surface.SOCKETS in profile.surfaces:
        services.append(_sockets(environment=pooled, port=ports.sockets))
    if profile.queues:
        services.append(_worker(environment=environment, profile=profile, state=state))
        services.append(_relay(environment=environment))
        services.append(_beat(environment=environment, state=state))
    return services


def prepare_command(name: str, *arguments: str, environment: Mapping[str, str]) -> Service:
    """Return a step of `ecommerce.local.prepare` as a command to run once."""
    command = _python("-m", "ecommerce.local.prepare", name, *arguments)
    return Service(name=f"prepare-{name}", command=command, environment=environment, folder=ROOT)


def answers_http(*, port: int, path: str, host: str) -> Callable[[], bool]:
    """Return a check: does `path` on this loopback port answer 200 within two seconds?"""

    def check() -> bool:
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return check


def _web(*, environment: Mapping[str, str], profile: Profile, port: int) -> Service:
    pools = profile.pools
    sizes = ("--workers", str(pools.web_workers), "--blocking-threads", str(pools.web_threads))
    return _granian(
        "web", "ecommerce.wsgi:application", "wsgi", port=port, environment=environment, extra=(*sizes, "--no-ws")
    )


def _sockets(*, environment: Mapping[str, str], port: int) -> Service:
    extra = ("--workers", "1")
    return _granian("sockets", "ecommerce.asgi:application", "asgi", port=port, environment=environment, extra=extra)


def _granian(
    name: str, target: str, interface: str, *, port: int, environment: Mapping[str, str], extra: Sequence[str]
) -> Service:
    command = _python("-m", "granian", "--interface", interface, target, "--host", HOST, "--port", str(port))
    command += ("--http", "1", "--backlog", "2048", "--respawn-failed-workers", "--respawn-interval", "0.2")
    command += ("--workers-kill-timeout", "8", "--no-access-log", *extra)
    return Service(
        name=name,
        command=command,
        environment=environment,
        folder=ROOT,
        is_ready=answers_http(port=port, path="/health/ready", host=urlsplit(environment["STOREFRONT_URL"]).netloc),
        stop_seconds=15,
    )


def _worker(*, environment: Mapping[str, str], profile: Profile, state: StateFolder) -> Service:
    ready = state.path / "worker.ready"
    command = _celery("ecommerce.local.worker", environment=environment)
    command += ("worker", "--queues", ",".join(profile.queues))
    command += ("--concurrency", str(profile.pools.worker_processes), "--hostname", "shop@%h", "--loglevel", "INFO")
    command += ("--without-gossip", "--without-mingle")
    return Service(
        name="worker",
        command=command,
        environment={
            **environment,
            "SHOP_WORKER_READY_FILE": str(ready),
            "SHOP_WORKER_CANARY_QUEUE": profile.queues[0],
        },
        folder=ROOT,
        is_ready=ready.exists,
        before_start=lambda: ready.unlink(missing_ok=True),
        # Longer than a task may take: a warm stop lets the task under way commit.
        stop_seconds=60,
    )


def _beat(*, environment: Mapping[str, str], state: StateFolder) -> Service:
    command = _celery("ecommerce", environment=environment)
    command += ("beat", "--schedule", str(state.path / "beat-schedule"), "--pidfile=", "--loglevel", "INFO")
    return Service(name="beat", command=command, environment=environment, folder=ROOT)


def _relay(*, environment: Mapping[str, str]) -> Service:
    broker = environment["BROKER_URL"]
    return Service(
        name="relay",
        command=_python("manage.py", "relay"),
        environment=environment,
        folder=ROOT,
        # Between two rounds it listens for a poke.
        is_ready=lambda: has_waiting_client(broker, command="blpop"),
    )


def _celery(application: str, *, environment: Mapping[str, str]) -> tuple[str, ...]:
    command = _python("-m", "celery", "-A", application)
    broker = urlsplit(environment["BROKER_URL"])
    if broker.scheme != "unix":
        return command
    # Celery's command line prefers BROKER_URL of the environment to the settings, and spells sockets differently.
    database = dict(parse_qsl(broker.query)).get("db", "0")
    return (*command, "--broker", f"redis+socket://{broker.path}?virtual_host={database}")


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
