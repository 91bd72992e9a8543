"""A kept connection that the server ended is noticed; a living one is not asked."""

import pytest
from django.db import connection, connections
from django.db.backends.postgresql import base

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
