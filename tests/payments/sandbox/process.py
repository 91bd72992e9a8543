"""Starts real sandbox processes for tests; also for other packages' tests.

with start_sandbox(webhook_url="http://127.0.0.1:9000/hook") as sandbox:
    client = sandbox.client()          # the official `stripe` client
    sandbox.ledger()                   # every money move
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import stripe

ROOT = Path(__file__).resolve().parents[3]
API_KEY = "sk_test_sandbox"
WEBHOOK_SECRET = "whsec_sandbox"
READY_PREFIX = "Payment sandbox ready on "


class SandboxProcess:
    """A sandbox with a state folder that outlives `kill` and `restart`."""

    def __init__(self, *, state: Path, webhook_url: str | None = None, options: tuple[str, ...] = ()) -> None:
        self.state = state
        self.api_key = API_KEY
        self.webhook_secret = WEBHOOK_SECRET
        self._webhook_url = webhook_url
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"  # a restart keeps its port, as a supervisor's child does
        self._process = subprocess.Popen(self._command(port), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith(READY_PREFIX), f"the sandbox did not start (exit {self._process.wait()})"
        self.url = line.removeprefix(READY_PREFIX).strip()

    def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def _command(self, port: str) -> list[str]:
        command = [sys.executable, "-m", "apps.payments.sandbox", "--port", port, "--state", str(self.state)]
        command += ["--api-key", self.api_key, "--webhook-secret", self.webhook_secret, *self._options]
        return [*command, "--webhook-url", self._webhook_url] if self._webhook_url else command

    def client(self, *, api_key: str | None = None, retries: int = 0, timeout: float = 20) -> stripe.StripeClient:
        """The official client, unchanged but for the base address."""
        return stripe.StripeClient(
            api_key or self.api_key,
            base_addresses={"api": self.url},
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=timeout),
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call a `/sandbox/...` endpoint and return its JSON."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def ledger(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control("GET", "/sandbox/ledger")["data"]
        return rows

    def deliveries(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control("GET", "/sandbox/deliveries")["data"]
        return rows

    def add_fault(self, kind: str, **spec: Any) -> None:
        self.control("POST", "/sandbox/faults", {"kind": kind, **spec})

    def clear_faults(self) -> None:
        self.control("DELETE", "/sandbox/faults")


@contextmanager
def start_sandbox(
    *, state: Path | None = None, webhook_url: str | None = None, options: tuple[str, ...] = ()
) -> Iterator[SandboxProcess]:
    """A running sandbox on a free loopback port; stopped, and its own temporary state removed, at the end."""
    folder = state or Path(tempfile.mkdtemp(prefix="sandbox-", dir=os.environ.get("TMPDIR")))
    process = SandboxProcess(state=folder, webhook_url=webhook_url, options=options)
    try:
        process.start()
        yield process
    finally:
        process.stop()
        if state is None:
            shutil.rmtree(folder, ignore_errors=True)
