"""`manage.py ensure_staff`: make sure a member of staff with every right can sign in."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.errors import InvalidRegistration
from apps.accounts.services.staff import ensure_staff


class Command(BaseCommand):
    help = "Create or update a staff account with every right; the password is read from an environment variable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument(
            "--password-env", required=True, metavar="VARIABLE", help="variable that holds the password"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get(options["password_env"])
        if not password:
            raise CommandError(f"--password-env {options['password_env']}: this variable is not set.")
        try:
            user, created = ensure_staff(email=options["email"], password=password)
        except InvalidRegistration as error:
            raise CommandError(f"--email: {error.fields[0].detail}") from error
        self.stdout.write(f"{'created' if created else 'updated'} {user.email}")
