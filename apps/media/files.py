"""The files of pictures, one folder for each below MEDIA_ROOT, shared by every process: written whole or not at all, by one at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

from apps.media.contracts import MailForm

_LOCK: Final = ".lock"
_UNFINISHED: Final = ".unfinished-"
_DRAWING: Final = "drawing.svg"


def rendition(digest: str, width: int) -> Path:
    """Return where a rendition is or belongs."""
    return _folder(digest) / f"{width}.webp"


def mail_form(digest: str, form: MailForm) -> Path:
    """Return where the form of a picture for mails is or belongs."""
    return _folder(digest) / form


def drawing(digest: str) -> Path:
    """Return where the source of a drawing is or belongs."""
    return _folder(digest) / _DRAWING


def _folder(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


@contextmanager
def alone(digest: str) -> Iterator[None]:
    """Hold off every other writer of this picture; a process that dies lets go. What a dead one left unfinished is removed."""
    folder = _folder(digest)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(f"{_UNFINISHED}*"):
            left.unlink()
        yield


def write(path: Path, content: bytes) -> None:
    """Write a file that is there with all of `content` or not at all, also after a power cut; `alone` is held."""
    unfinished = path.with_name(f"{_UNFINISHED}{uuid4().hex}")
    with unfinished.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
