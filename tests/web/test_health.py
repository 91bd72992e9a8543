"""Health: live depends on nothing, ready on everything."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from apps.web import health

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _forget():
    health._require_migrated.cache_clear()
    yield
    health._require_migrated.cache_clear()


@pytest.mark.django_db
def test_ready_names_every_check(client):
    answer = client.get("/health/ready")

    checks = answer.json()["checks"]
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert checks == dict.fromkeys(["draining", "database:default", "migrations:default", "cache", "state"], "ok")


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "check"), [("CACHE_URL", "cache"), ("BROKER_URL", "state")])
def test_a_valkey_away_makes_it_unready_but_not_dead(client, settings, setting, check):
    setattr(settings, setting, NOWHERE)

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()["checks"][check]) == (503, "ConnectionError")
    assert client.get("/health/live").status_code == 200


def test_a_database_away_makes_it_unready_but_not_dead(client, monkeypatch):
    def refuse(*args, **kwargs):
        from django.db import OperationalError

        raise OperationalError

    monkeypatch.setattr(connection, "cursor", refuse)

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()["checks"]["database:default"]) == (503, "OperationalError")
    assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_missing_migration_makes_it_unready(client):
    MigrationRecorder.Migration.objects.filter(app="messaging").delete()

    assert client.get("/health/ready").json()["checks"]["migrations:default"] == "NotMigrated"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_health_is_only_read(client, method, path):
    answer = getattr(client, method)(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db
def test_draining_makes_it_unready(client, settings, tmp_path):
    settings.DRAIN_FILE = str(tmp_path / "draining")
    before = client.get("/health/ready").status_code
    (tmp_path / "draining").touch()

    assert (before, client.get("/health/ready").status_code) == (200, 503)
