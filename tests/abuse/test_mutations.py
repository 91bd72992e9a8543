"""Thousands of mutated requests to cart, checkout, orders and payments: none ends in a 500, and none that is refused changes anything.

`ABUSE_REQUESTS=10000 bin/test -- tests/abuse` sends so many; a few hundred are sent without it (docs/running.md).
"""

from __future__ import annotations

import math
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.abuse.conftest import requests_wanted
from tests.abuse.shopping import Shopping, Tally

# One test is one transaction, which grows slow with thousands of requests; and several run at once.
_PER_TEST = 250
_TESTS = math.ceil(requests_wanted() / _PER_TEST)
_STEPS = 30


def run(sandbox, tally: Tally, *, number: int) -> None:
    Shopping.tally, Shopping.sandbox = tally, sandbox
    limits = settings(
        max_examples=5,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for attempt in count():  # each with a seed of its own: one that brings no mutants would bring none for ever
        if tally.mutants >= tally.wanted:
            return
        run_state_machine_as_test(seed(1000 * number + attempt)(Shopping), settings=limits)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.django_db
@pytest.mark.usefixtures("_one_long_transaction")
@pytest.mark.parametrize("number", range(_TESTS))
def test_no_mutated_request_ends_in_a_500_or_changes_what_it_was_refused(sandbox, number):
    tally = Tally(wanted=math.ceil(requests_wanted() / _TESTS))

    run(sandbox, tally, number=number)

    assert tally.mutants >= tally.wanted
    assert not {status for status in tally.statuses if status >= 500}
    # Else nothing but refusals would have been tried.
    assert {200, 201, 400, 404} <= tally.statuses.keys()
