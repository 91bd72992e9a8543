"""The garbage collector of processes that serve for days."""

import gc


def spare_loaded() -> None:
    """Let what is loaded by now stay: the collector need not look at it again, nor may it run in the middle of every tenth answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
