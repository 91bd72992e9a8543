"""A shop in a world of its own: real code and real PostgreSQL, while clock, provider, network and scheduler are the simulation's.

What happens next is decided here: `request` is what a buyer or staff ask for, `work` what workers, relay, beat and provider do about it,
one step after the other, until nothing is due any more. A step may be killed (`dying`); then its lease runs out, its buyer asks again.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
import requests
from django.core import mail
from django.db import connections
from django.test import Client as DjangoClient
from requests.adapters import HTTPAdapter

from apps.inventory import api as inventory
from apps.kernel import ids
from apps.messaging import inbox, relay, wakeups, work
from apps.payments import api as payments
from tests.chaos.simulation.clock import START, SimulatedClock
from tests.chaos.simulation.database import SimulatedDatabase, simulated_database
from tests.chaos.simulation.dying import Fate, Processes, nobody_dies
from tests.chaos.simulation.weather import CALM, Weather
from tests.flows.mobile import Mobile
from tests.payments.sandbox.inprocess import (
    API_KEY,
    URL,
    WEBHOOK_SECRET,
    InProcessSandbox,
    breaker_defaults,
    forget_gateways,
)
from tests.shop.client import Answer

T = TypeVar("T")
PATIENCE = timedelta(minutes=10)
_TIMEOUT_SECONDS = 10.0
# The reconciler looks every two minutes at what is older than two minutes, and may die in one look.
_HEALED_WITHIN = timedelta(minutes=7)
_TRIES = 30
_UNHEARD = ("payment_in_progress", "idempotency_key_in_use", "provider_unavailable")
_BEAT = {"payments.reconcile": (120, payments.reconcile), "inventory.release_expired": (60, inventory.release_expired)}
# What waits for an earlier message of its key is nobody's turn, however long it has been due.
_HEADS = """
    messaging_inboxmessage head WHERE done_at IS NULL AND parked_at IS NULL AND NOT EXISTS (
        SELECT FROM messaging_inboxmessage earlier WHERE earlier.consumer = head.consumer AND earlier.key = head.key
          AND earlier.version < head.version AND earlier.done_at IS NULL)
"""
_DUE = f"""
    SELECT 'relay', '' WHERE EXISTS (SELECT FROM messaging_outboxmessage WHERE published_at IS NULL)
    UNION ALL SELECT DISTINCT 'drain', queue FROM {_HEADS} AND due_at <= %(now)s
"""
_DRIVER_DUE = """
    UNION ALL SELECT 'drive', '{name}' WHERE EXISTS (
        SELECT FROM {table} WHERE next_run_at <= %(now)s AND parked_at IS NULL)
