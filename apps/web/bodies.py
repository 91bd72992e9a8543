"""What of a request's body nobody asked for is read before the answer goes out.

A server that answers and closes while the client still sends resets the connection: the client, or the proxy in front,
sees a broken pipe in place of the answer, such as the page that asks it to sign in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

# As much as the proxy lets staff send (deploy/nginx/nginx.conf); who sends more has to bear the reset.
_LARGEST_BYTES: Final = 25 * 1024 * 1024
_CHUNK_BYTES: Final = 64 * 1024


class ReadBodies:
    """WSGI middleware: leaves nothing of the body unread."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        answer = self.application(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            _read_the_rest(environ)
        return answer


def _read_the_rest(environ: dict[str, Any]) -> None:
    left = _LARGEST_BYTES
    while left > 0 and (chunk := environ["wsgi.input"].read(_CHUNK_BYTES)):
        left -= len(chunk)
