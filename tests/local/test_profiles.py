"""`bin/up` starts what a profile names and nothing else; tests/shop/test_profiles.py boots every one of them."""

import http.client

import psutil
import pytest

from ecommerce.local.embedded import embedded_servers, run_shop
from ecommerce.profiles import Surface, WrongProfile, app_labels, get_profile

# A path of each surface and the app it belongs to. Whatever they answer, it is not 404 where they are mounted.
PROBES = {
    Surface.PAGES: ("GET", "/", "storefront"),
    Surface.REST: ("GET", "/api/v1/products", "search"),
    Surface.WEBHOOKS: ("POST", "/api/v1/payments/webhooks/stripe", "payments"),
    Surface.ADMIN: ("GET", "/admin/login/", "backoffice"),
}


def _status(port, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Servers that every profile's processes share."""
    with embedded_servers(tmp_path_factory.mktemp("servers")) as urls:
        yield urls.environment() | {"STRIPE_API_KEY": "sk_test_profiles", "STRIPE_WEBHOOK_SECRET": "whsec_profiles"}


@pytest.mark.processes
@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["catalogue", "worker-orders"])
def test_a_profile_boots_and_serves_only_its_own(name, addresses, tmp_path):
    profile = get_profile(name)

    with run_shop(state=tmp_path / "state", demo=False, environment=addresses | {"SHOP_PROFILE": name}) as shop:
        pids = shop.run["pids"]
        has_web = bool(profile.surfaces - {Surface.SOCKETS})
        assert bool(pids["web"]) == has_web
        assert bool(pids["sockets"]) == (Surface.SOCKETS in profile.surfaces)
        assert bool(pids["worker"]) == bool(profile.queues)
        if has_web:
            mounted = {
                surface for surface, (method, path, _) in PROBES.items() if _status(shop.port, method, path) != 404
            }
            assert mounted == {
                surface for surface, (_, _, app) in PROBES.items() if profile.serves(surface=surface, app=app)
            }
        if profile.queues:
            command = psutil.Process(pids["worker"][0]).cmdline()
            *taken, canaries = command[command.index("--queues") + 1].split(",")
            assert (tuple(taken), canaries.partition(".")[0]) == (tuple(profile.queues), "canary")


def test_the_default_profile_serves_every_surface_app_and_queue():
    everything = get_profile("all")

    assert everything.surfaces == frozenset(Surface)
    assert everything.apps == frozenset(app_labels())
    assert everything.queues == app_labels()


def test_the_two_partial_workers_drain_every_queue_between_them():
    orders, fanout = get_profile("worker-orders"), get_profile("worker-fanout")

    served = set(orders.queues) | set(fanout.queues)

    # The storefront's pages have no handlers, hence no messages, nor have brand, content and addressing; persistence and web have no
    # models of their own to react with.
    assert set(app_labels()) - served == {"addressing", "brand", "content", "persistence", "storefront", "web"}
    assert not set(orders.queues) & set(fanout.queues)


def test_an_unknown_profile_is_named_beside_the_known_ones():
    with pytest.raises(WrongProfile, match=r"SHOP_PROFILE is 'moon', not one of all, api,"):
        get_profile("moon")


def test_a_profile_serves_an_app_only_on_its_surfaces():
    catalogue = get_profile("catalogue")

    assert catalogue.serves(surface=Surface.REST, app="search")
    assert not catalogue.serves(surface=Surface.PAGES, app="search")
    assert not catalogue.serves(surface=Surface.REST, app="orders")
    assert not catalogue.drains("orders")
