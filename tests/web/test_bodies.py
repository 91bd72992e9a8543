"""A body that nobody asked for is read to its end, so that a client which still sends hears the answer."""

import io

import pytest

from apps.web.bodies import ReadBodies


def ask(method, body):
    stream = io.BytesIO(body)
    answer = ReadBodies(lambda environ, start: [b"no"])({"REQUEST_METHOD": method, "wsgi.input": stream}, None)
    assert list(answer) == [b"no"]
    return stream.tell()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_was_not_asked_for_is_read(method):
    assert ask(method, b"x" * 3_000_000) == 3_000_000


def test_reading_ends_where_the_proxy_would_have_refused():
    assert ask("POST", b"x" * 30_000_000) == 25 * 1024 * 1024


def test_a_request_without_a_body_of_interest_waits_for_none():
    assert ask("GET", b"x") == 0
