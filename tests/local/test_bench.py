"""The benchmark runs to its end; what it finds on a shared machine in seconds means nothing, so no figure is held here."""

import json
import shutil
import subprocess

import pytest

from ecommerce.local.plan import ROOT

pytestmark = pytest.mark.processes


@pytest.mark.timeout(400)
@pytest.mark.skipif(not shutil.which("wrk"), reason="needs wrk")
def test_benchmark_measures_reads_writes_statements_and_messaging(tmp_path):
    out = tmp_path / "bench.json"

    result = subprocess.run(
        [ROOT / "bin" / "bench", "--tiny", "--out", out], capture_output=True, text=True, timeout=300, check=False
    )

    assert result.returncode == 0, result.stderr[-2000:]
    figures = json.loads(out.read_text())
    assert figures["writes"]["16"]["POST /orders"]["rps"]
    assert figures["statements"]["web"] > 30
    assert {"bare view", "list, cached", "detail, cached"} <= figures["reads"]["16"].keys()
    assert figures["staff"]["rows"] == 50
    assert all(0 < row["statements"] < 20 for name, row in figures["staff"].items() if name != "rows")
    assert "of the yardstick" in result.stdout
