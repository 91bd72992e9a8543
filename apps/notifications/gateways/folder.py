"""A mail backend that writes each message as an .eml file, for the shop on one machine."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class EmlFolderBackend(BaseEmailBackend):
    """Writes to settings.EMAIL_FILE_PATH; a repeat with the same Message-ID replaces its file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write every message, each whole or not at all; return how many. Raises OSError where the folder cannot be written."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            _write(folder, message)
        return len(email_messages)


def _write(folder: Path, message: EmailMessage) -> None:
    built = message.message()
    name = _UNSAFE.sub("_", str(built["Message-ID"])).strip("_")[:150]
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(built.as_bytes())
    Path(temporary).replace(folder / f"{name}.eml")
