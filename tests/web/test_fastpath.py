"""Kept answers before Django: what goes out is what Django would have sent, and it follows every change within a second."""

import io
import threading
import time

import orjson
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.utils.translation.trans_real import _get_supported_language_variant, get_languages

from apps.kernel.ids import uuid7
from apps.web import answers, metrics
from apps.web.authentication import issue_access_token
from apps.web.fastpath import FastPath
from apps.web.languages import accepted_language
from apps.web.testing import assert_queries
from ecommerce.settings.limits import Budget
from tests.web import probe

URL = "/api/v1/probe/catalogue"
OWN = {"X-Request-ID", "RateLimit"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeping(keeping_answers):
    probe.Catalogue.built = 0


@pytest.fixture
def forget_languages():
    """What was made of languages is remembered while a process lives; call it after changing them."""

    def forget():
        for remembered in (accepted_language, get_languages, _get_supported_language_variant):
            remembered.cache_clear()

    yield forget
    forget()


@pytest.fixture
def shop():
    # As Django's test client does: the test's own connection stays open between requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Shop()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Shop:
    """The WSGI stack as `ecommerce.wsgi` builds it, counting what reaches Django."""

    def __init__(self):
        self.django = WSGIHandler()
        self.reached = 0
        self.application = FastPath(self._count)

    def _count(self, environ, start_response):
        self.reached += 1
        return self.django(environ, start_response)

    def get(self, url, application=None, method="GET", **environ):
        path, _, query = url.partition("?")
        given = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "testserver", "SERVER_PORT": "80",
            "REMOTE_ADDR": "10.1.1.1", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http", "wsgi.errors": io.StringIO(),
            **environ,
        }  # fmt: skip
        seen = {}

        def start_response(status, headers):
            seen.update(status=status, headers=headers)

        body = b"".join((application or self.application)(given, start_response))
        return seen["status"], dict(seen["headers"]), body


def without(headers, names):
    return {name: value for name, value in headers.items() if name not in names}


def test_the_second_answer_is_the_first_ones_bytes_and_headers_without_django_and_sql(shop, limiting, settings):
    settings.SECURE_HSTS_SECONDS = 60

    from_django = shop.get(URL, **limiting)
    with assert_queries(at_most=0):
        kept = shop.get(URL, **limiting)

    assert (shop.reached, probe.Catalogue.built) == (1, 1)
    assert (kept[0], kept[2]) == (from_django[0], from_django[2])
    assert kept[1].keys() == from_django[1].keys()
    assert without(kept[1], OWN) == without(from_django[1], OWN)
    assert kept[1]["X-Request-ID"] != from_django[1]["X-Request-ID"]
    assert {"ETag", "Cache-Control", "RateLimit", "RateLimit-Policy", "Content-Security-Policy", "X-Content-Type-Options",
            "Strict-Transport-Security"} <= kept[1].keys()  # fmt: skip


def test_django_itself_sends_the_same_for_a_kept_answer(shop, limiting):
    shop.get(URL, **limiting)

    past_the_fast_path, kept = shop.get(URL, application=shop.django, **limiting), shop.get(URL, **limiting)

    assert probe.Catalogue.built == 1
    assert kept[2] == past_the_fast_path[2]
    assert without(kept[1], OWN) == without(past_the_fast_path[1], OWN)


def test_304_is_the_same_from_both(shop, limiting):
    etag = shop.get(URL, **limiting)[1]["ETag"]

    by_django = shop.get(URL, application=shop.django, HTTP_IF_NONE_MATCH=etag, **limiting)
    kept = shop.get(URL, HTTP_IF_NONE_MATCH=f'"other", W/{etag}', **limiting)

    assert (kept[0], kept[2]) == (by_django[0], by_django[2]) == ("304 Not Modified", b"")
    assert kept[1].keys() == by_django[1].keys()
    assert without(kept[1], OWN) == without(by_django[1], OWN)


@pytest.mark.parametrize("url", [URL, f'{URL}/\xc3\xbc "'])
def test_429_is_the_same_from_both(shop, limiting, settings, url):
    settings.LIMITS = {"catalogue": Budget(2, 0.5, fails_open=True)}
    for _ in range(2):
        shop.get(url, **limiting)
    given = {"HTTP_X_REQUEST_ID": "one", **limiting}

    by_django, kept = shop.get(url, application=shop.django, **given), shop.get(url, **given)

    assert kept[0] == by_django[0] == "429 Too Many Requests"
    assert kept[2] == by_django[2]
    assert without(kept[1], {"RateLimit"}) == without(by_django[1], {"RateLimit"})


