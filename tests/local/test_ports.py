"""Ports that were found for somebody belong to nobody else until the finder ends, though nothing listens on them yet."""

import subprocess
import sys

import pytest

from ecommerce.local import ports
from ecommerce.local.errors import StartError
from ecommerce.local.plan import ROOT

_FIND = "from ecommerce.local import ports; ports._SEARCH = range({first}, {first} + 1); print(ports.find_free_block())"


def _find_in_another_process(first):
    return subprocess.run(
        [sys.executable, "-c", _FIND.format(first=first)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_block_is_given_once_within_a_process(monkeypatch):
    first = ports.find_free_block()
    for overlapping in (first, first - 2, first + 2):
        monkeypatch.setattr(ports, "_SEARCH", range(overlapping, overlapping + 1))
        with pytest.raises(StartError, match="No 3 consecutive ports are free"):
            ports.find_free_block()


def test_block_is_given_to_one_process():
    first = ports.find_free_block()
    for overlapping in (first, first - 2, first + 2):
        assert "No 3 consecutive ports are free" in _find_in_another_process(overlapping).stderr


def test_block_of_an_ended_process_is_given_again(monkeypatch):
    ended = subprocess.run(
        [sys.executable, "-c", "from ecommerce.local import ports; print(ports.find_free_block())"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    first = int(ended.stdout)
    monkeypatch.setattr(ports, "_SEARCH", range(first, first + 1))
    assert ports.find_free_block() == first
