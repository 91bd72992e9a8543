"""How provider and network behave in a run. Each but CALM treats every call that changes something, and every webhook, alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weather:
    """`lost_replies`: so many times the reply to a call is lost after the provider did it; as many as the shop tries, and it gives up.

    `unsent`: so many times a call does not reach the provider at all. `pause`: the caller is stopped for so many seconds between the
    provider's work and its reply, and everybody else goes on meanwhile (None: nobody comes in between). `webhooks`: how often each is
    delivered; 0, and only the provider's own list knows of it. Those that come during a pause come before the reply.
    """

    name: str
    lost_replies: int = 0
    unsent: int = 0
    pause: float | None = None
    webhooks: int = 1


CALM = Weather("calm")
# The first reply is lost and asked for again; no webhook ever comes.
LOST = Weather("lost", lost_replies=1, webhooks=0)
# Every attempt of the first request fails, half done or not at all: its caller hears 503 and has to come again.
DOWN = Weather("down", lost_replies=1, unsent=2)
# Webhooks come twice, the first time before the reply.
DUPLICATED = Weather("duplicated", pause=0.0, webhooks=2)
# The reply comes when the lease has ended and another has done the work.
LATE = Weather("late", pause=70.0)
ALL = (CALM, LOST, DOWN, DUPLICATED, LATE)
