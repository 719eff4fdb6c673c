"""Where webhooks may go: to public addresses over TLS, unless a receiver allows more.

Decided here: a name is resolved once, every one of its addresses must be allowed, and the
connection goes to the address that was checked, so that a name cannot point elsewhere a moment
later. Redirects are not followed. Private, loopback, link-local and reserved ranges are refused
unless allowed by name.
"""

import ipaddress
import socket
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from features.errors import BadRequest

_PORTS: Final = {"https": 443, "http": 80}
Resolver = Callable[[str, int], list[str]]
"""Returns the addresses of a name, as numbers."""


class Destination(NamedTuple):
    """A checked address: what to connect to, and what to name there."""

    url: str
    host: str


def destination(url: str, *, private: bool, resolve: Resolver | None = None) -> Destination:
    """Check where a webhook would go.

    Parameters
    ----------
    url
        Of the receiver.
    private
        Whether the administrator allowed private addresses and plain http for it.
    resolve
        Instead of the system's resolver.

    Raises
    ------
    BadRequest
        If it may not go there.
    """
    parts = urlsplit(url)
    _check(parts, url, private=private)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        numbers = (resolve or _resolve)(host, port)
    except OSError:
        numbers = []
    if not numbers:
        raise BadRequest.of(f"no address of {host}", "a name that resolves", "correct the receiver")
    refused = [one for one in numbers if not (private or is_public(one))]
    if refused:
        raise BadRequest.of(
            f"{host} is {refused[0]}, which is not public",
            "a public address",
            "allow it with --private if it is meant",
        )
    number = f"[{numbers[0]}]" if ":" in numbers[0] else numbers[0]
    path = parts._replace(netloc=f"{number}:{port}", fragment="").geturl()
    named = host if port == _PORTS[parts.scheme] else f"{host}:{port}"
    return Destination(path, named)


def _check(parts: SplitResult, url: str, *, private: bool) -> None:
    allowed = ("https", "http") if private else ("https",)
    if parts.scheme not in allowed or not parts.hostname or parts.username or parts.password:
        raise BadRequest.of(
            f"the receiver {url[:100]}",
            "https://<host>/<path> without a password (http with --private)",
            "correct it",
        )


def is_public(number: str) -> bool:
    """Check whether an address is one of the public network.

    >>> [is_public(one) for one in ("127.0.0.1", "10.0.0.1", "::ffff:127.0.0.1", "fe80::1")]
    [False, False, False, False]
    """
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)))
    return address.is_global and not address.is_multicast


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def _resolve(host: str, port: int) -> list[str]:
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in entries))
