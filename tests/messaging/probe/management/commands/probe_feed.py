"""Publish what standard input asks for, one JSON object of `happen` arguments a line; answer "ok" when it is committed."""

import json
import sys

from django.core.management.base import BaseCommand
from django.db import Error

from tests.messaging.probe import services


class Command(BaseCommand):
    def handle(self, *args, **options):
        for line in sys.stdin:
            self.stdout.write(self.answer(json.loads(line)))
            self.stdout.flush()

    def answer(self, request):
        try:
            getattr(services, request.pop("call", "happen"))(**request)
        except Error as error:
            return f"failed {type(error).__name__}"
        return "ok"
