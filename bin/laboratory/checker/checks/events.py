"""I7: every event reaches everyone who listens, once and in order; and no mail tells what did not happen."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from operator import attrgetter, itemgetter
from typing import Any, Final

from laboratory.checker.registry import Violation, check
from laboratory.checker.run import Groups, Run
from laboratory.checker.tables import InboxMessage, Mail, Order, OutboxMessage

# Aggregates whose every version is an event.
_VERSIONED: Final = ("orders:", "payments:", "inventory:")
_MAIL: Final = re.compile(r"<(placed|paid|shipped|cancelled|refunded)\.([0-9a-f-]{36})\.(\d+)@")


@check("I7", over=lambda run: run.rows[OutboxMessage])
def event_is_published(run: Run, message: OutboxMessage) -> Iterator[Violation]:
    """After all is quiet, every event has left the outbox."""
    if message.published_at is None:
        detail = f"{message.event_type} of {message.key}, version {message.version}, was never published"
        yield Violation(subject=f"event {message.id}", detail=detail)


@cache
def _listeners(run: Run) -> dict[str, set[str]]:
    """Return who listens to each type of event: who ever got one."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in run.rows[InboxMessage]:
        found[row.event_type].add(row.consumer)
    return found


@cache
def _copies(run: Run) -> Groups:
    return Groups(run.rows[InboxMessage], attrgetter("message_id"))


@check("I7", over=lambda run: run.rows[OutboxMessage])
def event_reaches_everyone_once(run: Run, message: OutboxMessage) -> Iterator[Violation]:
    """Every event was copied once to each of its listeners, and each has applied it."""
    copies = _copies(run)[message.id]
    times = Counter(copy.consumer for copy in copies)
    wrong = [f"never reached {name}" for name in sorted(_listeners(run)[message.event_type] - set(times))]
    wrong += [f"reached {name} {count} times" for name, count in sorted(times.items()) if count > 1]
    for copy in copies:
        if copy.parked_at:
            wrong.append(f"is parked at {copy.consumer}: {copy.last_error}")
        elif copy.done_at is None:
            wrong.append(f"was not applied by {copy.consumer}: {copy.last_error or 'no error'}")
    if wrong:
        subject = f"event {message.id}"
        witness = [f"{message.event_type} of {message.key}, version {message.version}"]
        yield Violation(subject=subject, detail="; ".join(wrong), witness=witness)


@cache
def _completions(run: Run) -> Groups:
    return Groups(run.applied, itemgetter("consumer", "message_id"))


def _done_in_run(run: Run) -> list[InboxMessage]:
    return [row for row in run.rows[InboxMessage] if row.done_at and row.done_at >= run.started_at]


@check("I7", over=_done_in_run)
def event_is_applied_once(run: Run, row: InboxMessage) -> Iterator[Violation]:
    """Each listener completed each event exactly once."""
    if len(completions := _completions(run)[row.consumer, row.message_id]) != 1:
        told = [
            f"completion {line['sequence']} at {line['at']}: {line['event_type']} of {line['key']}, version {line['version']}"
            for line in completions
        ]
        detail = f"{row.consumer} completed {row.event_type} {len(completions)} times"
        yield Violation(subject=f"event {row.message_id}", detail=detail, witness=told)


def _courses(run: Run) -> list[tuple[tuple[str, str], list[dict[str, Any]]]]:
    in_order = sorted(run.applied, key=itemgetter("sequence"))
    return sorted(Groups(in_order, itemgetter("consumer", "key")).items())


@check("I7", over=_courses)
def events_are_applied_in_order(run: Run, course: tuple[tuple[str, str], list[dict[str, Any]]]) -> Iterator[Violation]:
    """Each listener applies the events of one aggregate in the order of their versions."""
    (consumer, key), lines = course
    for before, after in pairwise(lines):
        if after["version"] <= before["version"]:
            detail = f"{consumer} applied version {after['version']} after version {before['version']}"
            witness = [
                f"completion {line['sequence']}: version {line['version']}, {line['event_type']}" for line in lines
            ]
            yield Violation(subject=key, detail=detail, witness=witness)
            return


def _keys(run: Run) -> list[tuple[str, list[OutboxMessage]]]:
    versioned = [row for row in run.rows[OutboxMessage] if row.key.startswith(_VERSIONED)]
    return sorted(Groups(versioned, attrgetter("key")).items())


@check("I7", over=_keys)
def versions_have_no_gap(run: Run, aggregate: tuple[str, list[OutboxMessage]]) -> Iterator[Violation]:
    """The events of an order, a payment or a variant count from one without a gap, and tell of every change of an order."""
    key, messages = aggregate
    versions, order = sorted(row.version for row in messages), run.orders.get(key.partition(":")[2])
    due = order.version if order and key.startswith("orders:") else len(versions)
    if versions != list(range(1, due + 1)):
        witness = run.tell_events(order.id) if order else []
        yield Violation(subject=key, detail=f"published versions {versions}, of {due}", witness=witness)


@check("I7", over=lambda run: run.orders.values())
def order_is_published(run: Run, order: Order) -> Iterator[Violation]:
    """Every order was told of."""
    if not _published(run)[f"orders:{order.id}"]:
        yield Violation(subject=f"order {order.id}", detail="no event tells of it", witness=run.tell_order(order.id))


@cache
def _published(run: Run) -> Counter[str]:
    return Counter(row.key for row in run.rows[OutboxMessage])


def _order_mails(run: Run) -> Iterable[tuple[dict[str, Any], re.Match[str]]]:
    return [(line, found) for line in run.mails if (found := _MAIL.match(line["message_id"]))]


@check("I7", over=_order_mails)
def mail_tells_what_happened(run: Run, mail: tuple[dict[str, Any], re.Match[str]]) -> Iterator[Violation]:
    """No mail tells of an order what is not in its history."""
    line, (kind, order_id, version) = mail[0], mail[1].groups()
    if (kind, int(version)) not in {(event.type, event.version) for event in run.events_of[order_id]}:
        witness = [f"mail {line['message_id']} to {line['to']}: {line['subject']}", *run.tell_order(order_id)]
        witness += run.tell_events(order_id)
        yield Violation(
            subject=f"order {order_id}", detail=f"a mail tells that it was {kind}, and it was not", witness=witness
        )


@cache
def _delivered(run: Run) -> set[str]:
    return {line["message_id"] for line in run.mails}


@check("I7", over=lambda run: run.rows[Mail])
def mail_was_sent(run: Run, mail: Mail) -> Iterator[Violation]:
    """After all is quiet, every mail about an order has arrived, or was withheld because its address had bounced."""
    if mail.withheld_at is None and (mail.sent_at is None or mail.message_id not in _delivered(run)):
        detail = "was sent and never arrived" if mail.sent_at else "was never sent"
        yield Violation(subject=f"mail {mail.message_id}", detail=detail, witness=run.tell_order(mail.order_id))