def test_requests_are_counted_under_the_same_route(shop):
    def count():
        labels = {"method": "GET", "route": "api/v1/probe/catalogue", "status": "200"}
        return metrics.HTTP.get_sample_value("shop_http_requests_total", labels) or 0

    before = count()
    for _ in range(3):
        shop.get(URL)

    assert (count() - before, shop.reached) == (3, 1)


def test_a_callers_request_id_is_echoed(shop):
    shop.get(URL)

    assert shop.get(URL, HTTP_X_REQUEST_ID="mine")[1]["X-Request-ID"] == "mine"
    assert len(shop.get(URL, HTTP_X_REQUEST_ID="\r\nbad")[1]["X-Request-ID"]) == 36


def test_parameters_in_another_order_are_the_same_answer_and_other_values_another(shop):
    shop.get(f"{URL}?limit=1&sort=a")

    shop.get(f"{URL}?sort=a&limit=1")
    shop.get(f"{URL}?sort=b&limit=1")

    assert probe.Catalogue.built == 2


@pytest.mark.parametrize("query", ["other=1", "limit=1&other=1", "limit=1&%6Fther=1", "sort=" + "x" * 600])
def test_unknown_and_oversized_parameters_are_never_kept(shop, query):
    for _ in range(2):
        shop.get(f"{URL}?{query}")

    assert probe.Catalogue.built == 2


def test_credentials_reach_the_view_each_time(shop):
    token = f"Bearer {issue_access_token(user_id=uuid7(), is_staff=False)}"
    shop.get(URL)

    mine, wrong = shop.get(URL, HTTP_AUTHORIZATION=token), shop.get(URL, HTTP_AUTHORIZATION="Bearer x")

    assert (mine[0], wrong[0], probe.Catalogue.built) == ("200 OK", "401 Unauthorized", 2)


def test_a_cookie_changes_nothing(shop):
    shop.get(URL)
    shop.get(URL, HTTP_COOKIE="sessionid=x")

    assert probe.Catalogue.built == 1


def test_refusals_and_other_methods_are_not_kept(shop):
    refused = [shop.get(f"{URL}?limit=0")[0] for _ in range(2)]
    shop.get(URL)
    head = shop.get(URL, method="HEAD")

    assert (refused, probe.Catalogue.built) == (["400 Bad Request"] * 2, 4)
    assert head[1]["ETag"]


def test_a_moved_generation_is_seen_at_once_in_the_process_that_moved_it(shop):
    shop.get(URL)
    answers.bump_generation("probe")

    assert b'"built":2' in shop.get(URL)[2]


def test_a_generation_moved_by_another_process_is_seen_within_a_second(shop):
    shop.get(URL)
    bump_elsewhere()
    began = time.monotonic()
    while b'"built":2' not in shop.get(URL)[2] and time.monotonic() - began < 3:
        time.sleep(0.01)

    assert time.monotonic() - began < 1


def bump_elsewhere():
    """Move the generation in Valkey without this process noticing, as another process does."""
    here = dict(answers._generations)
    answers.bump_generation("probe")
    answers._generations.update(here)


def test_while_one_request_rebuilds_others_get_the_old_answer(shop, monkeypatch):
    shop.get(URL)
    answers.bump_generation("probe")
    monkeypatch.setattr(answers, "_STALE_SECONDS", 30)
    monkeypatch.setattr(answers, "_REBUILD_PAUSE_SECONDS", 30)
    building, finish = threading.Event(), threading.Event()
    build = probe.Catalogue.get.__wrapped__

    def slow(self, request, name=""):
        building.set()
        finish.wait(5)
        return build(self, request)

    monkeypatch.setattr(probe.Catalogue, "get", answers.cacheable("probe", params={"limit"})(slow))
    found = []
    thread = threading.Thread(target=lambda: found.append(shop.get(URL)) or connection.close())
    thread.start()
    building.wait(5)
    old = [shop.get(URL)[2] for _ in range(20)]
    finish.set()
    thread.join()

    assert all(b'"built":1' in body for body in old)
    assert b'"built":2' in found[0][2]
    assert b'"built":2' in shop.get(URL)[2]


