"""`manage.py relay`: copy committed events to their consumers until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from apps.messaging.relay import run_forever


class Command(BaseCommand):
    help = "Copy committed events from the outbox to their consumers and wake what is due. Run as many as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        run_forever(stopping=stop.is_set)
