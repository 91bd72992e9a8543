"""Buyers arrive on a seeded schedule, however slow the shop is: what they wait for is then free of coordinated omission."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

from laboratory.buyers import API, Buyer, Shelf
from laboratory.caller import Call
from laboratory.folder import Folder
from laboratory.journeys import JOURNEYS
from laboratory.people import People
from laboratory.watching import Watchers

_RESTOCK_SECONDS = 40.0
_RESTOCK_UNITS = 4


class Traffic:
    """`rate` buyers a second, each on a thread of its own, evenly but for a seeded jitter."""

    def __init__(
        self, *, people: People, shelf: Shelf, watchers: Watchers, folder: Folder, seed: int, rate: float
    ) -> None:
        self._people, self._shelf, self._watchers, self._folder = people, shelf, watchers, folder
        self._dice, self._rate = random.Random(f"{seed} arrivals"), rate
        self._threads: list[threading.Thread] = []
        self.arrived = 0

    def run(self, *, seconds: float) -> None:
        """Let buyers come for so long; they may still be at it afterwards."""
        weights = [weight for weight, _ in JOURNEYS.values()]
        started, started_at, next_restock = time.monotonic(), time.time(), _RESTOCK_SECONDS
        while (due := (self.arrived + self._dice.random()) / self._rate) < seconds:
            time.sleep(max(0.0, started + due - time.monotonic()))
            name = self._dice.choices([*JOURNEYS], weights=weights)[0]
            # Noted is when somebody was to come: being late because the machine is busy is waiting, too.
            self._folder.arrivals.write(at=started_at + due, buyer=f"buyer-{self.arrived}", journey=name)
            self._start(self._buy, self.arrived, name, self._dice.random() < 0.4)
            self.arrived += 1
            if due > next_restock:
                next_restock += _RESTOCK_SECONDS
                self._start(self._restock, self._dice.choice(self._shelf.scarce))

    def busy(self) -> int:
        """Return how many buyers are still at it."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return len(self._threads)

    def _start(self, work: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _buy(self, number: int, journey: str, has_account: bool) -> None:
        caller = self._people.caller(f"buyer-{number}")
        account = self._people.borrow_customer() if has_account else None
        buyer = Buyer(caller, people=self._people, shelf=self._shelf, watch=self._watchers.perhaps_watch)
        try:
            if (account is None or account.sign_in(caller)) and buyer.fill_cart():
                JOURNEYS[journey][1](buyer)
        finally:
            caller.client.close()
            if account:
                self._people.give_back(account)

    def _restock(self, variant: str) -> None:
        """Count a few units more of what there is too little of, as after a delivery."""
        staff = self._people.staff("stock")
        path = f"{API}/inventory/{variant}"
        stock = staff.prepare("GET", path, seconds=20) if staff else None
        if staff and stock:
            level = staff.dice.choice(stock["levels"])
            body = {"on_hand": level["on_hand"] + _RESTOCK_UNITS, "warehouse": level["warehouse"], "reason": "delivery"}
            staff.attempt(Call(operation="set_stock", method="PUT", path=path, body=body, request=body))
