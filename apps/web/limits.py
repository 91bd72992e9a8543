"""Rate limits: a token bucket per user, key and address in each group of routes, taken from in one call to Valkey.

The bucket is kept as one instant, the time at which it will be full again (GCRA, ITU-T I.371), in Valkey's own time, so
that clocks of web servers do not matter. Headers: draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import RedisError

from apps.kernel.errors import TooManyRequests, Unavailable
from apps.persistence import valkey

logger = logging.getLogger(__name__)
_MICROSECONDS: Final = 1_000_000
_ATTEMPTS_WHERE_CLOSED: Final = 2
# KEYS: the buckets; ARGV: microseconds per token, bucket size. Takes a token from each bucket or from none.
# Returns the microseconds to wait (0: taken) and until the emptiest bucket is full again.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full, latest, wait = {}, now, 0
for i, key in ipairs(KEYS) do
  local at = tonumber(redis.call('GET', key) or 0)
  full[i] = math.max(at, now) + interval
  latest = math.max(latest, full[i])
  wait = math.max(wait, full[i] - interval * burst - now)
end
if wait > 0 then
  return {math.ceil(wait), math.ceil(latest - interval - now)}
end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
end
return {0, math.ceil(latest - now)}
"""
_breaker = valkey.Breaker()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the limiter said: whether the request may pass, and what is left of the tightest bucket (seconds)."""

    group: str
    burst: int
    window: int
    remaining: int
    reset: int
    retry_after: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that tell the client."""
        return {
            "RateLimit-Policy": f'"{self.group}";q={self.burst};w={self.window}',
            "RateLimit": f'"{self.group}";r={self.remaining};t={self.reset}',
        }

    def enforce(self) -> None:
        """Raise TooManyRequests where the bucket was empty."""
        if self.retry_after:
            detail = f"More than {self.burst} requests at once, or too many since; wait {self.retry_after} s."
            raise TooManyRequests(detail, retry_after=self.retry_after)


def take(*, group: str, meta: Mapping[str, Any], customer_id: UUID | None = None) -> Decision | None:
    """Take a token of `group` for the client of a request (`meta`: its WSGI environment) and for the customer.

    Returns None where no limit applies: switched off, loopback exempt, or Valkey away in a group that fails open. In a
    group that fails closed that is Unavailable.
    """
    if _is_exempt(meta):
        return None
    keys = [f"limit:{group}:{_network(client_address(meta))}"]
    if customer_id is not None:
        keys.append(f"limit:{group}:{customer_id}")
    return _take(group=group, keys=keys)


def take_for_address(email: str, *, group: str, meta: Mapping[str, Any]) -> None:
    """Take a token of `group` for the e-mail address that a request would write to, whoever sends it; only a digest of it is kept.

    Raises TooManyRequests where the bucket is empty, Unavailable as `take` does; no limit applies where none applies to `meta`.
    """
    if _is_exempt(meta):
        return
    digest = salted_hmac("apps.web.limits", email.strip().lower(), algorithm="sha256").hexdigest()
    if decision := _take(group=group, keys=[f"limit:{group}:{digest}"]):
        decision.enforce()


def _is_exempt(meta: Mapping[str, Any]) -> bool:
    return not settings.LIMITS_ENABLED or (settings.LIMITS_EXEMPT_LOOPBACK and _is_loopback(client_address(meta)))


def _take(*, group: str, keys: list[str]) -> Decision | None:
    budget = settings.LIMITS[group]
    if budget.fails_open and _breaker.is_open:
        return None
    interval = round(_MICROSECONDS / budget.refill)
    try:
        wait, until_full = _ask(
            keys, [interval, budget.burst], attempts=1 if budget.fails_open else _ATTEMPTS_WHERE_CLOSED
        )
    except RedisError as error:
        logger.warning("limits of %s not checked: %s", group, error)
        _breaker.trip()
        if budget.fails_open:
            return None
        raise Unavailable("This cannot be limited right now, so it waits; try again.", retry_after=1) from error
    return Decision(
        group=group,
        burst=budget.burst,
        window=math.ceil(budget.burst / budget.refill),
        remaining=max(0, int(budget.burst - until_full / interval)),
        reset=math.ceil(until_full / _MICROSECONDS),
        retry_after=math.ceil(wait / _MICROSECONDS),
    )


def _ask(keys: list[str], arguments: list[int], *, attempts: int) -> tuple[int, int]:
    for attempt in range(1, attempts + 1):
        try:
            wait, until_full = _script(settings.BROKER_URL)(keys=keys, args=arguments)
        except RedisError:
            if attempt == attempts:
                raise
        else:
            return wait, until_full
    raise AssertionError("unreachable")


@cache
def _script(url: str) -> valkey.Script:
    return valkey.Script(url=url, source=_TAKE)


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the client's address: the peer's, or what the outermost of TRUSTED_PROXIES proxies saw."""
    peer = str(meta.get("REMOTE_ADDR") or "")
    if not settings.TRUSTED_PROXIES:
        return peer
    hops = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
    return hops[-min(settings.TRUSTED_PROXIES, len(hops))] if hops else peer


def client_network(meta: Mapping[str, Any]) -> str:
    """Return what stands for a request's client where it is counted: its address, of IPv6 the /64; "" where no limit applies to it."""
    return "" if _is_exempt(meta) else _network(client_address(meta))


@cache
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _network(address: str) -> str:
    """Return what stands for one client: an IPv4 address, or the /64 that one IPv6 subscriber is given."""
    if ":" not in address:
        return address
    try:
        return str(ip_address(int(ip_address(address)) >> 64 << 64))
    except ValueError:
        return address
