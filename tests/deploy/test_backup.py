"""A copy of a working shop is made, restored into an empty database and checked, with the shipped commands."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ecommerce.local.binaries import postgres_binary
from tests.deploy.compose import DEPLOY

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


def run(command: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(postgres_binary('pg_dump')).parent}:{os.defpath}"
    return subprocess.run(
        [DEPLOY / command, *arguments], env={"PATH": path, **environment}, capture_output=True, text=True, check=False
    )


def another_database(url: str, name: str) -> str:
    """Make an empty database on the same server and return its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address, _, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}?{query}"


def count_rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        counted = sql.SQL("SELECT count(*) FROM {}")
        return {
            name: connection.execute(counted.format(sql.Identifier(name))).fetchone()[0] for [name] in sorted(names)
        }


def test_a_copy_restored_elsewhere_holds_everything_and_verifies(shipped, paid_order, tmp_path):
    url = shipped.environments["api"]["DATABASE_URL"]

    made = run("backup", DATABASE_URL=url, BACKUP_DIR=str(tmp_path))
    assert made.returncode == 0, made.stderr
    restored = another_database(url, "restored")
    ended = run("restore", Path(made.stdout.strip()).name, DATABASE_URL=restored, BACKUP_DIR=str(tmp_path))
    assert ended.returncode == 0, ended.stderr

    assert {
        table: count for table, count in count_rows(restored).items() if table.startswith(("orders_", "catalog_"))
    } == {table: count for table, count in count_rows(url).items() if table.startswith(("orders_", "catalog_"))}
    assert count_rows(restored)["orders_order"] >= 1
    shipped.environments["restored"] = {**shipped.environments["api"], "DATABASE_URL": restored}
    for command in (
        ("manage.py", "verify_orders"),
        ("manage.py", "verify_payments"),
        ("manage.py", "migrate", "--check"),
    ):
        checked = shipped.run("restored", *command)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_history_cannot_be_changed_in_a_restored_copy_either(shipped, paid_order, tmp_path):
    url = shipped.environments["api"]["DATABASE_URL"]
    made = run("backup", DATABASE_URL=url, BACKUP_DIR=str(tmp_path))
    restored = another_database(url, "restored_history")
    run("restore", made.stdout.strip(), DATABASE_URL=restored)

    with psycopg.connect(restored) as connection, pytest.raises(psycopg.Error):
        connection.execute("DELETE FROM orders_orderevent")


def test_nothing_is_restored_over_a_database_that_holds_something(shipped, tmp_path):
    url = shipped.environments["api"]["DATABASE_URL"]
    copy = tmp_path / "some.dump"
    copy.write_bytes(b"anything")

    ended = run("restore", str(copy), DATABASE_URL=url)

    assert ended.returncode == 1
    assert "nothing is overwritten" in ended.stderr


def test_a_copy_that_breaks_off_leaves_no_file(tmp_path):
    ended = run("backup", DATABASE_URL=f"postgresql://nobody@/nothing?host={tmp_path}", BACKUP_DIR=str(tmp_path))

    assert ended.returncode != 0
    assert list(tmp_path.iterdir()) == []
