"""Starting and stopping: what is wrong is said in one sentence."""

import signal
import socket
import subprocess
import sys

import pytest

from tests.payments.sandbox.process import ROOT, start_sandbox

pytestmark = pytest.mark.processes


def run(*options):
    command = [sys.executable, "-m", "apps.payments.sandbox", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)


def test_a_taken_port_is_named_with_the_option_that_moves_it(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed = run("--port", port, "--state", str(tmp_path), "--api-key", "sk_test_x")

    assert failed.returncode == 1
    assert failed.stderr == f"Port {port} on 127.0.0.1 is taken; choose another with --port.\n"


def test_a_second_sandbox_on_the_same_state_is_refused(tmp_path):
    with start_sandbox(state=tmp_path) as first:
        failed = run("--port", "0", "--state", str(tmp_path), "--api-key", "sk_test_x")

        assert failed.returncode == 1
        assert failed.stderr == (
            f"The state folder {tmp_path} is in use by process {first.pid}; choose another with --state.\n"
        )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "99999"], "'99999' is not a port"),
        (["--port", "http"], "'http' is not a whole number"),
        (["--webhook-url", "shop"], "'shop' is not an address such as"),
        (["--webhook-url", "http://127.0.0.1:1/x"], "--webhook-url needs --webhook-secret"),
    ],
)
def test_a_wrong_option_is_explained(tmp_path, options, words):
    failed = run("--state", str(tmp_path), "--api-key", "sk_test_x", "--port", "0", *options)

    assert failed.returncode != 0
    assert words in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_state_that_is_a_file_is_explained(tmp_path):
    (tmp_path / "file").touch()

    failed = run("--port", "0", "--state", str(tmp_path / "file"), "--api-key", "sk_test_x")

    assert failed.returncode == 1
    assert failed.stderr == f"Cannot make the state folder {tmp_path / 'file'}: File exists.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path, number):
    command = [sys.executable, "-m", "apps.payments.sandbox", "--port", "0", "--state", str(tmp_path), "--api-key", "k"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)

    assert (process.returncode, errors) == (0, "")


def test_it_needs_nothing_of_the_shop():
    program = "import sys, apps.payments.sandbox.__main__; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = done.stdout.split()
    assert "apps.payments.sandbox.server" in loaded
    ours = {name for name in loaded if name.startswith("apps.")}
    assert {name for name in ours if not name.startswith("apps.payments.sandbox")} == {"apps.payments"}
    assert not {name.partition(".")[0] for name in loaded} & {"django", "stripe", "localstripe"}
