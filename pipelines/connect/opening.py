"""Opening a connection: its file, secrets, state and system together.

Decided here: one process at a time works on a connection; a second is refused at once. Calls are
counted by the day of UTC in the state, a few at a time, so that a killed process cannot count from
the beginning.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import httpx
from filelock import FileLock, Timeout

from features.errors import BadRequest, InUse
from pipelines.connect import credentials
from pipelines.connect.connection import Connection, ConnectionPlaces, load
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Crm
from pipelines.connect.rest_client import FixedHeaders, Headers, Pace, RestClient
from pipelines.connect.state import State
from pipelines.connect.systems import dynamics, hubspot, kintone, salesforce, sql

_COUNTED: Final = 10
"""Calls are counted in the state so many at a time."""


class OpenConnection(NamedTuple):
    """A connection at work."""

    connection: Connection
    places: ConnectionPlaces
    secrets: Credentials
    state: State
    crm: Crm


class Outside(NamedTuple):
    """What a connection takes from outside: moment, variables, pause, transport, lines shown."""

    now: datetime
    environment: Mapping[str, str]
    pause: Callable[[float], None]
    transport: httpx.BaseTransport | None = None
    report: Callable[[str], None] = lambda _: None


SECRETS: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "kintone": (kintone.SECRETS, ("WEBHOOK_SECRET",)),
    "hubspot": (hubspot.SECRETS, hubspot.OPTIONAL),
    "salesforce": (salesforce.SECRETS, ()),
    "dynamics": (dynamics.SECRETS, ()),
    "sql": (sql.SECRETS, ()),
}
"""The secrets that a system needs, and those that it may have."""


@contextmanager
def opened(folder: Path, name: str, world: Outside) -> Iterator[OpenConnection]:
    """Open a connection, for this process alone.

    Parameters
    ----------
    folder
        Of all connections.
    name
        Of this one.
    world
        What it takes from outside.

    Raises
    ------
    BadRequest
        If there is no such connection, or secrets are missing.
    InUse
        If another process works on it.
    """
    connection, places = load(folder, name), ConnectionPlaces(folder, name)
    needed, optional = SECRETS[connection.system]
    secrets = credentials.read(name, needed, places.secrets, world.environment, optional)
    with _alone(places.lock, name), closing(State(places.state)) as state:
        crm = system(connection, secrets, state, world)
        with closing(crm):
            yield OpenConnection(connection, places, secrets, state, crm)


def system(connection: Connection, secrets: Credentials, state: State, world: Outside) -> Crm:
    """Return the system of a connection.

    Parameters
    ----------
    connection
        Its file.
    secrets
        What the system needs.
    state
        Counts the calls.
    world
        What it takes from outside.
    """
    if connection.system == "sql":
        return sql.SqlDatabase(connection, secrets)
    pace = Pace(world.pause, _counter(state, world.now, connection.most_calls), world.report)
    headers: Headers
    made: Callable[[Connection, RestClient], Crm]
    if connection.system == "kintone":
        headers, made = FixedHeaders(kintone.headers_of(secrets)), kintone.Kintone
    elif connection.system == "hubspot":
        headers, made = FixedHeaders(hubspot.headers_of(secrets)), hubspot.HubSpot
    elif connection.system == "salesforce":
        headers, made = (
            salesforce.token_of(connection, secrets, world.transport),
            salesforce.Salesforce,
        )
    else:
        headers, made = dynamics.token_of(connection, secrets, world.transport), dynamics.Dynamics
    address = connection.address or ""
    return made(connection, RestClient(address, headers, pace, secrets, world.transport))


def _counter(state: State, now: datetime, most: int | None) -> Callable[[], None]:
    """Return what counts a call, and refuses it beyond the limit of the day."""
    name = f"calls {now:%Y-%m-%d}"
    used = int(state.fact(name) or 0)

    def count() -> None:
        nonlocal used
        if most is not None and used >= most:
            raise BadRequest.of(
                f"{used:,} calls on {now:%Y-%m-%d}",
                f"at most {most:,} a day (calls_a_day)",
                "run it again tomorrow; it goes on where it stopped",
            )
        used += 1
        if used % _COUNTED == 1:
            state.set_fact(name, str(used + _COUNTED - 1))

    return count


@contextmanager
def _alone(path: Path, name: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0, fallback_to_soft=False)
    try:
        with lock:
            yield
    except Timeout:
        raise InUse.of(
            f"another process works on the connection {name}", "one at a time", "wait for it"
        ) from None
