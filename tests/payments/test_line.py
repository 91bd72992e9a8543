"""How a process talks to a provider: retries, breaker, few calls at once."""

import threading

import pytest

from apps.payments.errors import ProviderRefused, ProviderUnavailable
from apps.payments.gateways import line
from apps.payments.gateways.errors import StoredFailure, TransientFault
from apps.payments.gateways.line import CircuitBreaker, ProviderLine


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return CircuitBreaker(clock=clock)


@pytest.fixture
def calls(monkeypatch):
    """A line without pauses, and a list of what the provider answers next."""
    monkeypatch.setattr(line, "_BACKOFF_SECONDS", 0)
    return ProviderLine(provider="test", concurrency=2, patience_seconds=10)


def answering(*answers):
    left = list(answers)

    def send():
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return send


def fail(breaker, times):
    for _ in range(times):
        breaker.record(failed=True)


def test_passing_fault_is_tried_again(calls):
    assert calls.call(answering(TransientFault("1"), TransientFault("2"), "good")) == "good"


def test_third_failure_is_unavailable(calls):
    with pytest.raises(ProviderUnavailable):
        calls.call(answering(*[TransientFault("down")] * 3, "never asked"))


def test_refusal_is_an_answer(calls):
    with pytest.raises(ProviderRefused):
        calls.call(answering(ProviderRefused("no"), "never asked"))


def test_replayed_failure_is_not_tried_again(calls):
    with pytest.raises(StoredFailure):
        calls.call(answering(TransientFault("500", is_stored=True), "never asked"))


def test_no_attempt_starts_after_the_patience(monkeypatch):
    impatient = ProviderLine(provider="test", concurrency=1, patience_seconds=-1)

    with pytest.raises(ProviderUnavailable):
        impatient.call(answering(TransientFault("slow"), "never asked"))


def test_breaker_opens_at_half_of_at_least_ten_calls(breaker):
    for _ in range(5):
        breaker.record(failed=False)
    fail(breaker, 4)
    assert breaker.seconds_to_wait() == 0

    fail(breaker, 1)

    assert breaker.seconds_to_wait() == 30


def test_nine_failures_are_not_enough(breaker):
    fail(breaker, 9)

    assert breaker.seconds_to_wait() == 0


def test_only_the_last_hundred_calls_count(breaker):
    for _ in range(200):
        breaker.record(failed=False)
    fail(breaker, 49)
    assert breaker.seconds_to_wait() == 0

    fail(breaker, 1)

    assert breaker.seconds_to_wait() > 0


def test_after_thirty_seconds_one_call_probes(breaker, clock):
    fail(breaker, 10)
    clock.now += 30

    assert breaker.seconds_to_wait() == 0
    assert breaker.seconds_to_wait() == 30


def test_good_probe_closes_the_circuit(breaker, clock):
    fail(breaker, 10)
    clock.now += 30
    breaker.seconds_to_wait()

    breaker.record(failed=False)

    assert breaker.seconds_to_wait() == 0
    fail(breaker, 9)
    assert breaker.seconds_to_wait() == 0


def test_failed_probe_keeps_it_open(breaker, clock):
    fail(breaker, 10)
    clock.now += 30
    breaker.seconds_to_wait()

    breaker.record(failed=True)
    clock.now += 29

    assert breaker.seconds_to_wait() == 1


def test_open_circuit_answers_without_a_call_and_says_when_to_come_back(calls):
    for _ in range(4):
        with pytest.raises(ProviderUnavailable):
            calls.call(answering(*[TransientFault("down")] * 3))

    with pytest.raises(ProviderUnavailable) as refused:
        calls.call(answering("never asked"))

    assert 29 <= refused.value.retry_after <= 30


def test_no_more_calls_at_once_than_allowed(monkeypatch):
    monkeypatch.setattr(line, "_SLOT_SECONDS", 0.05)
    narrow, entered, leave = (
        ProviderLine(provider="test", concurrency=1, patience_seconds=1),
        threading.Event(),
        threading.Event(),
    )

    def hold():
        entered.set()
        leave.wait(5)

    holder = threading.Thread(target=narrow.call, args=(hold,))
    holder.start()
    entered.wait(5)
    with pytest.raises(ProviderUnavailable, match="under way"):
        narrow.call(answering("never asked"))
    leave.set()
    holder.join()

    assert narrow.call(answering("good")) == "good"
