"""Which addresses of the network the shop connects to on somebody else's behalf: public ones, and those the operator names."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

from django.conf import settings

from apps.media.errors import AddressRefused, SourceUnavailable

Address = IPv4Address | IPv6Address
# RFC 6052: IPv4 behind a translator, which is how hosts without IPv4 of their own reach it.
_NAT64: Final = IPv6Network("64:ff9b::/96")


def resolve(host: str, port: int, *, seconds: float) -> list[Address]:
    """Return the addresses of a host, every one of them checked.

    Raises AddressRefused where one of them is not public, since whoever answers for the name could mean that one the next time;
    SourceUnavailable where there is none or no answer within `seconds`.
    """
    found = _look_up(host, port, seconds=seconds)
    refused = [address for address in found if not is_allowed(address)]
    if refused:
        raise AddressRefused(f"{host} is {refused[0]}, which is no public address.")
    return found


def is_allowed(address: Address) -> bool:
    """Return whether the shop connects there: to a public address, or into one of settings.IMAGE_FETCH_NETWORKS."""
    target = _without_tunnel(address)
    networks: Sequence[IPv4Network | IPv6Network] = settings.IMAGE_FETCH_NETWORKS
    return _is_public(target) or any(target in network for network in networks)


def _without_tunnel(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.is_site_local or address.teredo):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _look_up(host: str, port: int, *, seconds: float) -> list[Address]:
    # The system's resolver takes no time-out; a thread that is left behind ends with it.
    answer: SimpleQueue[list[Address] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put([ip_address(str(info[4][0]).partition("%")[0]) for info in infos])
        except (OSError, ValueError) as error:
            answer.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=max(seconds, 0))
    except Empty:
        raise SourceUnavailable(f"The name {host} was not resolved in time.", whole_host=True) from None
    if isinstance(found, UnicodeError):
        raise AddressRefused(f"{host} is no name of a host.")
    if isinstance(found, Exception) or not found:
        raise SourceUnavailable(f"The name {host} was not resolved: {found}", whole_host=True)
    return list(dict.fromkeys(found))
