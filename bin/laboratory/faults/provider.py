"""The payment provider, by its own scripted faults, and the line to it."""

from __future__ import annotations

from typing import Any

from laboratory.faults.registry import Blow, fault
from laboratory.proxy import Mode

_CHARGING = {"path": "/v1/payment_intents/*/confirm"}
_OPENING = {"path": "/v1/payment_intents"}
_REFUNDING = {"path": "/v1/refunds"}


def _script(blow: Blow, *specs: dict[str, Any], least: float = 8, most: float = 16) -> None:
    """Let the provider misbehave as told for a while; what it did not get to is forgotten."""
    for spec in specs:
        blow.shop.sandbox("POST", "/sandbox/faults", {"times": None, "probability": 0.5, **spec})
    blow.note("died", target="provider", note=", ".join(spec["kind"] for spec in specs))
    try:
        blow.last(least=least, most=most)
    finally:
        blow.shop.sandbox("DELETE", "/sandbox/faults")
    blow.lifted()
    blow.note("returned", target="provider")


def _line(blow: Blow, mode: Mode, *, seconds: float = 0.0, least: float = 5, most: float = 15) -> None:
    blow.proxy.become(mode, seconds=seconds)
    blow.note("died", target="line to the provider", note=mode.value)
    try:
        blow.last(least=least, most=most)
    finally:
        blow.proxy.become(Mode.PASS)
    blow.lifted()
    blow.note("returned", target="line to the provider")


@fault
def charge_then_silence(blow: Blow) -> None:
    """The provider charges and never answers."""
    _script(blow, {"kind": "charge_then_timeout", "match": _CHARGING, "seconds": 15})


@fault
def opening_then_silence(blow: Blow) -> None:
    """The provider opens a payment, or takes a refund, and never answers."""
    _script(
        blow,
        {"kind": "charge_then_timeout", "match": _OPENING, "seconds": 15},
        {"kind": "charge_then_timeout", "match": _REFUNDING, "seconds": 15},
    )


@fault
def error_replayed(blow: Blow) -> None:
    """The provider charges, answers 500, and repeats that 500 under the same key for ever."""
    _script(
        blow, {"kind": "error_500_replayed", "match": _CHARGING}, {"kind": "error_500_replayed", "match": _REFUNDING}
    )


@fault
def errors(blow: Blow) -> None:
    """The provider answers 500 without doing anything."""
    _script(blow, {"kind": "error_500"})


@fault
def key_in_use(blow: Blow) -> None:
    """The provider answers 409: another request with this key is under way."""
    _script(blow, {"kind": "conflict"})


@fault
def rate_limited(blow: Blow) -> None:
    """The provider answers 429."""
    _script(blow, {"kind": "rate_limited"})


@fault
def slow_provider(blow: Blow) -> None:
    """The provider takes thirty seconds, three times as long as the shop waits."""
    _script(blow, {"kind": "slow", "seconds": 30, "probability": 0.3})


@fault
def refunds_fail_later(blow: Blow) -> None:
    """The provider accepts refunds and takes them back a moment later."""
    _script(blow, {"kind": "refund_fails_later", "match": _REFUNDING, "seconds": 1})


@fault
def webhook_first(blow: Blow) -> None:
    """Webhooks arrive before the answer to the call that caused them."""
    _script(blow, {"kind": "webhook_before_answer", "probability": 1})


@fault
def webhooks_five_times(blow: Blow) -> None:
    """Every webhook is delivered five times."""
    _script(blow, {"kind": "webhook_duplicate", "attempts": 4, "probability": 1})


@fault
def webhooks_reordered(blow: Blow) -> None:
    """Webhooks arrive in another order than things happened, some late."""
    _script(blow, {"kind": "webhook_reordered"}, {"kind": "webhook_late", "seconds": 8})


@fault
def webhooks_lost(blow: Blow) -> None:
    """No webhook arrives at all: the shop has to ask."""
    _script(blow, {"kind": "webhook_lost", "probability": 1}, least=15, most=25)


@fault
def webhooks_forged(blow: Blow) -> None:
    """Webhooks come with an old signature or one made with another secret, honest ones only later."""
    _script(
        blow,
        {"kind": "webhook_old_signature", "attempts": 2},
        {"kind": "webhook_wrong_secret", "attempts": 2, "probability": 1},
    )


@fault
def line_slow(blow: Blow) -> None:
    """Everything between shop and provider is seconds late."""
    _line(blow, Mode.LATE, seconds=blow.dice.uniform(0.5, 4))


@fault
def line_reset(blow: Blow) -> None:
    """Connections to the provider are cut and refused."""
    _line(blow, Mode.RESET)


@fault
def line_black_hole(blow: Blow) -> None:
    """Connections to the provider swallow every byte."""
    _line(blow, Mode.BLACK_HOLE, least=12, most=30)
