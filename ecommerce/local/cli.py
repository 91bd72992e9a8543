"""The command line: `python -m ecommerce.local up [options]`, which `--help` names."""

from __future__ import annotations

import argparse
import errno
import os
import re
import signal
import sys
from pathlib import Path

from ecommerce.local.check import check
from ecommerce.local.console import Console
from ecommerce.local.errors import StartError, StopRequested
from ecommerce.local.plan import ROOT, Options
from ecommerce.local.shop import Shop
from ecommerce.roles import Role

_INTERRUPTED = 128 + signal.SIGINT
# The two ports after it are taken as well.
_LAST_PORT = 65_533
# More relays than shards would find nothing to do.
_MOST_COPIES = 16
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def main(arguments: list[str]) -> int:
    """Run the command; return the exit status: 0 after an orderly stop, 1 where the start failed."""
    options = _parse(arguments)
    console = Console()
    try:
        return _run(options, console)
    except StartError as error:
        sys.stderr.write(f"bin/up: {error}\n")
    except StopRequested:
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        where = error.filename or options.state
        sys.stderr.write(f"bin/up: No space is left on the disk that holds {where}: free some, or use --state DIR.\n")
    return 1


def _run(options: argparse.Namespace, console: Console) -> int:
    if options.check:
        return check(console)
    shop = Shop(
        options=Options(
            state=options.state,
            port=options.port,
            demo=options.demo,
            sample_orders=options.sample_orders,
            copies={Role.WORKER: options.workers, Role.RELAY: options.relays},
        ),
        given=os.environ,
        console=console,
    )
    shop.up()
    return 0


def _port(raw: str) -> int:
    if not (re.fullmatch("[0-9]{1,5}", raw) and 1 <= int(raw) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"{raw!r} is not a number from 1 to {_LAST_PORT}, such as 8000")
    return int(raw)


def _few(raw: str) -> int:
    if not (re.fullmatch("[0-9]{1,2}", raw) and 1 <= int(raw) <= _MOST_COPIES):
        raise argparse.ArgumentTypeError(f"{raw!r} is not a number from 1 to {_MOST_COPIES}")
    return int(raw)


def _folder(raw: str) -> Path:
    if not raw.strip():
        raise argparse.ArgumentTypeError(f"{raw!r} names no folder; name one such as var")
    return Path(raw)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/up", description="Start the whole shop on this machine.")
    parser.add_argument("command", choices=("up",), help=argparse.SUPPRESS)
    parser.add_argument(
        "--port", type=_port, default=8000, metavar="N", help="the shop on N, WebSockets on N+1, sandbox on N+2 (8000)"
    )
    parser.add_argument(
        "--state", type=_folder, default=ROOT / "var", metavar="DIR", help="where everything is kept (var)"
    )
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="start with an empty catalogue")
    parser.add_argument(
        "--sample-orders",
        action="store_true",
        help="once the shop is ready, make sample orders of the last months, up to today, beside it",
    )
    for role, what in (("workers", "Celery workers, each with its pool"), ("relays", "relays")):
        parser.add_argument(f"--{role}", type=_few, default=1, metavar="N", help=f"how many {what} (1)")
    parser.add_argument(
        "--check", action="store_true", help="start a throw-away shop, place and pay one order in it, stop it"
    )
    options = parser.parse_args(arguments)
    if options.check and (others := _other_options(parser, arguments)):
        parser.error(
            f"argument --check: its shop is a throw-away one, on ports of its own; leave out {', '.join(others)}"
        )
    if options.sample_orders and not options.demo:
        parser.error("argument --sample-orders: they are of the demo products; leave out --no-demo")
    return options


def _other_options(parser: argparse.ArgumentParser, arguments: list[str]) -> list[str]:
    """Return the options beside --check on the command line: what is set beforehand gets no default."""
    names = {"port": "--port", "state": "--state", "demo": "--no-demo", "sample_orders": "--sample-orders"}
    names |= {"workers": "--workers", "relays": "--relays"}
    given = parser.parse_args(arguments, argparse.Namespace(**dict.fromkeys(names)))
    return [option for name, option in names.items() if getattr(given, name) is not None]
