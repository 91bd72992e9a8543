"""`manage.py ensure_roles`: make the roles of staff, each with exactly its rights."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.services.roles import ROLES, ensure_roles


class Command(BaseCommand):
    help = (
        "Make the groups that staff are put into, each with exactly the rights of its role; runs after every migration."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_roles()
        self.stdout.write(f"roles: {', '.join(ROLES)}")
