"""One round of a connection: hints, pull, export, erasure, delivery to a server, scores back.

Decided here: the order. What vanished from the CRM is erased before anything is sent; scores are
written after the server has what is new. Every part can be killed and done again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from pipelines.connect.deliver import Delivered, deliver
from pipelines.connect.export import export
from pipelines.connect.mirror import Mirror
from pipelines.connect.opening import OpenConnection
from pipelines.connect.pull import Pulled, pull, read_again
from pipelines.connect.push import Pushed, PushRules, push
from pipelines.connect.server_api import ServerApi

Erase = Callable[[Sequence[str]], None]
"""Erases leads from files, as `mikomi erase` does."""
_LEAD_TABLE: Final = ""


class PullRules(NamedTuple):
    """Whether the whole roll is compared, and whether any number of deletions is accepted."""

    whole: bool = False
    accept: bool = False


def follow_hints(work: OpenConnection, server: ServerApi, now: datetime) -> int:
    """Read again what webhooks hinted at; return how many records changed or are gone.

    Parameters
    ----------
    work
        The connection.
    server
        Which received the webhooks.
    now
        The moment.
    """
    hints = server.hints(work.connection.name)
    if not hints:
        return 0
    changed, crm = 0, work.crm
    for table in crm.tables:
        place = str(work.connection.tables[table].place)
        own = [
            str(h["record_id"])
            for h in hints
            if _names(str(h["place"]), place, table, crm.lead_table)
        ]
        changed += read_again(crm, work.state, table, list(dict.fromkeys(own)), now)
    server.take_hints(work.connection.name, max(int(one["number"]) for one in hints))
    return changed


def _names(hinted: str, place: str, table: str, lead_table: str) -> bool:
    return hinted == place or (hinted == _LEAD_TABLE and table == lead_table)


def take(
    work: OpenConnection, now: datetime, rules: PullRules, erase: Erase
) -> tuple[Pulled, bool]:
    """Pull, erase what vanished, write the export; return the counts and whether it was written.

    Parameters
    ----------
    work
        The connection.
    now
        The moment.
    rules
        As `PullRules`.
    erase
        Erases leads everywhere else.
    """
    pulled = pull(work.crm, work.state, now, whole=rules.whole, accept=rules.accept)
    mirror = Mirror(work.state, work.crm.lead_table)
    written = export(work.state, mirror, work.crm.tables, work.places.export)
    if gone := mirror.gone():
        erase(gone)
        mirror.forgotten(gone)
    return pulled, written


def bring(work: OpenConnection, tables: Path, server: ServerApi) -> Delivered:
    """Send a server what changed in the tables of ingest.

    Parameters
    ----------
    work
        The connection.
    tables
        What ingest wrote.
    server
        Where to.
    """
    return deliver(work.state, tables, server)


def write_back(work: OpenConnection, server: ServerApi, now: datetime, *, whole: bool) -> Pushed:
    """Write scores into the CRM.

    Parameters
    ----------
    work
        The connection.
    server
        Where the scores come from.
    now
        The moment.
    whole
        Whether every lead is written, whatever it was sent before.

    Raises
    ------
    BadRequest
        If the server has no model.
    """
    server.check_model()
    rules = PushRules(work.connection.wording, work.connection.amounts, whole)
    return push(work.crm, work.state, server, now, rules)
