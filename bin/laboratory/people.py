"""Who buys and who works here: customers with accounts, guests, staff; each signs in when its token has grown old."""

from __future__ import annotations

import queue
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from laboratory.caller import Caller
from laboratory.folder import Folder
from laboratory.shop import LaboratoryShop

PASSWORD = "long enough for a laboratory"
# An access token is good for fifteen minutes.
_TOKEN_SECONDS = 600.0


@dataclass
class Account:
    """Somebody who signs in; whoever holds the lock acts for them."""

    email: str
    password: str
    token: str = ""
    signed_in_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sign_in(self, caller: Caller) -> bool:
        """Give `caller` this account's token; False where the shop would not sign in."""
        with self.lock:
            if time.monotonic() - self.signed_in_at > _TOKEN_SECONDS or not self.token:
                body = {"email": self.email, "password": self.password}
                answer = caller.prepare("POST", "/api/v1/auth/login", body)
                if not answer:
                    return False
                self.token, self.signed_in_at = answer["access"], time.monotonic()
            caller.client.token = self.token
        return True


class People:
    """Everybody who may call the shop in this run."""

    def __init__(self, shop: LaboratoryShop, folder: Folder, *, seed: int) -> None:
        self._shop, self._folder, self._seed = shop, folder, seed
        self.ended = threading.Event()
        self._customers: queue.SimpleQueue[Account] = queue.SimpleQueue()
        self._staff = Account(**shop.staff_login)

    def register(self, count: int) -> None:
        """Make the accounts of this run."""
        for number in range(count):
            account = Account(email=f"customer{number}@example.com", password=PASSWORD)
            body = {"email": account.email, "password": PASSWORD, "first_name": "Grace", "last_name": "Stone"}
            self._shop.client().expect(201, "POST", "/api/v1/auth/register", body)
            self._customers.put(account)

    def caller(self, name: str) -> Caller:
        """Return a stranger with dice of their own, the same ones in every run of this seed."""
        dice = random.Random(f"{self._seed} {name}")
        return Caller(name, client=self._shop.client(), log=self._folder.buyers, dice=dice, ended=self.ended)

    def borrow_customer(self) -> Account | None:
        """Return a customer that nobody acts for now, None where all are busy; `give_back` when done."""
        try:
            return self._customers.get_nowait()
        except queue.Empty:
            return None

    def give_back(self, account: Account) -> None:
        self._customers.put(account)

    def staff(self, name: str) -> Caller | None:
        """Return somebody of the staff, signed in; None where that failed."""
        caller = self.caller(f"staff-{name}")
        return caller if self._staff.sign_in(caller) else None


def guest_address(dice: random.Random) -> dict[str, Any]:
    return {
        "first_name": "Ada",
        "last_name": dice.choice(("Löwe", "Berg", "Stern")),
        "line1": f"Invalidenstraße {dice.randint(1, 200)}",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DE",
    }
