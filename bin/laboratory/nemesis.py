"""Strikes with one fault after the other, at seeded random times, with quiet between, and notes what did not come back."""

from __future__ import annotations

import random
import threading
import traceback
from collections.abc import Sequence

from laboratory.faults import FAULTS, Blow, NotReturned
from laboratory.folder import Folder
from laboratory.proxy import Proxy
from laboratory.shop import LaboratoryShop

FIRST_SECONDS = (12.0, 18.0)
QUIET_SECONDS = (7.0, 14.0)


class Nemesis:
    """Deals the chosen faults like cards: each once in a random order, then all again."""

    def __init__(self, names: Sequence[str], *, shop: LaboratoryShop, proxy: Proxy, folder: Folder, seed: int) -> None:
        self._names, self._shop, self._proxy, self._folder = list(names), shop, proxy, folder
        self._dice = random.Random(f"{seed} nemesis")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nemesis", daemon=True)
        self.current = ""
        self.strikes = 0
        self.not_returned: list[str] = []

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Strike no more, and wait for what is under way."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        deck: list[str] = []
        pause = FIRST_SECONDS
        while self._names and not self._over.wait(self._dice.uniform(*pause)):
            deck = deck or self._dice.sample(self._names, k=len(self._names))
            self._strike(deck.pop())
            pause = QUIET_SECONDS

    def _strike(self, name: str) -> None:
        self.current = name
        dice = random.Random(self._dice.random())
        blow = Blow(shop=self._shop, proxy=self._proxy, dice=dice, log=self._folder.faults, over=self._over, name=name)
        blow.note("begin")
        try:
            FAULTS[name].strike(blow)
        except NotReturned as error:
            self._complain(blow, str(error))
        except Exception as error:  # one fault that cannot be dealt must not end the run, but it fails it
            self._complain(blow, f"{type(error).__name__}: {error}", detail=traceback.format_exc())
        finally:
            blow.lifted()
        self.strikes += 1
        self.current = ""

    def _complain(self, blow: Blow, why: str, *, detail: str = "") -> None:
        self.not_returned.append(f"{blow.name}: {why}")
        blow.note("failed", note=f"{why} {detail}")
