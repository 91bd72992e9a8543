"""When a worker takes itself for deaf: never because it has much to do, always when nothing comes any more."""

from ecommerce.worker import Hearing


def hear(*, seconds, taken=lambda now: 0, is_busy=False, sends=True):
    """Return after how many seconds a worker would have ended itself that looks every five, or None."""
    hearing = Hearing(busy_at=0)
    for now in range(5, seconds, 5):
        if sends:
            hearing.ask(now - 5)
        hearing.listen(taken=taken(now), is_busy=is_busy, now=now)
        if hearing.silence(now=now):
            return now
    return None


def test_worker_that_is_far_behind_goes_on():
    assert hear(seconds=3600, taken=lambda now: now // 50, is_busy=True) is None


def test_idle_worker_that_hears_its_canaries_goes_on():
    assert hear(seconds=3600, taken=lambda now: now // 5) is None


def test_idle_worker_to_which_nothing_comes_ends_itself_after_twenty_seconds():
    assert hear(seconds=3600) == 25
    assert hear(seconds=3600, taken=lambda now: min(now, 600)) == 625


def test_worker_whose_processes_never_come_back_ends_itself_after_three_minutes():
    assert hear(seconds=3600, is_busy=True) == 185


def test_silence_of_a_broker_that_is_away_says_nothing():
    assert hear(seconds=3600, sends=False) is None
