"""Every refusal under /api/ is a problem with the status of its category."""

import json

import pytest

from apps.kernel import errors
from apps.kernel.errors import FieldError
from apps.web.problems import STATUS, flatten, name_values, status_of

EXPECTED = {
    "invalid": (400, "not_sold_in_currency"),
    "unauthenticated": (401, "unauthenticated"),
    "declined": (402, "declined"),
    "denied": (403, "permission_denied"),
    "not_found": (404, "not_found"),
    "conflict": (409, "conflict"),
    "precondition": (412, "precondition_failed"),
    "unprocessable": (422, "unprocessable"),
    "too_many": (429, "too_many_requests"),
    "unavailable": (503, "unavailable"),
    "http404": (404, "not_found"),
    "data": (400, "invalid"),
    "outage": (503, "unavailable"),
    "bug": (500, "internal_error"),
}


@pytest.mark.parametrize("what", EXPECTED)
def test_each_category_has_its_status(client, what):
    answer = client.get(f"/api/v1/probe/raise/{what}")

    body = answer.json()
    assert (answer.status_code, body["code"]) == EXPECTED[what]
    assert answer["Content-Type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["instance"] == f"/api/v1/probe/raise/{what}"
    assert body["request_id"] == answer["X-Request-ID"]
    assert body["type"]
    assert body["title"]
    assert body["detail"]


def test_every_category_of_the_kernel_is_mapped():
    categories = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DomainError)
    ]

    assert {kind for kind in categories if kind is not errors.DomainError} <= STATUS.keys()
    assert status_of(errors.DomainError()) == 500


def test_an_error_hands_on_its_extra_members_but_cannot_overwrite_the_problems_own(client, monkeypatch):
    from tests.web import probe

    monkeypatch.setitem(probe.RAISES, "declined", errors.Declined("No.", extra={"decline_code": "x", "status": 1}))

    body = client.get("/api/v1/probe/raise/declined").json()

    assert (body["decline_code"], body["status"]) == ("x", 402)


def test_the_instance_is_a_uri_reference_whatever_the_path(client):
    body = client.get("/api/v1/nothing/%C3%BC%20%22%3C").json()

    assert body["instance"] == "/api/v1/nothing/%C3%BC%20%22%3C"


def test_waiting_and_challenging_have_their_headers(client):
    assert client.get("/api/v1/probe/raise/too_many")["Retry-After"] == "7"
    assert client.get("/api/v1/probe/raise/unavailable")["Retry-After"] == "3"
    assert client.get("/api/v1/probe/raise/unauthenticated")["WWW-Authenticate"].startswith("Bearer")


def test_a_bug_tells_the_caller_nothing_but_the_log_everything(client, caplog):
    answer = client.get("/api/v1/probe/raise/bug")

    assert b"secret" not in answer.content
    assert "a secret" in caplog.text


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_body"),
        (b'{"email": NaN}', "application/json", 400, "malformed_body"),
        (b'{"email": "\xff"}', "application/json", 400, "malformed_body"),
        (b'{"email": "\\ud800"}', "application/json", 400, "malformed_body"),
        (b"[" * 5000, "application/json", 400, "malformed_body"),
        (b'"text"', "application/json", 400, "validation_failed"),
        (b"[]", "application/json", 400, "validation_failed"),
        (b"null", "application/json", 400, "validation_failed"),
        (b"", "application/json", 400, "validation_failed"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"<a/>", "text/xml", 415, "unsupported_media_type"),
        (b'{"a":"' + b"x" * 2_700_000 + b'"}', "application/json", 413, "body_too_large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(client, body, kind, status, code):
    answer = client.post("/api/v1/probe/plain", body, content_type=kind)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_each_wrong_field_is_named_by_its_path(client):
    body = {"email": "nobody", "items": [{"quantity": 1}, {"quantity": 0}, {}]}

    answer = client.post("/api/v1/probe/plain", body, content_type="application/json")

    found = {(e["field"], e["code"]) for e in answer.json()["errors"]}
    assert found == {("email", "invalid"), ("items.1.quantity", "min_value"), ("items.2.quantity", "required")}
    assert all(e["detail"] for e in answer.json()["errors"])


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("nobody", '"nobody": '),
        ({"a": [1.5]}, '{"a":[1.5]}: '),
        ("x" * 500, f'"{"x" * 59}…: '),
        ("", '"": '),
    ],
)
def test_each_wrong_value_is_named_before_what_is_wrong_with_it(client, email, shown):
    answer = client.post("/api/v1/probe/plain", {"email": email, "items": []}, content_type="application/json")

    (fault,) = [error for error in answer.json()["errors"] if error["field"] == "email"]
    assert fault["detail"].startswith(shown)
    assert len(fault["detail"]) > len(shown)


