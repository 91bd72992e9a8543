"""The servers of a test run: started by the first process that needs them, shared by all that it starts."""

from __future__ import annotations

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from ecommerce.local.embedded import embedded_servers

# Says that the servers are thrown away after the run, so that databases on them need no clearing.
EMBEDDED_VARIABLE: Final = "SHOP_TEST_SERVERS"


def ensure_servers() -> None:
    """Start servers unless DATABASE_URL names some, point this process and its children at them, stop them at exit.

    A worker of pytest-xdist gets Valkey databases of its own on the servers of its run.
    """
    if not os.environ.get("DATABASE_URL"):
        stack = ExitStack()
        start_servers(stack)
        atexit.register(stack.close)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and os.environ.get(EMBEDDED_VARIABLE):
        number = int(worker.removeprefix("gw")) % 15 + 1
        for name in ("CACHE_URL", "BROKER_URL"):
            os.environ[name] = os.environ[name].replace("?db=0", f"?db={number}")


def start_servers(stack: ExitStack) -> None:
    """Start servers until `stack` closes and point this process and its children at them."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-test-")))
    urls = stack.enter_context(embedded_servers(folder / "servers"))
    mail = folder / "mail"
    mail.mkdir()
    os.environ.update(urls.environment())
    os.environ.update(EMAIL_URL=mail.as_uri(), STATE_DIR=str(folder))
    os.environ[EMBEDDED_VARIABLE] = "1"
