"""A kept connection that the server ended is noticed; a living one is not asked."""

from decimal import Decimal

import pytest
from django.db import connection, connections
from django.db.backends.postgresql import base

from apps.persistence.statements import fetch_from

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept():
    other = connections.create_connection("default")
    other.ensure_connection()
    yield other
    other.close()


def test_living_connection_is_usable_without_a_round_trip(kept, monkeypatch):
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: pytest.fail("asked the server"))

    assert kept.is_usable()


def test_connection_that_the_server_ended_is_not_usable(kept):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [kept.connection.info.backend_pid])

    assert not kept.is_usable()


def test_closed_connection_is_not_usable(kept):
    kept.connection.close()

    assert not kept.is_usable()


def test_next_request_after_the_server_ended_the_connection_reads_over_a_new_one(kept, monkeypatch):
    reading = connections["default"]
    (mine,) = fetch_from("default", "SELECT pg_backend_pid()")[0]
    with kept.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    # As at the beginning of a request with CONN_HEALTH_CHECKS.
    monkeypatch.setattr(reading, "health_check_enabled", True)
    reading.health_check_done = False

    (new,) = fetch_from("default", "SELECT pg_backend_pid()")[0]

    assert new != mine


def test_statements_keep_their_cursor_and_none_sees_rows_of_another():
    assert [fetch_from("default", "SELECT n FROM generate_series(1, %s) n", [size]) for size in (2, 0, 1)] == [
        [(1,), (2,)],
        [],
        [(1,)],
    ]
    assert fetch_from("default", "SELECT 1.5::numeric, 'a'::text")[0] == (Decimal("1.5"), "a")
    assert fetch_from("default", "SET LOCAL work_mem = '8MB'") == []
