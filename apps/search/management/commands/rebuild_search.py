"""`manage.py rebuild_search`: every document anew from catalog and inventory."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.search import api as search


class Command(BaseCommand):
    help = "Make every search document anew from catalog and inventory. Safe at any time; what is right already is not written."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{search.rebuild()} products are up to date in search")
