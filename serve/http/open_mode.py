"""Open mode: without any key, programs of this very machine are answered, and nobody else.

Decided here: a web page that is open on this machine may send requests here as well, by this
server's name or by a name of its own that points here; and a proxy on loopback would let everyone
in. So in open mode a request is refused if it names another host, comes from another origin, was
forwarded, or carries a body of the types that a page may send anywhere without being allowed to.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from serve.errors import ForeignRequest
from serve.settings import LOOPBACK

_FORWARDED: Final = frozenset({b"forwarded", b"x-real-ip", b"via"})
_PREFIX: Final = b"x-forwarded"
_OWN_SITE: Final = frozenset({b"same-origin", b"none"})
_FORMS: Final = (
    b"text/plain",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data",
)
"""The types of a body that browsers send to other sites without asking them."""
_KEY: Final = "make a key: mikomi key create"


def check_open(headers: Mapping[bytes, bytes]) -> None:
    """Refuse a request without a key that does not come from a program of this machine.

    Parameters
    ----------
    headers
        Of the request, their names in lower case.

    Raises
    ------
    ForeignRequest
        With the reason.
    """
    host = headers.get(b"host", b"")
    if not is_local_name(host.decode("latin-1")):
        raise ForeignRequest.of("a request to a foreign name", "localhost", _KEY)
    check_not_forwarded(headers)
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site", b"none")
    if site not in _OWN_SITE or (origin is not None and _netloc(origin) != host):
        raise ForeignRequest.of("a request of a page elsewhere", "one of this machine", _KEY)
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind in _FORMS:
        raise ForeignRequest.of(
            f"a body of type {kind.decode('latin-1')}",
            "application/json",
            "send the header Content-Type: application/json",
        )


def check_not_forwarded(headers: Mapping[bytes, bytes]) -> None:
    """Refuse a request that a proxy forwarded: it may come from anywhere.

    Parameters
    ----------
    headers
        Of the request, their names in lower case.

    Raises
    ------
    ForeignRequest
        If it was forwarded.
    """
    if any(name in _FORWARDED or name.startswith(_PREFIX) for name in headers):
        raise ForeignRequest.of("a forwarded request", "one of this machine", _KEY)


def is_local_name(host: str) -> bool:
    """Return whether a Host header names this machine; a foreign site may point its name here.

    >>> is_local_name("localhost:8000"), is_local_name("[::1]:8000"), is_local_name("evil.test")
    (True, True, False)
    """
    name = re.sub(r":\d+$", "", host).strip("[]")
    return name in LOOPBACK


def _netloc(origin: bytes) -> bytes:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return b""
