"""Answers: encoding, conditional requests, request ids, security headers."""

import re

import orjson
import pytest
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.kernel import codec
from apps.messaging import api as messaging
from apps.web import json, logs
from apps.web.middleware import RequestIdMiddleware
from tests.web import probe

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_contracts_go_out_as_the_kernels_codec_spells_them(client):
    answer = client.get("/api/v1/probe/plain")

    assert answer.json() == codec.encode(probe.THING)
    assert answer.json()["at"] == "2026-01-02T03:04:05Z"
    assert answer.json()["price"] == {"amount": "12.90", "currency": "EUR"}
    assert (answer["Content-Type"], answer["X-Own"]) == ("application/json", "1")


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
)
_LEAVES |= st.uuids() | st.datetimes(timezones=st.timezones()) | st.dates()


# How fast a busy machine makes up values says nothing.
@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner)))
def test_what_goes_out_is_what_the_codec_encodes(value):
    assert orjson.loads(json.dumps({"v": value})) == orjson.loads(orjson.dumps(codec.encode({"v": value})))


def test_no_content_has_no_body_and_no_type(client):
    answer = client.delete("/api/v1/probe/plain")

    assert (answer.status_code, answer.content, "Content-Type" in answer) == (204, b"", False)


@pytest.mark.parametrize("header", ['"v1"', 'W/"v1"', '"other", "v1"', "*"])
def test_if_none_match_naming_the_etag_gives_304(client, header):
    answer = client.get("/api/v1/probe/plain", headers={"If-None-Match": header})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"v1"')
    assert "Content-Type" not in answer


def test_if_none_match_naming_another_gives_the_whole(client):
    assert client.get("/api/v1/probe/plain", headers={"If-None-Match": '"v0"'}).status_code == 200


@pytest.mark.parametrize(("header", "status"), [
    ('"v1"', 200), ("*", 200), ('"v0", "v1"', 200), ('"v0"', 412), ('W/"v1"', 412), ("v1", 412),
])  # fmt: skip
def test_if_match_refuses_a_change_of_what_moved_on(client, header, status):
    answer = client.put("/api/v1/probe/plain", {}, "application/json", headers={"If-Match": header})

    assert answer.status_code == status


def test_without_if_match_everything_passes(client):
    assert client.put("/api/v1/probe/plain", {}, "application/json").status_code == 200


def test_a_request_id_is_made_and_echoed(client):
    first, second = client.get("/api/v1/probe/plain"), client.get("/health/live")

    assert _UUID7.fullmatch(first["X-Request-ID"])
    assert _UUID7.fullmatch(second["X-Request-ID"])
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_a_callers_request_id_is_taken_over(client):
    given = "trace-7f.1:abc/x=="

    assert client.get("/nothing", headers={"X-Request-ID": given})["X-Request-ID"] == given
    assert logs.request_id.get() == ""


def test_events_published_meanwhile_name_the_request(rf):
    seen = RequestIdMiddleware(lambda request: HttpResponse(str(messaging.causation.get())))

    answer = seen(rf.get("/", headers={"X-Request-ID": "r-3"}))

    assert answer.content.decode() == str({"request_id": "r-3"})
    assert messaging.causation.get() is None


def test_a_page_gets_its_missing_slash_and_refuses_a_foreign_host(client):
    assert client.get("/probe/page")["Location"] == "/probe/page/"
    assert client.get("/probe/page/", HTTP_HOST="evil.example").status_code == 400
    assert client.get("/api/v1/probe/plain/").status_code == 404


@pytest.mark.parametrize("given", ["", "a" * 129, "a b", 'a"b', "ü", "a\tb", "{x}"])
def test_an_unfit_request_id_is_replaced(client, given):
    assert _UUID7.fullmatch(client.get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"])


@pytest.mark.parametrize("path", ["/api/v1/probe/plain", "/api/v1/probe/raise/bug", "/nothing", "/health/live"])
def test_every_answer_has_the_security_headers(client, settings, path):
    settings.SECURE_HSTS_SECONDS = 60

    headers = client.get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'self'; img-src")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"] == "max-age=60; includeSubDomains"


@pytest.mark.django_db
def test_the_admin_has_its_own_policy(client):
    assert "'unsafe-eval'" in client.get("/admin/login/")["Content-Security-Policy"]


def test_rest_opens_no_session_and_pages_do(client):
    page = client.get("/probe/page/")
    rest = client.get("/api/v1/probe/who", headers={"Cookie": "sessionid=abc"})

    assert (page["Has-Session"], rest["Has-Session"]) == ("True", "False")
    assert (page.content, rest.json()["customer_id"]) == (b"<p>False", None)
