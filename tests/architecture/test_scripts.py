"""Every call of a browser ends: a network that answers nothing must not hold up what comes after."""

import re
from pathlib import Path

import pytest

APPS = Path(__file__).resolve().parents[2] / "apps"


def endless(script):
    """Return the calls of `fetch` that no signal ends."""
    calls = []
    for start in (found.end() for found in re.finditer(r"\bfetch\(", script)):
        end, depth = start, 1
        while depth:
            depth += {"(": 1, ")": -1}.get(script[end], 0)
            end += 1
        if not re.search(r"\bsignal\b", script[start:end]):
            calls.append(script[start : end - 1])
    return calls


def test_no_script_calls_without_a_time_out():
    scripts = [*APPS.glob("*/static/**/*.js"), *APPS.glob("*/templates/**/*.js")]

    assert len(scripts) > 7
    assert {path.name: calls for path in scripts if (calls := endless(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize("script", ["fetch(request)", 'await fetch(f(a), { method: "POST" })'])
def test_call_without_a_time_out_is_found(script):
    assert endless(script)
