"""The list of faults, and what a fault is given to work with."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ecommerce.local.processes import identify
from laboratory.folder import Lines
from laboratory.proxy import Proxy
from laboratory.shop import LaboratoryShop, wait_for

# For a machine with much else to do; how long it took is in the log.
RETURN_SECONDS = 180.0
_DEATH_SECONDS = 20.0


class NotReturned(Exception):
    """Something that was killed did not die, or did not come back."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that can go wrong; `what` says it in a sentence."""

    name: str
    what: str
    strike: Callable[[Blow], None]


FAULTS: dict[str, Fault] = {}


def fault(strike: Callable[[Blow], None]) -> Callable[[Blow], None]:
    """Register a function under its own name; its docstring is what it does."""
    what = (strike.__doc__ or "").strip().partition("\n")[0]
    FAULTS[strike.__name__] = Fault(name=strike.__name__, what=what, strike=strike)
    return strike


class Blow:
    """One fault on its way: the shop it strikes, the dice it throws, and the lines it leaves."""

    def __init__(
        self, *, shop: LaboratoryShop, proxy: Proxy, dice: random.Random, log: Lines, over: threading.Event, name: str
    ) -> None:
        self.shop, self.proxy, self.dice, self.name = shop, proxy, dice, name
        self._log, self._over = log, over
        self._is_lifted = False

    def note(
        self, phase: str, *, target: str = "", pid: int | None = None, new_pid: int | None = None, note: str = ""
    ) -> None:
        self._log.write(
            at=time.time(), fault=self.name, target=target, phase=phase, pid=pid, new_pid=new_pid, note=note
        )

    def lifted(self) -> None:
        """The cause is gone; whatever takes longer is the shop's own recovery."""
        if not self._is_lifted:
            self._is_lifted = True
            self.note("end")

    def last(self, *, least: float, most: float) -> None:
        """Let the fault last for a while; a run that ends cuts it short."""
        self._over.wait(self.dice.uniform(least, most))

    def end_with(self, role: str, pids: Iterable[int], number: signal.Signals) -> None:
        """Send a deadly signal to processes of a role, see them dead, and see others in their places."""
        before = self.shop.pids(role)
        victims = {pid: identify(pid) for pid in pids}
        if not victims:
            raise NotReturned(f"{role} has no process to strike")
        for pid in victims:
            with _gone_is_fine():
                os.kill(pid, number)
        for pid, identity in victims.items():
            if not wait_for(lambda: identify(pid) != identity, seconds=_DEATH_SECONDS):  # noqa: B023 - called at once
                raise NotReturned(f"{role} {pid} did not die of {number.name}")
            self.note("died", target=role, pid=pid)
        self.lifted()
        self.see_returned(role, before=before, died=list(victims))

    def see_returned(self, role: str, *, before: Sequence[int], died: Sequence[int]) -> None:
        """Wait until as many processes of a role as before live, none of them a dead one, and the role is up."""

        def is_back() -> bool:
            now = self.shop.pids(role)
            return len(now) >= len(before) and not set(now) & set(died) and self.shop.is_up(role)

        if not wait_for(is_back, seconds=RETURN_SECONDS):
            raise NotReturned(
                f"{role} did not return in {RETURN_SECONDS:.0f} s: {before} before, {self.shop.pids(role)} now"
            )
        fresh = [pid for pid in self.shop.pids(role) if pid not in before]
        for number, pid in enumerate(died):
            self.note("returned", target=role, pid=pid, new_pid=fresh[number] if number < len(fresh) else None)

    def see_up(self, *roles: str) -> None:
        """Wait until roles that nobody killed answer again."""
        for role in roles:
            if not wait_for(lambda: self.shop.is_up(role), seconds=RETURN_SECONDS):  # noqa: B023 - called at once
                raise NotReturned(f"{role} does not answer {RETURN_SECONDS:.0f} s after {self.name}")
            self.note("returned", target=role)

    def freeze(self, role: str, pids: Iterable[int], *, least: float, most: float) -> None:
        """SIGSTOP processes for a while, then SIGCONT; who was killed meanwhile for not answering must be replaced."""
        before, frozen = self.shop.pids(role), {pid: identify(pid) for pid in pids}
        for pid in frozen:
            with _gone_is_fine():
                os.kill(pid, signal.SIGSTOP)
            self.note("died", target=role, pid=pid, note="stopped")
        try:
            self.last(least=least, most=most)
        finally:
            for pid in frozen:
                with _gone_is_fine():
                    os.kill(pid, signal.SIGCONT)
        self.lifted()
        died = [pid for pid, identity in frozen.items() if identify(pid) != identity]
        self.see_returned(role, before=before, died=died)
        for pid in frozen.keys() - set(died):
            self.note("returned", target=role, pid=pid, new_pid=pid, note="continued")


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return
