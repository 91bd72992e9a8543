"""`manage.py replay`: give parked work another chance, or feed old events to a projection again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from apps.messaging import inbox
from apps.messaging.parking import list_parked, replay_parked
from apps.persistence.databases import alias_for


class Command(BaseCommand):
    help = "List parked messages and work (no option), replay them (--parked ID or --all-parked), or replay a projection's events."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parked", metavar="ID", type=UUID, help="replay the parked item with this id")
        parser.add_argument("--all-parked", action="store_true", help="replay everything parked")
        parser.add_argument("--consumer", help="a consumer declared projection=True, such as search.index_products")
        parser.add_argument("--since", help="RFC 3339 time, such as 2026-11-01T00:00:00Z; with --consumer")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["consumer"]:
            self._replay_projection(consumer=options["consumer"], since=options["since"])
        elif options["parked"] or options["all_parked"]:
            self._replay_parked(options["parked"])
        else:
            self._list()

    def _list(self) -> None:
        for item in list_parked():
            self.stdout.write(f"{item.id}  {item.name}  {item.key}  {item.attempts} attempts  {item.error}")

    def _replay_parked(self, wanted: UUID | None) -> None:
        items = [item for item in list_parked() if wanted in (None, item.id)]
        if wanted and not items:
            raise CommandError(f"--parked {wanted}: nothing parked has this id; run without options for the list.")
        for item in items:
            replay_parked(kind=item.kind, item_id=item.id)
            self.stdout.write(f"replayed {item.id} {item.name}")

    def _replay_projection(self, *, consumer: str, since: str | None) -> None:
        try:
            moment = parse_datetime(since or "")
        except ValueError:  # the form of a time, but no such day or hour
            moment = None
        if moment is None or moment.tzinfo is None:
            raise CommandError(f"--since {since!r} is not a time with an offset; use one such as 2026-11-01T00:00:00Z.")
        try:
            count = inbox.replay(consumer=consumer, since=moment, alias=alias_for(consumer.partition(".")[0]))
        except ValueError as error:
            raise CommandError(f"--consumer {consumer}: {error}") from error
        self.stdout.write(f"{count} messages will be applied again by {consumer}")
