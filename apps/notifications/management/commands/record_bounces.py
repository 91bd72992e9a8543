"""`manage.py record_bounces`: mails that came back, from files, a folder, a mailbox, or standard input."""

from __future__ import annotations

import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.notifications import api as notifications

_STDIN: Final = "-"
# A report holds the mail that came back; what is larger is no report.
_LARGEST: Final = 10_000_000


class Command(BaseCommand):
    help = (
        "Record delivery status notifications (RFC 3464): each SOURCE is an .eml file, a folder of them, a Maildir, an mbox file,"
        " or - for one message on standard input. Repeating a source records nothing twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sources", nargs="+", metavar="SOURCE")

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes: Counter[notifications.BounceOutcome] = Counter()
        for source in options["sources"]:
            outcomes.update(notifications.record_bounce(content=content) for content in _messages(source))
        told = ", ".join(
            f"{outcomes[outcome]} {outcome.value.replace('_', ' ')}" for outcome in notifications.BounceOutcome
        )
        self.stdout.write(f"{outcomes.total()} messages: {told}")


def _messages(source: str) -> Iterator[bytes]:
    """Return the messages of a source, one after the other; CommandError where there is none to read."""
    if source == _STDIN:
        yield sys.stdin.buffer.read(_LARGEST)
        return
    path = Path(source)
    if not path.exists():
        raise CommandError(
            f"{source}: there is no such file or folder; name an .eml file, a folder, an mbox file or -."
        )
    if (path / "cur").is_dir():
        yield from _of_mailbox(mailbox.Maildir(path, create=False))
    elif path.is_dir():
        yield from (_read(file) for file in sorted(path.glob("*.eml")))
    elif _is_mbox(path):
        yield from _of_mailbox(mailbox.mbox(path, create=False))
    else:
        yield _read(path)


def _of_mailbox(box: mailbox.Mailbox[Any]) -> Iterator[bytes]:
    yield from (box.get_bytes(key) for key in box.iterkeys())


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST)
