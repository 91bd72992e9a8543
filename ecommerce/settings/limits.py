"""Rate limits: token buckets per user, key and address, one budget for each group of routes.

A budget is written `burst/refill`: how many requests at once, and how many more each second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ecommerce.settings import env

_BUDGET: Final = re.compile(r"(?P<burst>[0-9]{1,9})/(?P<refill>[0-9]{1,7}(\.[0-9]{1,9})?)")


@dataclass(frozen=True, slots=True)
class Budget:
    """One group's bucket: its size, requests a second it refills by, and whether requests pass while Valkey is away."""

    burst: int
    refill: float
    fails_open: bool


def _budget(group: str, default: str, *, fails_open: bool) -> Budget:
    def parse(raw: str) -> Budget:
        written = _BUDGET.fullmatch(raw)
        budget = Budget(int(written["burst"]), float(written["refill"]), fails_open) if written else None
        if budget is None or budget.burst < 1 or not 0 < budget.refill < 1_000_000:
            raise ValueError("must be burst/refill: a whole number from 1 on, a slash, requests a second above 0")
        return budget

    return env.read(f"LIMIT_{group.upper()}", parse, example=default, default=default)


LIMITS_ENABLED = env.boolean("LIMITS_ENABLED", default=True)
LIMITS_EXEMPT_LOOPBACK = env.boolean("LIMITS_EXEMPT_LOOPBACK", default=False)
LIMITS = {
    "default": _budget("default", "100/10", fails_open=True),
    "catalogue": _budget("catalogue", "200/50", fails_open=True),
    # Guessing passwords, and taking stock or money, must not become free of limits by an outage.
    "login": _budget("login", "10/0.2", fails_open=False),
    "checkout": _budget("checkout", "40/2", fails_open=False),
    # Starting a payment and trying a card: few, since each try tells whether a stolen card is good.
    "payment": _budget("payment", "20/0.2", fails_open=False),
    # Each may end as a mail to whoever was named.
    "notices": _budget("notices", "10/0.05", fails_open=False),
    # Mails to one address, whoever asks for them.
    "password_reset": _budget("password_reset", "3/0.002", fails_open=False),
}
# How many proxies in front add to X-Forwarded-For; the address that the outermost of them saw is the client's.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", example="1", default=0)
