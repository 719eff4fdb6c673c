"""The address of the server on this machine, unless a command states another.

Decided here: MIKOMI_HOST and MIKOMI_PORT are those of `mikomi serve`, so that whoever moves the
server moves the commands with it; a server that listens everywhere is reached by loopback.
"""

import os
from collections.abc import Mapping
from typing import Final

from features.errors import BadParams

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound
_PORT: Final = "8000"
_MOST: Final = 65_535


def own_server(environment: Mapping[str, str] = os.environ) -> str:
    """Return the address of the server of this machine.

    >>> own_server({}), own_server({"MIKOMI_PORT": "9000"})
    ('http://127.0.0.1:8000', 'http://127.0.0.1:9000')
    >>> own_server({"MIKOMI_HOST": "0.0.0.0"}), own_server({"MIKOMI_HOST": "::1"})
    ('http://127.0.0.1:8000', 'http://[::1]:8000')

    Raises
    ------
    BadParams
        If MIKOMI_PORT is no port that can be called.
    """
    host, port = environment.get("MIKOMI_HOST", ""), environment.get("MIKOMI_PORT", _PORT)
    if not port.isascii() or not port.isdigit() or not 0 < int(port) <= _MOST:
        raise BadParams.of(
            f"MIKOMI_PORT={port}",
            f"a port from 1 to {_MOST:,} on which the server listens",
            "set it as for `mikomi serve`, or state the address of the server",
        )
    host = "127.0.0.1" if host in _EVERYWHERE else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