def test_what_is_missing_has_no_value_and_a_secret_is_not_repeated():
    faults = [FieldError(field, "invalid", "no") for field in ("a.b", "c.0", "new_password", "refresh", "a.d.e")]
    given = {"a": {"d": 1}, "c": [7], "new_password": "hunter2", "refresh": "x"}

    assert [fault.detail for fault in name_values(faults, given=given)] == ["no", "7: no", "no", "no", "no"]
    assert name_values([FieldError("a", "choice", "'x' is none")], given={"a": "x"})[0].detail == "'x' is none"


def test_a_number_too_large_for_any_column_is_a_validation_error(client):
    body = b'{"email": "a@b.de", "items": [{"quantity": 123456789012345678901234567890}]}'

    answer = client.post("/api/v1/probe/plain", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "items.0.quantity"


def test_nul_is_refused_by_the_name_of_its_field(client):
    body = json.dumps({"email": "a\x00", "items": [{"na\x00me": ["\x00"]}]})

    answer = client.post("/api/v1/probe/plain", body, content_type="application/json")

    assert answer.status_code == 400
    assert [e["field"] for e in answer.json()["errors"]] == ["email", "items.0.na\\u0000me", "items.0.na\\u0000me.0"]


def test_an_escaped_backslash_before_u0000_is_no_nul(client):
    body = b'{"email": "a@b.de", "items": [{"quantity": 1}], "note": "\\\\u0000"}'

    assert client.post("/api/v1/probe/plain", body, content_type="application/json").status_code == 201


def test_nul_in_path_and_query_is_refused(client):
    in_query, in_path = client.get("/api/v1/probe/plain?q=%00a"), client.get("/api/v1/probe/raise/a%00b")

    assert (in_query.status_code, in_query.json()["errors"][0]["field"]) == (400, "q")
    assert (in_path.status_code, in_path.json()["code"]) == (400, "malformed_request")


@pytest.mark.parametrize(("method", "path", "status", "code"), [
    ("patch", "/api/v1/probe/plain", 405, "method_not_allowed"),
    ("get", "/api/v1/nothing/here", 404, "not_found"),
    ("get", "/api/", 404, "not_found"),
])  # fmt: skip
def test_routing_answers_with_problems(client, method, path, status, code):
    answer = getattr(client, method)(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_method_not_allowed_says_which_are(client):
    refused, asked = client.patch("/api/v1/probe/plain"), client.options("/api/v1/probe/plain")

    assert refused["Allow"] == asked["Allow"] == "GET, POST, PUT, DELETE, HEAD, OPTIONS"
    assert (asked.status_code, asked.content) == (204, b"")


def test_pages_keep_their_own_errors(client):
    answer = client.get("/nothing/here")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_errors_of_the_whole_body_have_the_field_body():
    assert [(e.field, e.detail) for e in flatten({"non_field_errors": ["no"], "a": {"b": ["x", "y"]}})] == [
        ("body", "no"), ("a.b", "x"), ("a.b", "y"),
    ]  # fmt: skip