def test_another_process_takes_the_answer_from_valkey(shop):
    shop.get(URL)
    answers._memory.clear()

    assert b'"built":1' in shop.get(URL)[2]
    assert probe.Catalogue.built == 1


def test_without_valkey_every_request_reaches_its_view(shop, settings):
    shop.get(URL)
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    answers._generations.clear()
    try:
        bodies = [shop.get(URL)[2] for _ in range(3)]
        answers.bump_generation("probe")
    finally:
        answers._breaker = type(answers._breaker)()

    assert [b'"built":%d' % n in body for n, body in zip((2, 3, 4), bodies, strict=True)] == [True] * 3


def test_an_evicted_generation_never_brings_old_answers_back(shop):
    from django.conf import settings

    from apps.persistence import valkey

    shop.get(URL)
    valkey.client(settings.CACHE_URL).delete(answers._name("generation", "probe"))
    answers._generations.clear()

    assert b'"built":2' in shop.get(URL)[2]


def test_an_answer_dies_even_if_nobody_moves_its_generation(shop, monkeypatch):
    monkeypatch.setattr(answers, "_LIFETIME_SECONDS", 0.05)
    shop.get(URL)
    time.sleep(0.06)

    shop.get(URL)

    assert probe.Catalogue.built == 2


def test_memory_is_bounded_and_the_least_used_goes_first(shop, settings):
    settings.ANSWERS_MEMORY_BYTES = 8_000
    shop.get(f"{URL}?sort=kept")
    for number in range(20):
        shop.get(f"{URL}?sort={number}")
        shop.get(f"{URL}?sort=kept")

    assert answers._memory._bytes <= 8_000
    assert answers._memory.find(f"{URL}?sort=kept")
    assert answers._memory.find(f"{URL}?sort=0") is None


def test_another_host_is_refused_though_the_answer_is_kept(shop):
    shop.get(URL)
    kept = shop.get(URL)
    foreign = shop.get(URL, HTTP_HOST="evil.example")

    assert (kept[0], foreign[0]) == ("200 OK", "400 Bad Request")
    assert orjson.loads(foreign[2])["errors"][0]["field"] == "Host"
    assert shop.get(URL, HTTP_HOST="testserver")[0] == "200 OK"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a=1&b=2", "b=2&a=1", True),
        ("option.Size=M&sort=price", "sort=price&option.Size=M", True),
        ("sort=price&sort=title", "sort=title&sort=price", False),
        ("sort=price&sor%74=title", "sor%74=title&sort=price", False),
        ("sort=price&so+rt=title", "so+rt=title&sort=price", False),
        ("a=1&a=2", "a=1&a=1&a=2", False),
        ("a=1&b=2", "a=2&b=1", False),
        ("a=1%26b=2", "a=1&b=2", False),
    ],
)
def test_order_of_parameters_makes_another_answer_only_where_it_may_count(one, other, same, settings):
    def key(query):
        return answers.key_of({"REQUEST_METHOD": "GET", "PATH_INFO": "/api/v1/products", "QUERY_STRING": query})

    assert (key(one) == key(other)) == same


def test_answers_are_kept_for_each_language_and_say_so(shop):
    own = shop.get(URL)
    german = shop.get(URL, HTTP_ACCEPT_LANGUAGE="de-AT,de;q=0.9,en;q=0.5")

    assert own[1]["Vary"] == german[1]["Vary"] == "Accept-Language"
    assert own[2] != german[2]
    assert shop.reached == 2
    assert shop.get(URL, HTTP_ACCEPT_LANGUAGE="de")[2] == german[2]
    assert shop.get(URL, HTTP_ACCEPT_LANGUAGE="pl, en;q=0.3")[2] == own[2]
    assert shop.reached == 2
    not_modified = shop.get(URL, HTTP_ACCEPT_LANGUAGE="de", HTTP_IF_NONE_MATCH=german[1]["ETag"])
    assert (not_modified[0], not_modified[1]["Vary"]) == ("304 Not Modified", "Accept-Language")


def test_a_shop_of_one_language_keeps_one_answer_and_does_not_vary(shop, settings, forget_languages):
    settings.LANGUAGES = [("en", "English")]
    forget_languages()
    own = shop.get(URL, HTTP_ACCEPT_LANGUAGE="de")

    assert "Vary" not in own[1]
    assert shop.get(URL)[2] == own[2]
