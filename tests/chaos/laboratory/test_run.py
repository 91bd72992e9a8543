"""One short run of bin/chaos with real processes: it strikes, the shop comes back, and the folder is whole."""

import json
import subprocess

import pytest

from ecommerce.local.plan import ROOT

FAULTS = "web_worker_killed,worker_child_killed,backend_killed"


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_short_run_strikes_sees_all_return_and_leaves_a_whole_folder(tmp_path):
    folder = tmp_path / "run"
    command = [
        ROOT / "bin" / "chaos",
        "--minutes",
        "0.4",
        "--deadline",
        "15",
        "--rate",
        "0.6",
        "--seed",
        "5",
        "--faults",
        FAULTS,
    ]

    result = subprocess.run(
        [*command, "--report", folder], capture_output=True, text=True, check=False, timeout=800, cwd=ROOT
    )

    said = result.stdout[-1000:] + result.stderr[-3000:]
    run = json.loads((folder / "run.json").read_text())
    assert (run["not_returned"], run["left"], run["parked"], run["audit"]["holds"]) == ([], {}, [], True), said
    struck = lines(folder / "faults.jsonl")
    assert run["strikes"] >= 1
    assert {"begin", "died", "end", "returned"} <= {line["phase"] for line in struck}
    calls = lines(folder / "buyers.jsonl")
    acknowledged = [line for line in calls if line["operation"] == "place" and line["phase"] == "ok"]
    assert acknowledged
    dump = (folder / "database.sql").read_text()
    assert all(line["order"] in dump for line in acknowledged)
    assert len(lines(folder / "applied.jsonl")) > len(acknowledged)
    assert lines(folder / "ledger.jsonl")
    assert lines(folder / "mails.jsonl")
    assert lines(folder / "snapshots.jsonl")[-1]["levels"]
    assert run["opening_stock"]
    assert "bin/chaos --minutes 0.4 --seed 5" in (folder / "report.html").read_text()


def test_option_that_makes_no_sense_is_refused_by_name(tmp_path):
    for option, value, wrong in (
        ("--faults", "web_killed,flood", "'flood' is no fault; bin/chaos --list names them"),
        ("--minutes", "-1", "'-1' is not a number above 0"),
        ("--rate", "fast", "'fast' is not a number above 0"),
    ):
        ended = subprocess.run(
            [ROOT / "bin" / "chaos", f"{option}={value}"], capture_output=True, text=True, check=False, timeout=120
        )

        assert ended.returncode == 2
        assert ended.stderr.endswith(f"error: argument {option}: {wrong}\n")


def test_folder_of_another_run_is_not_mixed_up(tmp_path):
    (tmp_path / "buyers.jsonl").write_text("{}")

    ended = subprocess.run(
        [ROOT / "bin" / "chaos", "--report", tmp_path], capture_output=True, text=True, check=False, timeout=120
    )

    assert ended.returncode == 1
    assert f"{tmp_path} is not empty; name a new folder with --report" in ended.stderr
