"""What each profile serves, static files around Django, and the sockets process."""

import asyncio
import gzip
import io

import pytest
from django.urls import resolve
from django.urls.resolvers import RegexPattern, URLResolver

from apps.web.static import serve_static
from ecommerce.asgi import application as sockets
from ecommerce.profiles import Surface, get_profile
from ecommerce.urls import admin, api, storefront


def resolver(profile):
    patterns = [*api.patterns(profile), *admin.patterns(profile), *storefront.patterns(profile)]
    return URLResolver(RegexPattern(r"^/"), patterns)


def routes(profile):
    found = []

    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            else:
                found.append(route)

    walk(resolver(profile).url_patterns, "")
    return found


def test_the_whole_shop_serves_every_surface():
    found = routes(get_profile("all"))

    assert any(route.startswith("admin/") for route in found)
    assert {"api/schema/", "api/docs/"} <= set(found)
    assert any(route.startswith("api/v1/products") for route in found)


@pytest.mark.parametrize(("name", "prefixes"), [
    ("api", ("api/",)),
    ("catalogue", ("api/v1/products", "api/v1/categories", "api/v1/staff/products", "api/schema/", "api/docs/")),
    ("webhooks", ("api/v1/payments/webhooks/",)),
    ("backoffice", ("admin/",)),
    ("sockets", ()), ("worker", ()),
])  # fmt: skip
def test_a_profile_serves_only_its_own(name, prefixes):
    assert [route for route in routes(get_profile(name)) if not route.startswith(prefixes)] == []


def test_the_api_profile_leaves_webhooks_to_others():
    assert not any("webhooks" in route for route in routes(get_profile("api")))


def test_pages_and_rest_are_apart():
    pages = routes(get_profile("storefront"))

    assert not any(route.startswith(("api/", "admin/")) for route in pages)
    assert Surface.PAGES not in get_profile("api").surfaces


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_every_process_tells_its_health(path):
    assert resolve(path, urlconf="ecommerce.urls")


@pytest.fixture
def static_root(tmp_path, settings):
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / "app.0123456789ab.css").write_bytes(b"a" * 2000)
    (tmp_path / "app.0123456789ab.css.gz").write_bytes(gzip.compress(b"a" * 2000))
    (tmp_path / "robots.txt").write_bytes(b"User-agent: *")


def get_static(path, **environ):
    def django(environ, start_response):
        start_response("404 Not Found", [])
        return [b"django"]

    seen = {}
    given = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": io.BytesIO(), **environ}
    body = b"".join(serve_static(django)(given, lambda status, headers: seen.update(status=status, **dict(headers))))
    return seen, body


def test_a_hashed_name_is_kept_for_ever_and_compressed(static_root):
    seen, body = get_static("/static/app.0123456789ab.css", HTTP_ACCEPT_ENCODING="gzip")

    assert "immutable" in seen["Cache-Control"]
    assert (seen["Content-Encoding"], seen["X-Content-Type-Options"], len(body) < 100) == ("gzip", "nosniff", True)


def test_a_plain_name_is_kept_for_an_hour(static_root):
    seen, body = get_static("/static/robots.txt")

    assert (seen["Cache-Control"], body) == ("max-age=3600, public", b"User-agent: *")


@pytest.mark.parametrize("path", ["/", "/static/none.css", "/static/../settings.py", "/robots.txt"])
def test_everything_else_reaches_django(static_root, path):
    assert get_static(path)[1] == b"django"


def get_from_sockets(path):
    sent = []

    async def send(message):
        sent.append(message)

    received = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        return next(received, None) or await asyncio.Event().wait()

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "http_version": "1.1", "scheme": "http", "server": ("testserver", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asyncio.run(asyncio.wait_for(sockets(scope, receive, send), 10))
    return sent[0]["status"]


def test_the_sockets_process_serves_health_but_no_pages():
    assert get_from_sockets("/health/live") == 200
    assert get_from_sockets("/api/v1/products") == 404
    assert get_from_sockets("/admin/") == 404
