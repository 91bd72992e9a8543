"""`manage.py replay` refuses what is no time in a sentence."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    "since", ["2026-99-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-01T00:00:00", "yesterday", None]
)
def test_time_that_is_none_is_refused_with_one_that_would_be_right(since):
    with pytest.raises(CommandError, match=r"is not a time with an offset; use one such as 2026-11-01T00:00:00Z"):
        call_command("replay", consumer="search.index_products", since=since)
