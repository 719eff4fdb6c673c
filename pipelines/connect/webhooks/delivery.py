"""Delivering what waits in the outbox: tried again over a day, then dead until sent again by hand.

Decided here: pauses as the specification of Standard Webhooks advises; 2xx is taken, 410 ends a
receiver's letter at once, everything else is tried again. A receiver that fails delays its own
letters only. A letter is marked after the receiver took it, so a kill sends it twice under the same
id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import httpx

from features.errors import MikomiError
from pipelines.connect.credentials import Credentials
from pipelines.connect.state import State
from pipelines.connect.webhooks.addresses import Resolver, destination
from pipelines.connect.webhooks.receivers import Receiver, secret_name
from pipelines.connect.webhooks.signing import signed

PAUSES: Final = (5, 300, 1_800, 7_200, 18_000, 28_800, 36_000)
"""Seconds after each try; together over a day."""
_TIMEOUT: Final = 15.0
_AT_ONCE: Final = 500
_DUE: Final = """
select event_id, receiver, body, tries from outbox where state = 'waiting' and due_at <= ?
order by created_at, event_id, receiver limit ?
"""
_DEAD: Final = """
select event_id, receiver, lead_id, created_at, tries, why from outbox where state = 'dead'
order by created_at, event_id
"""
_AFTER: Final = """
update outbox set tries = ?, due_at = ?, state = ?, why = ? where event_id = ? and receiver = ?
"""


class Sent(NamedTuple):
    """How many letters were taken, wait for another try, and are dead."""

    taken: int
    waiting: int
    dead: int


class DeadLetter(NamedTuple):
    """A letter that nobody took within a day."""

    event_id: str
    receiver: str
    lead_id: str | None
    created_at: str
    tries: int
    why: str


class Postman:
    """Delivers letters.

    Parameters
    ----------
    state
        Of the webhooks.
    receivers
        Who gets letters; those of others wait.
    secrets
        Of the receivers.
    transport
        Instead of the network: an application of the tests.
    resolve
        Instead of the system's resolver.
    """

    def __init__(
        self,
        state: State,
        receivers: Sequence[Receiver],
        secrets: Credentials,
        transport: httpx.BaseTransport | None = None,
        resolve: Resolver | None = None,
    ) -> None:
        self._state, self._secrets, self._resolve = state, secrets, resolve
        self._receivers: Mapping[str, Receiver] = {one.name: one for one in receivers}
        self._http = httpx.Client(
            timeout=_TIMEOUT, trust_env=False, follow_redirects=False, transport=transport
        )

    def deliver(self, now: datetime) -> Sent:
        """Try every letter that is due once."""
        counts = {"taken": 0, "waiting": 0, "dead": 0}
        rows = self._state.db.execute(_DUE, (now.isoformat(), _AT_ONCE)).fetchall()
        for event_id, name, body, tries in rows:
            if name not in self._receivers:
                continue
            why, is_final = self._try(self._receivers[name], event_id, body.encode(), now)
            state = self._after(tries + 1, why, is_final=is_final)
            due = now + timedelta(seconds=PAUSES[min(tries, len(PAUSES) - 1)])
            with self._state.transaction() as db:
                db.execute(_AFTER, (tries + 1, due.isoformat(), state, why, event_id, name))
            counts[state] += 1
        return Sent(**counts)

    def _after(self, tries: int, why: str, *, is_final: bool) -> str:
        if not why:
            return "taken"
        return "dead" if is_final or tries > len(PAUSES) else "waiting"

    def _try(
        self, receiver: Receiver, event_id: str, body: bytes, now: datetime
    ) -> tuple[str, bool]:
        """Send a letter; return why it was not taken (empty: it was), and whether that is final."""
        try:
            to = destination(receiver.url, private=receiver.private, resolve=self._resolve)
            secret = self._secrets.reveal(secret_name(receiver))
            headers = signed(secret, event_id, int(now.timestamp()), body)
            request = self._http.build_request(
                "POST",
                to.url,
                content=body,
                headers={"host": to.host, "content-type": "application/json", **headers},
                extensions={"sni_hostname": to.host.partition(":")[0]},
            )
            status = self._http.send(request).status_code
        except (httpx.HTTPError, MikomiError) as error:
            words = error.faults[0].observed if isinstance(error, MikomiError) else ""
            return (words or type(error).__name__)[:200], False
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return "", False
        return f"status {status}", status == HTTPStatus.GONE

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def dead(state: State) -> list[DeadLetter]:
    """List the dead letters, the oldest first."""
    rows: list[Any] = state.db.execute(_DEAD).fetchall()
    return [DeadLetter(*row) for row in rows]


def resend(state: State, event_ids: Sequence[str], now: datetime) -> int:
    """Let dead letters wait again, as if they were new; return how many.

    Parameters
    ----------
    state
        Of the webhooks.
    event_ids
        Of the letters; empty means all.
    now
        The moment.
    """
    ids = list(event_ids) or [one.event_id for one in dead(state)]
    with state.transaction() as db:
        revive = (
            "update outbox set state = 'waiting', tries = 0, due_at = ? "
            "where event_id = ? and state = 'dead'"
        )
        return sum(db.execute(revive, (now.isoformat(), one)).rowcount for one in ids)


def prune(state: State, now: datetime) -> int:
    """Remove letters that were taken over a week ago; return how many.

    Parameters
    ----------
    state
        Of the webhooks.
    now
        The moment.
    """
    before = (now - timedelta(days=7)).isoformat()
    with state.transaction() as db:
        query = "delete from outbox where state = 'taken' and created_at < ?"
        return db.execute(query, (before,)).rowcount
