"""Pooled connections that the server ended are noticed, living ones cost no round trip."""

import psycopg
import pytest
from django.db import connection

from apps.persistence.pools import check_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pooled():
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    given = {name: parameters[name] for name in names if parameters.get(name)}
    with psycopg.connect(**given, autocommit=True) as session:
        yield session


def test_living_connection_passes_without_asking_the_server(pooled, monkeypatch):
    monkeypatch.setattr(psycopg.Connection, "execute", lambda *args: pytest.fail("asked the server"))

    check_connection(pooled)


def test_connection_that_the_server_ended_is_refused(pooled):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pooled.info.backend_pid])

    with pytest.raises(psycopg.OperationalError):
        check_connection(pooled)
