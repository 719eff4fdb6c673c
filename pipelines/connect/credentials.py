"""Secrets of a connection: from the environment, or from a file that its owner alone can read.

Decided here: `MIKOMI_<CONNECTION>_<NAME>` of the environment wins over `<connection>.secret` beside
the connection's file (lines `NAME=value`). A file that others can read is refused, not used. No
secret has a representation, and `without_secrets` takes them out of texts that a vendor returned.
"""

import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from features.errors import BadRequest, Fault

HIDDEN: Final = "(not shown)"
_SHORTEST: Final = 4
"""A shorter value is not replaced in texts, where it would be a part of words."""


class Credentials:
    """Secrets by name; they can be read one by one, and never printed.

    >>> Credentials({"TOKEN": "abcd1234"})
    Credentials(TOKEN)

    Parameters
    ----------
    values
        Secret by name.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __repr__(self) -> str:
        """Return the names alone."""
        return f"Credentials({', '.join(sorted(self._values))})"

    def __contains__(self, name: str) -> bool:
        """Check whether there is a secret of a name."""
        return name in self._values

    def reveal(self, name: str) -> str:
        """Return a secret, to be sent to the system that it belongs to."""
        return self._values[name]

    def without_secrets(self, text: str) -> str:
        """Return a text in which no secret stands.

        >>> Credentials({"TOKEN": "abcd1234"}).without_secrets("bad token abcd1234")
        'bad token (not shown)'
        """
        for value in sorted(self._values.values(), key=len, reverse=True):
            if len(value) >= _SHORTEST:
                text = text.replace(value, HIDDEN)
        return text


def variable(connection: str, name: str) -> str:
    """Return the variable of the environment that holds a secret.

    >>> variable("our-kintone", "TOKEN")
    'MIKOMI_OUR_KINTONE_TOKEN'

    Parameters
    ----------
    connection
        The name of the connection.
    name
        Of the secret.
    """
    return f"MIKOMI_{re.sub(r'[^A-Z0-9]', '_', connection.upper())}_{name}"


def read(
    connection: str,
    names: Sequence[str],
    place: Path,
    environment: Mapping[str, str],
    optional: Sequence[str] = (),
) -> Credentials:
    """Read the secrets of a connection.

    Parameters
    ----------
    connection
        Its name.
    names
        The secrets that the system needs.
    place
        The file of secrets, if there is one.
    environment
        The variables.
    optional
        Secrets that are read where they are set.

    Raises
    ------
    BadRequest
        With every secret that is missing, or if others can read the file.
    """
    stored = _of_file(place) if place.is_file() else {}
    every = [*names, *optional]
    stored |= {n: v for n in every if (v := environment.get(variable(connection, n)))}
    faults = [
        Fault(
            f"no {name} of the connection {connection}",
            f"{variable(connection, name)} in the environment, or {name}=... in {place}",
            "set one of them",
        )
        for name in names
        if not stored.get(name)
    ]
    if faults:
        raise BadRequest(faults)
    return Credentials({name: stored[name] for name in every if stored.get(name)})


def _of_file(place: Path) -> dict[str, str]:
    mode = stat.S_IMODE(place.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadRequest.of(
            f"{place} with the rights {mode:o}",
            "a file that its owner alone can read",
            f"run: chmod 600 {place}",
        )
    lines = (line.strip() for line in place.read_text("utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}
