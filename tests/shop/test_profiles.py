"""Every profile boots on its own, as `bin/up` starts it, and serves what its table says and nothing else."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import redis
from celery import Celery
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from apps.kernel.ids import uuid7
from ecommerce.local.console import Console
from ecommerce.local.plan import HOST, Ports, django_services
from ecommerce.local.ports import find_free_block
from ecommerce.local.state import StateFolder
from ecommerce.local.supervisor import Supervisor
from ecommerce.profiles import Profile, Surface, app_labels, get_profile, profile_names
from tests.shop.client import wait_for
from tests.shop.running import Shop

# The database of the broker on which no other worker listens.
QUIET_DATABASE = "9"


@dataclass(frozen=True)
class Route:
    """A route of an app on a surface, and what it answers where it is mounted."""

    surface: Surface
    app: str
    method: str
    path: str
    status: int


ROUTES = [
    Route(Surface.PAGES, "storefront", "GET", "/", 200),
    Route(Surface.PAGES, "storefront", "GET", "/cart/", 200),
    Route(Surface.PAGES, "media", "POST", f"/media/{'0' * 32}/320.webp", 405),
    Route(Surface.REST, "search", "GET", "/api/v1/products", 200),
    Route(Surface.REST, "search", "GET", "/api/v1/categories", 200),
    Route(Surface.REST, "catalog", "GET", "/api/v1/staff/products", 401),
    Route(Surface.REST, "checkout", "GET", "/api/v1/cart", 200),
    Route(Surface.REST, "accounts", "GET", "/api/v1/users/me", 401),
    Route(Surface.REST, "orders", "GET", "/api/v1/staff/orders", 401),
    Route(Surface.REST, "payments", "POST", "/api/v1/payments/refund", 401),
    Route(Surface.REST, "backoffice", "GET", f"/api/v1/inventory/{uuid7()}", 401),
    Route(Surface.WEBHOOKS, "payments", "POST", "/api/v1/payments/webhooks/stripe", 400),
    Route(Surface.ADMIN, "backoffice", "GET", "/admin/login/", 200),
]
HEALTH = ["/health/live", "/health/ready", "/metrics"]
UNAUTHENTICATED = 4401
PROFILES = [get_profile(name) for name in profile_names()]
WEB = [profile for profile in PROFILES if profile.surfaces - {Surface.SOCKETS}]
SOCKETS = [profile for profile in PROFILES if Surface.SOCKETS in profile.surfaces]
WORKERS = [profile for profile in PROFILES if profile.queues]


def by_name(profiles: list[Profile]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("profile", profiles, ids=[profile.name for profile in profiles])


def environment_of(shop: Shop) -> dict[str, str]:
    """Return the environment of the shop's web process."""
    content = Path(f"/proc/{shop.run['pids']['web'][0]}/environ").read_text()
    return dict(item.split("=", 1) for item in content.split("\0") if "=" in item)


@contextmanager
def booted(profile: Profile, kind: str, *, environment: Mapping[str, str], folder: Path) -> Iterator[Ports]:
    """Run the web, sockets or worker process of a profile against the servers of a running shop."""
    state, ports = StateFolder(folder), Ports(first=find_free_block())
    state.open()
    supervisor = Supervisor(state=state, console=Console(quiet=True))
    try:
        own = {
            "SHOP_PROFILE": profile.name,
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "m"),
            "STATIC_ROOT": f"{environment['STATE_DIR']}/static",
        }
        (folder / "m").mkdir()
        services = django_services(
            environment={**environment, **own}, profile=profile, state=state, ports=ports, copies={}
        )
        supervisor.start(next(service for service in services if service.name == kind))
        supervisor.wait_until_ready([kind], patience=60)
        yield ports
    finally:
        supervisor.stop([])
        state.close()


def ask(port: int, path: str, *, method: str = "GET", host: str) -> int:
    """Return the status of a request of no body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    try:
        body = b"{}" if method == "POST" else None
        connection.request(method, path, body, {"Host": host, "Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()


def expected(profile: Profile, route: Route) -> int:
    return route.status if route.surface in profile.surfaces and route.app in profile.apps else 404


def close_code(shop: Shop, port: int) -> int:
    """Open live updates with a forged token; return how it is refused."""
    with connect(f"ws://{HOST}:{port}/ws/orders/{uuid7()}", origin=shop.base, open_timeout=10) as socket:
        socket.send(json.dumps({"token": "wrong"}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
    return closed.value.rcvd.code


def test_every_profile_is_started_here():
    assert {profile.name for profile in [*WEB, *SOCKETS, *WORKERS]} == set(profile_names())


@by_name(WEB)
def test_web_process_serves_its_own_routes_and_no_others(shop, profile, tmp_path):
    host = urlsplit(shop.base).netloc
    with booted(profile, "web", environment=environment_of(shop), folder=tmp_path) as ports:
        got = {route.path: ask(ports.web, route.path, method=route.method, host=host) for route in ROUTES}
        health = [ask(ports.web, path, host=host) for path in HEALTH]
        schema = ask(ports.web, "/api/schema/", host=host)
        with pytest.raises(InvalidStatus) as refused:
            close_code(shop, ports.web)

    assert got == {route.path: expected(profile, route) for route in ROUTES}
    assert health == [200, 200, 200]
    assert schema == (200 if Surface.REST in profile.surfaces else 404)
    assert refused.value.response.status_code == 404


@by_name(SOCKETS)
def test_sockets_process_serves_live_updates_and_no_pages(shop, profile, tmp_path):
    host = urlsplit(shop.base).netloc
    with booted(profile, "sockets", environment=environment_of(shop), folder=tmp_path) as ports:
        code = close_code(shop, ports.sockets)
        got = {route.path: ask(ports.sockets, route.path, method=route.method, host=host) for route in ROUTES}
        health = [ask(ports.sockets, path, host=host) for path in HEALTH]

    assert code == UNAUTHENTICATED
    assert set(got.values()) == {404}
    assert health == [200, 200, 200]


@by_name(WORKERS)
def test_worker_drains_its_own_queues_and_no_others(shop, profile, tmp_path):
    environment = environment_of(shop)
    broker = on_quiet_database(environment["BROKER_URL"])
    with redis.Redis.from_url(broker) as client:
        client.flushdb()
        send_to_every_queue(broker)
        assert waiting(client) == set(app_labels())

        with booted(profile, "worker", environment={**environment, "BROKER_URL": broker}, folder=tmp_path):
            wait_for(lambda: not waiting(client) & set(profile.queues), what="its queues to be empty", seconds=30)
            left = waiting(client)
        client.flushdb()

    assert left == set(app_labels()) - set(profile.queues)


def on_quiet_database(url: str) -> str:
    address, _, query = url.partition("?")
    return f"{address}?{urlencode({**dict(parse_qsl(query)), 'db': QUIET_DATABASE})}"


def send_to_every_queue(broker: str) -> None:
    parts = urlsplit(broker)
    url = broker if parts.scheme != "unix" else f"redis+socket://{parts.path}?virtual_host={QUIET_DATABASE}"
    with Celery(broker=url) as sender:
        for queue in app_labels():
            sender.send_task("ecommerce.canary", queue=queue)


def waiting(client: redis.Redis) -> set[str]:
    """Return the queues in which a task waits."""
    return {queue for queue in app_labels() if client.llen(queue)}
