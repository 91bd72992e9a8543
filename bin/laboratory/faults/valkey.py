"""Valkey: killed, restarted, emptied, paused, full."""

from __future__ import annotations

import signal

from laboratory.faults.registry import Blow, fault


@fault
def valkey_killed(blow: Blow) -> None:
    """SIGKILL of both Valkeys."""
    blow.end_with("valkey", blow.shop.pids("valkey"), signal.SIGKILL)


@fault
def valkey_state_restarted(blow: Blow) -> None:
    """An orderly restart of the Valkey that holds queues, limits and locks."""
    pid = _pid_of(blow, "state")
    blow.end_with("valkey", [pid], signal.SIGTERM)


@fault
def valkey_cache_killed(blow: Blow) -> None:
    """SIGKILL of the Valkey that holds the cache."""
    blow.end_with("valkey", [_pid_of(blow, "cache")], signal.SIGKILL)


@fault
def valkey_flushed(blow: Blow) -> None:
    """FLUSHALL of both: queues, limits, locks, sessions' cache, everything."""
    for name in ("cache", "state"):
        with blow.shop.valkey(name) as client:
            keys = client.dbsize()
            client.flushall()
        blow.note("died", target=f"valkey {name}", note=f"{keys} keys")
    blow.lifted()
    blow.see_up("valkey", "web")


@fault
def valkey_paused(blow: Blow) -> None:
    """CLIENT PAUSE: both accept connections and answer nothing for some seconds."""
    seconds = blow.dice.uniform(3, 10)
    for name in ("cache", "state"):
        with blow.shop.valkey(name) as client:
            client.client_pause(int(seconds * 1000))
        blow.note("died", target=f"valkey {name}", note=f"paused for {seconds:.1f} s")
    blow.last(least=seconds, most=seconds)
    blow.lifted()
    blow.see_up("valkey", "web")


@fault
def valkey_state_full(blow: Blow) -> None:
    """maxmemory squeezed below what is stored: every write is refused."""
    with blow.shop.valkey("state") as client:
        before = client.config_get("maxmemory")["maxmemory"]
        client.config_set("maxmemory", "1mb")
        blow.note("died", target="valkey state", note="maxmemory 1mb")
        try:
            blow.last(least=4, most=10)
        finally:
            client.config_set("maxmemory", before)
    blow.lifted()
    blow.see_up("valkey", "web")


def _pid_of(blow: Blow, name: str) -> int:
    with blow.shop.valkey(name) as client:
        return int(client.info("server")["process_id"])
