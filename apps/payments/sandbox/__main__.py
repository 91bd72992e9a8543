"""`python -m apps.payments.sandbox`: start the payment sandbox."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from .config import Settings
from .http import Server
from .server import Sandbox, StateInUse


class StartError(Exception):
    """Why the sandbox cannot start, in one sentence."""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        server = _bind(options.host, options.port)
        settings = _settings(options, port=server.server_address[1])
        sandbox = Sandbox(settings, server)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except StateInUse as holder:
        sys.stderr.write(f"The state folder {options.state} is in use by {holder}; choose another with --state.\n")
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"Payment sandbox ready on http://{settings.host}:{settings.port}\n")
    sys.stdout.flush()
    sandbox.serve()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m apps.payments.sandbox", description="A local stand-in for Stripe: no real money moves."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=8425, help="0 picks a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder of the ledger; made when absent")
    parser.add_argument(
        "--api-key", action="append", help="accepted secret key; may be repeated; default STRIPE_API_KEY"
    )
    parser.add_argument("--webhook-url", type=_url, help="where events are sent; without it none is")
    # Everybody on the machine can read a command line, so who starts this for others gives the secrets in the environment.
    parser.add_argument("--webhook-secret", default=os.environ.get("STRIPE_WEBHOOK_SECRET", ""))
    parser.add_argument("--webhook-delay-ms", type=_natural, default=0, help="pause before a webhook is first sent")
    parser.add_argument("--public-url", type=_url, help="address of the hosted pages; default http://HOST:PORT")
    parser.add_argument(
        "--session-min-seconds",
        type=_natural,
        default=1800,
        help="shortest `expires_at` of a session; Stripe's is 1800",
    )
    return parser


def _settings(options: argparse.Namespace, *, port: int) -> Settings:
    api_keys = options.api_key or [key for key in [os.environ.get("STRIPE_API_KEY")] if key]
    if not api_keys:
        raise StartError(
            "--api-key or STRIPE_API_KEY has to name the key that clients send, for example sk_test_local."
        )
    if options.webhook_url and not options.webhook_secret:
        raise StartError("--webhook-url needs --webhook-secret to sign with, for example whsec_local.")
    try:
        options.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StartError(f"Cannot make the state folder {options.state}: {error.strerror}.") from error
    if not os.access(options.state, os.W_OK | os.X_OK):
        raise StartError(f"Cannot write to the state folder {options.state}; choose another with --state.")
    return Settings(
        host=options.host,
        port=port,
        state=options.state,
        public_url=(options.public_url or f"http://{options.host}:{port}").rstrip("/"),
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        webhook_delay=options.webhook_delay_ms / 1000,
        api_keys=tuple(api_keys),
        session_min_seconds=options.session_min_seconds,
    )


def _bind(host: str, port: int) -> Server:
    try:
        return Server(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(f"Port {port} on {host} is taken; choose another with --port.") from error
        raise StartError(f"Cannot listen on {host}:{port}: {error.strerror}.") from error


def _port(text: str) -> int:
    number = _natural(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; 0 to 65535 is right")
    return number


def _natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 0 or more")
    return int(text)


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise argparse.ArgumentTypeError(f"'{text}' is not an address such as http://127.0.0.1:8000/path")
    return text


if __name__ == "__main__":
    sys.exit(main())
