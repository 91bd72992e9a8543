"""The checker passes a sound run, and catches each kind of wrong with a witness; what is not whole it refuses."""

import importlib
import json
import subprocess
from dataclasses import fields
from decimal import Decimal

import pytest
from django.apps import apps

from ecommerce.local.plan import ROOT
from tests.chaos.checker.broken import BROKEN
from tests.chaos.checker.folders import sound


@pytest.fixture
def checker(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    return {name: importlib.import_module(f"laboratory.checker.{name}") for name in ("__main__", "checks", "tables")}


@pytest.fixture
def made(checker):
    return sound(checker["tables"].KINDS)


def look(checker, folder, path, capsys):
    """Return the exit status, the result as JSON, and what was printed."""
    status = checker["__main__"].main([str(folder.write(path / "run")), "--json", str(path / "result.json")])
    return status, json.loads((path / "result.json").read_text()), capsys.readouterr().out


def test_sound_run_holds_and_everything_was_looked_at(checker, made, tmp_path, capsys):
    status, result, printed = look(checker, made[0], tmp_path, capsys)

    assert status == 0, printed
    assert result["sound"]
    assert result["looked_at"]["orders_order"] == 7
    # Nobody's money is a subject only where there is some.
    assert [one["name"] for one in result["checks"] if not one["subjects"]] == ["money_has_an_order"]
    assert result["figures"] == {
        "offered": 9,
        "acknowledged": 7,
        "unknown": 1,
        "lost": 0,
        "duplicated": 0,
        "units_oversold": 0,
        "cents_unaccounted": 0,
        "sagas_open": 0,
    }


def take_back(folder, *, cancelled):
    """Add an order of which the provider took back a refund, and return it."""
    order = folder.place()
    payment = folder.pay(order)
    refund = (
        folder.cancel(order, payment)
        if cancelled
        else folder.give_back(order, payment, Decimal("4.00"), reference="staff-2")
    )
    folder.take_back(order, payment, refund)
    return order


@pytest.mark.parametrize("cancelled", [True, False])
def test_refund_that_the_provider_took_back_and_the_order_tells_of_is_sound(checker, made, tmp_path, capsys, cancelled):
    take_back(made[0], cancelled=cancelled)

    status, _, printed = look(checker, made[0], tmp_path, capsys)

    assert status == 0, printed


@pytest.mark.parametrize("cancelled", [True, False])
def test_refund_that_the_provider_took_back_and_the_order_goes_on_counting_is_caught(
    checker, made, tmp_path, capsys, cancelled
):
    order = take_back(made[0], cancelled=cancelled)
    order["refunded_amount"] = order["paid_amount"] if cancelled else Decimal("4.00")
    made[0].tables["orders_orderevent"][-1]["type"] = "noted"

    status, result, _ = look(checker, made[0], tmp_path, capsys)

    assert status == 1
    assert [one["name"] for one in result["checks"] if one["violations"]] == ["money_fits_the_order"]
    assert result["figures"]["cents_unaccounted"] == (2500 if cancelled else 400)


@pytest.mark.parametrize(
    ("name", "said", "spoil"), BROKEN, ids=[f"{name}-{spoil.__name__}" for name, _, spoil in BROKEN]
)
def test_what_went_wrong_is_caught_with_its_witness(checker, made, tmp_path, capsys, name, said, spoil):
    spoil(*made)

    status, result, printed = look(checker, made[0], tmp_path, capsys)

    assert status == 1
    assert not result["sound"]
    (found,) = [one for one in result["checks"] if one["name"] == name]
    told = [line for violation in found["violations"] for line in (violation["detail"], *violation["witness"])]
    assert any(said in line for line in told), told or printed
    assert any(said in line for line in printed.splitlines())


def test_no_check_is_vacuous(checker):
    assert {name for name, _, _ in BROKEN} == {check.name for check in checker["checks"].CHECKS}


def test_figures_count_what_went_wrong(checker, made, tmp_path, capsys):
    folder, orders = made
    folder.call("place", status=201, key="lost", order=folder.new_id(), body={})
    folder.run["opening_stock"][folder.variant] = 4
    folder.ledger("charge", "ch_second", 2500, orders["processing"], intent="pi_second")

    _, result, _ = look(checker, folder, tmp_path, capsys)

    found = {name: result["figures"][name] for name in ("lost", "units_oversold", "cents_unaccounted")}
    assert found == {"lost": 1, "units_oversold": 2, "cents_unaccounted": 2500}


def without(name):
    def spoil(path):
        (path / name).unlink()

    return spoil


def cut(name, *, keep):
    def spoil(path):
        (path / name).write_text((path / name).read_text()[:keep])

    return spoil


def drop_column(path):
    dump = path / "database.sql"
    dump.write_text(dump.read_text().replace("public.orders_order (id, number,", "public.orders_order (id, name,"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without("run.json"), "run.json is missing"),
        (cut("run.json", keep=5), "run.json is no JSON"),
        (without("buyers.jsonl"), "buyers.jsonl is missing"),
        (without("database.sql"), "database.sql is missing"),
        (cut("database.sql", keep=3000), "ends inside"),
        (cut("database.sql", keep=300), "lacks accounts_refreshtoken"),
        (drop_column, "orders_order lacks number"),
        (cut("buyers.jsonl", keep=0), "no acknowledged order"),
        (cut("buyers.jsonl", keep=3001), "buyers.jsonl, line"),
        (cut("applied.jsonl", keep=0), "applied.jsonl is empty"),
        (cut("snapshots.jsonl", keep=0), "snapshots.jsonl is empty"),
    ],
)
def test_what_is_not_whole_is_refused(checker, made, tmp_path, capsys, spoil, said):
    path = made[0].write(tmp_path / "run")
    spoil(path)

    assert checker["__main__"].main([str(path)]) == 2
    assert said in capsys.readouterr().err


def test_end_of_a_call_that_never_began_is_refused(checker, made, tmp_path, capsys):
    folder, _ = made
    folder.files["buyers"].append({**folder.files["buyers"][1], "call": "c0"})

    assert checker["__main__"].main([str(folder.write(tmp_path / "run"))]) == 2
    assert "call c0 ends and never began" in capsys.readouterr().err


def test_empty_folder_is_refused_by_the_program(tmp_path):
    result = subprocess.run(
        [str(ROOT / "bin" / "check-run"), str(tmp_path)], capture_output=True, text=True, check=False, timeout=60
    )

    assert result.returncode == 2
    assert "run.json is missing" in result.stderr


def test_texts_of_the_dump_are_read_as_they_were_written(checker, made, tmp_path):
    text = "one\ttwo\nthree \\N four \\. five"
    made[0].tables["orders_ordersaga"][0]["last_error"] = text

    run = importlib.import_module("laboratory.checker.run").Run(made[0].write(tmp_path / "run"))

    assert run.rows[checker["tables"].Saga][0].last_error == text


def test_columns_that_the_checker_reads_are_those_of_the_shop(checker):
    columns = {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields} for model in apps.get_models()
    }
    read = {table: {field.name for field in fields(kind)} for table, kind in checker["tables"].KINDS.items()}

    assert {table: sorted(names - columns[table]) for table, names in read.items() if names - columns[table]} == {}
