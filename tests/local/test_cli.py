"""What `bin/up` refuses before it touches anything, by the option and its value."""

import subprocess
import sys

import pytest

from ecommerce.local import cli
from ecommerce.local.plan import ROOT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "value", "wrong"),
    [
        ("--state", "", "'' names no folder; name one such as var"),
        ("--state", " ", "' ' names no folder; name one such as var"),
        ("--port", "0", "'0' is not a number from 1 to 65533, such as 8000"),
        ("--port", "70000", "'70000' is not a number from 1 to 65533, such as 8000"),
        ("--port", "65534", "'65534' is not a number from 1 to 65533, such as 8000"),
        ("--port", "http", "'http' is not a number from 1 to 65533, such as 8000"),
        ("--workers", "0", "'0' is not a number from 1 to 16"),
        ("--relays", "many", "'many' is not a number from 1 to 16"),
    ],
)
def test_option_that_makes_no_sense_is_refused_by_name(tmp_path, option, value, wrong):
    ended = subprocess.run(
        [sys.executable, "-m", "ecommerce.local", "up", option, value],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ended.returncode == 2
    assert ended.stderr.endswith(f"bin/up: error: argument {option}: {wrong}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("others", "named"),
    [
        (["--port", "8000"], "--port"),
        (["--no-demo", "--state", "var", "--relays", "1"], "--state, --no-demo, --relays"),
    ],
)
def test_check_refuses_what_it_would_ignore(capsys, others, named):
    with pytest.raises(SystemExit) as ended:
        cli.main(["up", "--check", *others])

    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(
        f"bin/up: error: argument --check: its shop is a throw-away one, on ports of its own; leave out {named}\n"
    )


@pytest.mark.slow
def test_sample_orders_without_their_products_are_refused(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "ecommerce.local", "up", "--sample-orders", "--no-demo"],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ended.returncode == 2
    assert "argument --sample-orders: they are of the demo products; leave out --no-demo" in ended.stderr
