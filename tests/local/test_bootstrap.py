"""bin/up before there is a `.venv`: on small trees of their own, with the real scripts."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ecommerce.local import bootstrap

ROOT = Path(__file__).resolve().parents[2]
SAYS_WHAT_RUNS_IT = "import sys; print('ran by', sys.executable, 'with', sys.argv[1:])"


def _plant(tree, *, local):
    """Copy what runs before `.venv` exists; `local` maps file names of ecommerce/local to their text."""
    for name in ("bin/up", "ecommerce/local/find_python.sh", "ecommerce/local/bootstrap.py"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    for name, text in local.items():
        (tree / "ecommerce" / "local" / name).write_text(text)
    return tree


def _command(folder, name, body):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def commands(tmp_path):
    """A PATH with nothing on it but what a shell script needs."""
    folder = tmp_path / "commands"
    folder.mkdir()
    (folder / "dirname").symlink_to(shutil.which("dirname"))
    return folder


def _up(tree, *arguments, path=None, cwd="/"):
    environment = {"PATH": str(path), "HOME": "/nonexistent"} if path else os.environ.copy()
    return subprocess.run(
        [tree / "bin" / "up", *arguments], env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )


def test_without_any_python_one_sentence_says_what_is_needed(tmp_path, commands):
    ended = _up(_plant(tmp_path / "tree", local={}), path=commands)

    assert ended.returncode == 1
    assert ended.stderr.startswith("up: Python 3.11, 3.12 or 3.13 is needed and this machine has no Python 3: install")
    assert ended.stderr.count("\n") == 1


def test_a_python_too_old_is_passed_over_for_one_that_fits(tmp_path, commands):
    _command(commands, "python3", "exit 1")
    _command(commands, "python3.12", f'exec "{sys.executable}" "$@"')
    tree = _plant(tmp_path / "tree with a space", local={"bootstrap.py": SAYS_WHAT_RUNS_IT})

    ended = _up(tree, "--port", "1", path=commands)

    assert ended.stdout == f"ran by {sys.executable} with ['up', '--port', '1']\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A project without packages whose `up` tells how it was called."""
    says = "import json, os, sys; print(json.dumps([sys.argv[1:], sys.prefix, os.getcwd(), os.environ['PYTHONPATH']]))"
    made = _plant(
        tmp_path_factory.mktemp("a place") / ("long-" + "x" * 110), local={"__init__.py": "", "__main__.py": says}
    )
    (made / "ecommerce" / "__init__.py").write_text("")
    (made / "requirements.lock").write_text("# nothing\n")
    return made


@pytest.mark.processes
def test_the_first_start_makes_the_environment_and_the_second_does_not(tree, tmp_path):
    first = _up(tree, "--state", "here", cwd=tmp_path)
    second = _up(tree, "--state", "here", cwd=tmp_path)

    assert "making .venv" in first.stdout, first.stderr
    called = [["up", "--state", "here"], str(tree / ".venv"), str(tmp_path), str(tree)]
    assert json.loads(first.stdout.splitlines()[-1]) == called
    assert json.loads(second.stdout) == called


@pytest.mark.processes
def test_an_environment_left_half_made_is_made_anew(tree):
    _up(tree)
    (tree / ".venv" / "incomplete").touch()

    ended = _up(tree)

    assert "making .venv" in ended.stdout
    assert (tree / ".venv" / "installed.json").exists()
    assert not (tree / ".venv" / "incomplete").exists()


@pytest.mark.processes
def test_a_changed_lock_is_installed_again(tree):
    _up(tree)
    (tree / "requirements.lock").write_text("# nothing still\n")

    ended = _up(tree)

    assert "installing 0 packages from requirements.lock" in ended.stdout
    assert "making .venv" not in ended.stdout


@pytest.mark.processes
def test_a_package_that_cannot_be_installed_is_named_and_tried_again_next_time(tree):
    lock = tree / "requirements.lock"
    before = lock.read_text()
    lock.write_text("surely-no-such-package==1 --hash=sha256:" + "0" * 64 + "\n")

    first, second = _up(tree), _up(tree)
    lock.write_text(before)

    after = _up(tree)

    assert first.returncode == second.returncode == 1
    assert "pip failed: " in first.stderr
    assert "surely-no-such-package" in second.stderr
    # What there was before is still there, and needs nothing.
    assert (after.returncode, after.stdout.count("\n")) == (0, 1)


@pytest.mark.processes
def test_a_start_that_ended_before_the_next_environment_stood_in_its_place_leaves_the_former_one(tree):
    _up(tree)
    (tree / ".venv").rename(tree / ".venv.former")

    ended = _up(tree)

    assert (ended.returncode, ended.stdout.count("\n")) == (0, 1)


@pytest.mark.processes
def test_a_first_start_that_was_interrupted_is_begun_anew(tree):
    shutil.rmtree(tree / ".venv", ignore_errors=True)
    (tree / ".venv.next" / "bin").mkdir(parents=True, exist_ok=True)

    ended = _up(tree)

    assert ended.returncode == 0, ended.stderr
    assert "making .venv" in ended.stdout
    assert not (tree / ".venv.next").exists()


@pytest.mark.processes
@pytest.mark.parametrize("change", ["anew", "in place"])
def test_scripts_name_the_place_where_the_environment_stands(tree, change):
    if change == "anew":
        shutil.rmtree(tree / ".venv", ignore_errors=True)
    (tree / "requirements.lock").write_text(f"# {change}\n")

    _up(tree)

    told = subprocess.run([tree / ".venv" / "bin" / "pip", "--version"], capture_output=True, text=True, check=True)
    assert str(tree / ".venv" / "lib") in told.stdout
    named = [path for path in (tree / ".venv" / "bin").iterdir() if b".venv.next" in path.read_bytes()]
    assert (named, (tree / ".venv.former").exists()) == ([], False)


def test_a_python_without_venv_is_told_which_package_brings_it(monkeypatch):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())

    with pytest.raises(bootstrap.Refused, match=r"has no venv module: .* `apt install python3\.\d+-venv`"):
        bootstrap.require_venv_module()


def test_a_full_disk_is_named_before_anything_is_fetched(monkeypatch):
    monkeypatch.setattr(bootstrap, "NEEDED_BYTES", 1 << 60)

    with pytest.raises(bootstrap.Refused, match=r"No space: the disk that holds .* MB free and the packages need"):
        bootstrap.require_space()


def test_a_disk_that_fills_up_meanwhile_is_one_sentence():
    sentence = bootstrap.explain(["Collecting x", "ERROR: [Errno 28] No space left on device"], what="pip")

    assert sentence.startswith("No space is left on the disk that holds")


def test_the_scripts_are_executable():
    for name in ("bin/up", "bin/test", ".ci/run"):
        assert (ROOT / name).stat().st_mode & stat.S_IXUSR
