"""Every planted bug still fits the tree, its hunt names tests that exist, and the runner counts rightly."""

import ast
import importlib
import json
import subprocess

import pytest

from ecommerce.local.plan import ROOT

LEAST = 15


@pytest.fixture
def runner(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    return importlib.import_module("laboratory.mutants")


def functions_of(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_mutant_fits_the_tree(runner, tmp_path):
    mutants = runner.load_mutants()
    for mutant in mutants:
        for edit in mutant.edits:
            (tmp_path / edit.file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / edit.file).write_text((ROOT / edit.file).read_text(encoding="utf-8"), encoding="utf-8")
        before = runner.plant(mutant, tmp_path)
        assert all(path.read_text() != text for path, text in before.items()), mutant.name
        for path in before:
            if path.suffix == ".py":
                compile(path.read_text(), str(path), "exec")

    assert len(mutants) >= LEAST


def test_every_hunt_names_tests_that_exist(runner):
    named = {hunt for mutant in runner.load_mutants() for hunt in mutant.hunt}

    assert named
    assert [hunt for hunt in named if hunt.partition("::")[2] not in functions_of(hunt.partition("::")[0])] == []
    assert [mutant.name for mutant in runner.load_mutants() if not mutant.hunt] == []


def test_mutant_that_no_longer_fits_is_refused(runner, tmp_path):
    (tmp_path / "one.py").write_text("other text")
    mutant = runner.Mutant(name="m", bug="b", edits=(runner.Edit(file="one.py", old="text\n", new=""),), hunt=("x",))

    with pytest.raises(ValueError, match=r"m: its old text stands 0 times in one\.py"):
        runner.plant(mutant, tmp_path)


@pytest.mark.parametrize(
    ("failed", "runs"),
    [
        (set(), None),
        ({"a::flow"}, 1),
        ({f"a::race[{seed}]" for seed in range(1, 7)}, 1),
        ({"a::race[3]", "b::other[3]"}, 2),  # 3, 2 and 1 runs from the first three seeds on
        ({"a::race[6]"}, 5),
    ],
)
def test_runs_are_seeds_until_one_fails(runner, failed, runs):
    assert runner.runs_to_catch(failed, seeds=6) == runs


def test_only_failures_count_as_caught(runner, tmp_path):
    cases = (
        '<testcase classname="a" name="one[1]"><failure message="assert 1 == 2"/></testcase>'
        '<testcase classname="a" name="two"><failure message="boom">IntegrityError: no</failure></testcase>'
        '<testcase classname="a" name="three"><error message="no such fixture"/></testcase>'
        '<testcase classname="a" name="slow"><failure message="Failed: Timeout (&gt;600s) from pytest-timeout."/></testcase>'
        '<testcase classname="a" name="four"/><testcase classname="a" name="five"><skipped/></testcase>'
    )
    (tmp_path / "report.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")

    found = runner.read_report(tmp_path / "report.xml")

    assert found == {"failed": {"a::one[1]": False, "a::two": True}, "passed": 1, "errors": 2}


def test_mutant_that_got_away_is_told_and_ends_badly(runner, capsys):
    caught = {"name": "one", "caught": True, "by": ["a.b::c"], "runs": 2, "stopped_by_database": True}
    away = {"name": "two", "caught": False, "by": [], "runs": None, "stopped_by_database": False}

    assert runner._report([caught]) == 0
    assert runner._report([caught, away]) == 1

    printed = capsys.readouterr().out
    assert "NOT CAUGHT" in printed
    assert "1 of 2 caught" in printed


@pytest.mark.processes
@pytest.mark.timeout(300)
def test_a_bug_is_planted_in_a_copy_and_caught(tmp_path):
    program = [
        str(ROOT / "bin" / "mutants"),
        "webhook_applied_backwards",
        "--seeds",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    before = (ROOT / "apps/payments/services/applying.py").read_text()

    result = subprocess.run(program, capture_output=True, text=True, check=False, timeout=280)

    assert result.returncode == 0, result.stdout + result.stderr
    (found,) = json.loads((tmp_path / "out").read_text())["mutants"]
    assert (found["caught"], found["runs"]) == (True, 1)
    assert (ROOT / "apps/payments/services/applying.py").read_text() == before
