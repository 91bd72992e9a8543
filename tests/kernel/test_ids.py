"""UUIDv7: well formed, rising, unique across threads and forks."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

from apps.kernel.ids import uuid7


def test_id_is_version_7_and_carries_the_time():
    made = uuid7()

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert abs((made.int >> 80) - time.time() * 1000) < 5000


def test_ids_rise_within_a_process():
    made = [uuid7() for _ in range(5000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_threads_never_get_the_same_id():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: uuid7(), range(8000)))

    assert len(set(made)) == len(made)


def test_forked_children_do_not_continue_the_same_sequence():
    uuid7()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        made = [*pool.map(_make, range(2), chunksize=1), [uuid7() for _ in range(200)]]

    flat = [item for part in made for item in part]
    assert len(set(flat)) == len(flat)


def _make(_):
    return [uuid7() for _ in range(200)]
