"""Keyset pages over real rows."""

import pytest

from apps.messaging.models import OutboxMessage
from apps.web.testing import assert_queries

LIST = "/api/v1/probe/list"


@pytest.fixture
def rows(db):
    """Ten rows, pairs of them with the same first ordering value."""
    OutboxMessage.objects.bulk_create(
        OutboxMessage(event_type="x", key=f"k{n}", version=n // 2, shard=0, payload={}, headers={}) for n in range(10)
    )


def walk(client, url, link):
    while url:
        body = client.get(url).json()
        yield body["results"]
        url = body[link]


@pytest.mark.parametrize("limit", [1, 3, 4, 10, 100])
def test_walking_on_gives_every_row_once_in_order(client, rows, limit):
    found = [key for page in walk(client, f"{LIST}?limit={limit}", "next") for key in page]

    assert found == ["k8", "k9", "k6", "k7", "k4", "k5", "k2", "k3", "k0", "k1"]


def test_walking_back_gives_the_same_pages(client, rows):
    forward = list(walk(client, f"{LIST}?limit=4", "next"))
    last = client.get(f"{LIST}?limit=4").json()["next"]
    last = client.get(last).json()["next"]

    backward = list(walk(client, last, "previous"))

    assert backward == forward[::-1]


def test_a_row_inserted_meanwhile_shifts_nothing(client, rows):
    second = client.get(f"{LIST}?limit=4").json()["next"]
    OutboxMessage.objects.create(event_type="x", key="new", version=99, shard=0, payload={}, headers={})

    assert client.get(second).json()["results"] == ["k4", "k5", "k2", "k3"]


def test_the_ends_have_no_further_links(client, rows):
    first, whole = client.get(f"{LIST}?limit=4").json(), client.get(f"{LIST}?limit=100").json()

    assert first["previous"] is None
    assert (whole["next"], whole["previous"]) == (None, None)
    assert "count" not in whole


def test_links_keep_the_other_parameters_and_start_at_the_api(client, rows, settings):
    settings.API_URL = "https://api.example.com"

    link = client.get(f"{LIST}?limit=2&count=true&tag=a&tag=%26").json()["next"]

    assert link.startswith("https://api.example.com/api/v1/probe/list?limit=2&count=true&tag=a&tag=%26&cursor=")


def test_one_statement_a_page_and_one_more_to_count(client, rows):
    with assert_queries(at_most=1):
        client.get(f"{LIST}?limit=2")
    with assert_queries(at_most=2):
        assert client.get(f"{LIST}?limit=2&count=true").json()["count"] == 10


@pytest.mark.parametrize(("query", "field"), [
    ("limit=0", "limit"), ("limit=101", "limit"), ("limit=-1", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
    ("limit=1.5", "limit"), ("limit=%D9%A1", "limit"), ("limit=99999999999999999999", "limit"), ("count=maybe", "count"),
    ("cursor=x", "cursor"), ("cursor=%C3%BC", "cursor"), ("cursor=AAAAAAAAAAAAAAAAAAAAAAAA", "cursor"), ("cursor=***", "cursor"),
])  # fmt: skip
def test_a_wrong_parameter_is_a_400_that_names_it(client, db, query, field):
    answer = client.get(f"{LIST}?{query}")

    assert answer.status_code == 400
    assert [e["field"] for e in answer.json()["errors"]] == [field]


def test_a_changed_or_foreign_cursor_is_refused(client, rows, monkeypatch):
    link = client.get(f"{LIST}?limit=4").json()["next"]
    changed = link[:-1] + ("A" if link[-1] != "A" else "B")
    monkeypatch.setattr(OutboxMessage._meta, "model_name", "other")
    monkeypatch.setattr(OutboxMessage._meta, "object_name", "Other")

    assert client.get(changed).status_code == 400
    assert client.get(link).status_code == 400