"""


@dataclass(frozen=True)
class Asked:
    """A request that was acknowledged under its key, with what was answered."""

    client: Mobile
    method: str
    path: str
    body: Any
    headers: dict[str, str]
    answer: Answer


@dataclass(frozen=True)
class Kept:
    """A moment of a world to which it can be taken back."""

    now: datetime
    provider: bytes
    mails: int
    last_id: tuple[int, int]


@dataclass
class World:
    clock: SimulatedClock
    database: SimulatedDatabase
    processes: Processes
    provider: InProcessSandbox
    weather: Weather = CALM
    random: random.Random = field(default_factory=lambda: random.Random(0))
    # Whether what is due is taken in an order of chance.
    is_shuffled: bool = False
    acknowledged: list[Asked] = field(default_factory=list)
    _failures: dict[str, list[str]] = field(default_factory=dict)
    _beat: dict[str, datetime] = field(default_factory=dict)
    # Until when beat's jobs are waited for, since a webhook was lost.
    _lost_until: datetime = START

    # taking it back

    def keep(self) -> Kept:
        """Remember this moment of everything that outlives a process."""
        self.database.keep()
        last_id = (ids._last_millisecond, ids._last_random)
        return Kept(now=self.clock.now, provider=self.provider.keep(), mails=len(mail.outbox), last_id=last_id)

    def begin(self, kept: Kept, *, weather: Weather = CALM, fate: Fate = nobody_dies, seed: int = 0) -> None:
        """Take everything back to that moment, and begin a run from there."""
        self.database.restore()
        self.provider.restore(kept.provider)
        del mail.outbox[kept.mails :]
        self.clock.set(kept.now)
        self.random.seed(seed)
        random.seed(seed)
        ids._last_millisecond, ids._last_random = kept.last_id
        forget_gateways()
        self.processes.begin(fate)
        self.weather = weather
        self.acknowledged, self._failures, self._lost_until = [], {}, kept.now
        self._beat = {name: kept.now + timedelta(seconds=seconds) for name, (seconds, _) in _BEAT.items()}

    # buyers and staff

    def act(self, doing: Callable[[], T]) -> T:
        """Have staff do something through a page of theirs, again and again until it went through."""
        for _ in range(_TRIES):
            lived, result = self.processes.run(doing)
            if lived and result is not None:
                return result
            self.clock.advance(1)
            self.act_meanwhile()
        raise AssertionError("it never goes through")

    def request(
        self, client: Mobile, method: str, path: str, body: Any = None, *, key: str = "", **headers: str
    ) -> Answer:
        """Ask until there is an answer, each time the same: the connection may break, the shop may say "later".

        With `key` the answer is kept under it: `acknowledged`.
        """
        sent = {"Idempotency_Key": key, **headers} if key else headers
        answer = None
        for _ in range(_TRIES):
            lived, answer = self.processes.run(lambda: client.call(method, path, body, **sent))
            if lived and answer and not _is_to_come_again(answer):
                break
            self.clock.advance(1)
            self.act_meanwhile()
        else:
            raise AssertionError(f"{method} {path} is never answered: {answer and answer.raw!r}")
        assert answer.status < 500, f"{method} {path}: {answer.status} {answer.raw!r}"
        if key and (answer.status < 300 or answer.status == 402):
            self.acknowledged.append(Asked(client, method, path, body, sent, answer))
        return answer

    def act_meanwhile(self) -> None:
        """Let others do something between two attempts of a buyer, where chance says so."""
        if self.is_shuffled and self.random.random() < 0.5:
            self.work(steps=self.random.randint(1, 5))

    # workers, relay, beat, provider

    def work(self, *, patience: timedelta = PATIENCE, steps: int = 100_000) -> None:
        """Do what is due, and what becomes due within `patience`, until nothing is left or so many steps are taken."""
        until = self.clock.now + patience
        for _ in range(steps):
            if due := self._due():
                self._take(self.random.choice(due) if self.is_shuffled else due[0])
                continue
            moment = self._next_due()
            if moment is None or moment > until:
                return
            self.clock.set(max(moment, self.clock.now))
        assert steps < 100_000, f"still busy: {self._due()}"

    def _take(self, step: tuple[str, str]) -> None:
        kind, name = step
        actions: dict[str, Callable[[], object]] = {
            "relay": relay.relay_once,
            "drain": lambda: inbox.drain(queue=name),
            "drive": lambda: work.drive(name=name),
        }
        if kind == "webhook":
            self._deliver_webhook()
        elif kind == "provider":
            self.provider.run_timers()
        elif kind == "beat":
            seconds, action = _BEAT[name]
            self._beat[name] = self.clock.now + timedelta(seconds=seconds)
            self.processes.run(action)
        else:
            self.processes.run(actions[kind])

    def _due(self) -> list[tuple[str, str]]:
        now = self.clock.now
        found = sorted(self.database.fetch(_due_statement(), {"now": now}), key=_turn)
        found += [("beat", name) for name, moment in self._beat.items() if moment <= now]
        moment = self.provider.next_due()
        if moment is not None and moment <= now.timestamp():
            found.append(("webhook", "") if self.provider.due_webhooks() else ("provider", ""))
        return found

    def _next_due(self) -> datetime | None:
        moments = [row[0] for row in self.database.fetch(_next_statement()) if row[0]]
        if (at := self.provider.next_due()) is not None:
            moments.append(datetime.fromtimestamp(at, tz=self.clock.now.tzinfo) + timedelta(milliseconds=1))
        moments += [moment for moment in self._beat.values() if moment <= self._lost_until]
        return min(moments, default=None)

    def _deliver_webhook(self) -> None:
        """Have the oldest due webhook arrive as often as the weather wants; what is not accepted comes again later."""
        delivery = self.provider.due_webhooks()[0]
        if not self.weather.webhooks:
            self.provider.lose_webhook(delivery)
            self._lost_until = self.clock.now + _HEALED_WITHIN
            return
        status = 0
        for _ in range(self.weather.webhooks):
            body, headers = self.provider.signed(delivery)
            lived, response = self.processes.run(partial(_post_webhook, body, headers))
            status = response.status_code if lived and response else 0
            assert status in (0, 200), response and response.content
        self.provider.note_delivery(delivery, status=status)

    # the provider's end of the line

    def answer_call(self, request: requests.PreparedRequest) -> requests.Response:
        """Take a call of the shop to the provider, as the weather lets it through."""
        method, path = request.method or "", request.path_url.partition("?")[0]
        fate = self._fate(request)
        with self.processes.place("call", f"{method} {_without_ids(path)}") as done:
            if fate == "unsent":
                self.clock.advance(_TIMEOUT_SECONDS)
                raise requests.ConnectTimeout(request=request)
            body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
            answer = self.provider.answer(method=method, url=request.url or "", headers={**request.headers}, body=body)
            if method == "POST":
                done()
            if fate == "lost":
                self.clock.advance(_TIMEOUT_SECONDS)
                raise requests.ReadTimeout(request=request)
            if fate == "pause":
                self._let_others_go_on(self.weather.pause or 0)
        response = requests.Response()
        response.status_code, response._content = answer.status, answer.body
        response.headers.update(answer.headers)
        response.request, response.url = request, request.url or ""
        return response

    def _fate(self, request: requests.PreparedRequest) -> str:
        key = str(request.headers.get("Idempotency-Key", ""))
        if not key or not self.processes.is_alive():
            return ""
        fates = ["lost"] * self.weather.lost_replies + ["unsent"] * self.weather.unsent
        if self.weather.pause is not None:
            fates = ["pause"]
        met = self._failures.setdefault(key, [])
        met.append(fates[len(met)] if len(met) < len(fates) else "")
        return met[-1]

    def _let_others_go_on(self, seconds: float) -> None:
        """Stop the calling process for so long, while everything that is due is done by others."""
        self.clock.advance(seconds)
        raised: list[BaseException] = []

        def others() -> None:
            try:
                self.work(patience=timedelta(0))
            except BaseException as error:  # raised again where it can fail the test
                raised.append(error)
            finally:
                connections.close_all()

        thread = threading.Thread(target=others, name="others")
        thread.start()
        thread.join()
        if raised:
            raise raised[0]


def _turn(step: tuple[str, str]) -> tuple[int, str]:
    return ("relay", "drain", "drive").index(step[0]), step[1]


def _is_to_come_again(answer: Answer) -> bool:
    return answer.status == 503 or (answer.status in (409, 429) and answer.code in _UNHEARD)


def _post_webhook(body: bytes, headers: dict[str, str]) -> Any:
    return DjangoClient().post(
        "/api/v1/payments/webhooks/stripe", body, content_type="application/json", headers=headers
    )


def _without_ids(path: str) -> str:
    return "/".join(
        "{id}" if "_" in part and any(c.isdigit() or c.isupper() for c in part) else part for part in path.split("/")
    )


def _due_statement() -> str:
    return _DUE + "".join(
        _DRIVER_DUE.format(name=each.name, table=each.model._meta.db_table) for each in work.drivers()
    )


def _next_statement() -> str:
    tables = sorted({each.model._meta.db_table for each in work.drivers()})
    return f"SELECT min(due_at) FROM {_HEADS}" + "".join(
        f" UNION ALL SELECT min(next_run_at) FROM {table} WHERE parked_at IS NULL" for table in tables
    )


@contextmanager
def simulated_world(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[World]:
    """Begin a world with an empty shop at `START`; afterwards the process is as before."""
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API_BASE = API_KEY, WEBHOOK_SECRET, URL
    settings.STRIPE_TIMEOUT_SECONDS = _TIMEOUT_SECONDS
    clock, provider, generator = SimulatedClock(), InProcessSandbox(), random.Random(0)
    with simulated_database(monkeypatch) as database, monkeypatch.context() as patches:
        processes = Processes(database)
        world = World(clock=clock, database=database, processes=processes, provider=provider, random=generator)
        clock.follow(database.set_time)
        clock.install(patches)
        _install(world, patches)
        with processes.watched(patches):
            relay.ensure_shards()
            try:
                yield world
            finally:
                forget_gateways()
                provider.close()
    ids._reset_after_fork()


def _install(world: World, patches: pytest.MonkeyPatch) -> None:
    """Put the simulation where the process would reach out, and where it would throw dice."""
    patches.setattr(HTTPAdapter, "send", lambda adapter, request, **options: world.answer_call(request))
    patches.setattr(ids, "os", _Dice(world.random))
    # What is claimed together comes in the order in which it lies on the disk; here always in the same.
    claim_messages, claim_items = inbox._claim, work.claim
    patches.setattr(inbox, "_claim", lambda **named: sorted(claim_messages(**named), key=_place_in_line))
    patches.setattr(work, "claim", lambda found, **named: sorted(claim_items(found, **named), key=lambda item: item.pk))
    # Every wake-up and every hint is lost: they cost latency, never work.
    patches.setattr(wakeups, "poke_relay", lambda: None)
    patches.setattr(wakeups, "wake_task", lambda **named: None)
    patches.setattr(wakeups, "woken", lambda name: None)
    patches.setattr("apps.notifications.services.hints._send_soon", lambda **named: None)
    # The breaker's clock is bound when its module is read.
    patches.setitem(breaker_defaults(), "clock", world.clock.timestamp)


def _place_in_line(message: Any) -> tuple[str, str, int]:
    return message.consumer, message.key, message.version


class _Dice:
    """The part of `os` that makes ids, thrown by the world's own chance."""

    def __init__(self, generator: random.Random) -> None:
        self.urandom = generator.randbytes
