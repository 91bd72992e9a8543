"""Getting a file from a stranger's server without being led astray or held up.

Every hop's address is resolved and checked, and the connection goes to the address that was checked: asking for it again is how a name
would be pointed inside the network meanwhile. A watchdog ends the connection when time is up, however slowly bytes keep coming.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Timer
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import certifi
from django.conf import settings

from apps.media.errors import AddressRefused, SourceUnavailable
from apps.media.gateways import addresses

SECONDS: Final = 10.0
MOST_BYTES: Final = 10_000_000
_REDIRECTS: Final = 5
_CONNECT_SECONDS: Final = 3.0
_LONGEST_ADDRESS: Final = 8000
_PORTS: Final = {"http": 80, "https": 443}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_AGAIN: Final = frozenset({408, 425, 429})
_CHUNK: Final = 65_536
# What is already encoded stays, the rest becomes ASCII.
_SAFE: Final = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Where a request goes."""

    scheme: str
    host: str
    port: int
    path: str


def fetch(url: str) -> bytes:
    """Return what is at `url`, of at most MOST_BYTES, within SECONDS in all and through at most five redirects.

    Raises AddressRefused where trying again would not help, SourceUnavailable where it may.
    """
    deadline = time.monotonic() + SECONDS
    for hop in range(_REDIRECTS + 1):
        try:
            with _ask(_parse(url), deadline=deadline) as response:
                if response.status in _MOVED and (location := response.headers["Location"]):
                    url = urljoin(url, location)
                    continue
                _check(response)
                return _read(response)
        except SourceUnavailable as error:
            # Where it redirected to says nothing about the host that was asked.
            error.whole_host = error.whole_host and hop == 0
            raise
    raise AddressRefused(f"It redirects more than {_REDIRECTS} times.")


def _parse(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError as error:  # UnicodeError is one too
        raise AddressRefused(f"{url[:200]!r} is no address: {error}") from error
    if parts.scheme not in _PORTS or not host or parts.username is not None or len(url) > _LONGEST_ADDRESS:
        raise AddressRefused(f"{url[:200]!r} is no address of a picture: http(s)://host/path, without a password.")
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    return _Target(scheme=parts.scheme, host=host, port=_PORTS[parts.scheme] if port is None else port, path=path)


@contextmanager
def _ask(target: _Target, *, deadline: float) -> Iterator[http.client.HTTPResponse]:
    found = addresses.resolve(target.host, target.port, seconds=deadline - time.monotonic())
    with _connect(target, found, deadline=deadline) as plain, _ended_at(deadline, plain):
        try:
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = _secured(plain, target)
            with closing(connection):
                connection.request("GET", target.path, headers=_headers())
                yield connection.getresponse()
            if time.monotonic() >= deadline:  # the watchdog's end looks like that of an answer without a length
                raise TimeoutError
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= deadline:
                raise SourceUnavailable(f"It took longer than {SECONDS:g} seconds.") from error
            raise SourceUnavailable(f"{target.host} broke off: {type(error).__name__}: {error}") from error


def _headers() -> dict[str, str]:
    return {
        "User-Agent": f"shop-media/1 (+{settings.STOREFRONT_URL})",
        "Accept": "image/webp,image/jpeg,image/png,image/gif;q=0.8",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def _connect(target: _Target, found: list[addresses.Address], *, deadline: float) -> socket.socket:
    """Connect to the first of the checked addresses that answers; what it is called does not matter any more."""
    error: OSError | None = None
    for address in found:
        seconds = min(_CONNECT_SECONDS, deadline - time.monotonic())
        if seconds <= 0:
            break
        try:
            return socket.create_connection((str(address), target.port), timeout=seconds)
        except OSError as failure:
            error = failure
    raise SourceUnavailable(f"{target.host} was not reached: {error or 'no time was left'}", whole_host=True)


@contextmanager
def _ended_at(deadline: float, plain: socket.socket) -> Iterator[None]:
    """Shut the connection down at the deadline, also in the middle of a handshake; the second handle outlives its wrapping in TLS."""
    handle, left = plain.dup(), max(deadline - time.monotonic(), 0.01)
    plain.settimeout(left)

    def end() -> None:
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    watchdog = Timer(left, end)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
        handle.close()


def _secured(plain: socket.socket, target: _Target) -> socket.socket:
    return plain if target.scheme == "http" else _tls().wrap_socket(plain, server_hostname=target.host)


@cache
def _tls() -> ssl.SSLContext:
    # What the system trusts, and what everybody does: a small image may hold no certificates of its own.
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context


def _check(response: http.client.HTTPResponse) -> None:
    if response.status >= 500 or response.status in _AGAIN:
        raise SourceUnavailable(f"It answered {response.status} {response.reason}"[:200])
    if response.status != 200:
        raise AddressRefused(f"It answered {response.status} {response.reason}"[:200])
    if (response.length or 0) > MOST_BYTES:
        raise _too_large()


def _read(response: http.client.HTTPResponse) -> bytes:
    promised, content = response.length, bytearray()
    while chunk := response.read(_CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise _too_large()
    if promised is not None and len(content) < promised:
        raise ConnectionError(f"after {len(content)} of {promised} bytes")
    return bytes(content)


def _too_large() -> AddressRefused:
    return AddressRefused(f"It has more than {MOST_BYTES:,} bytes.")
