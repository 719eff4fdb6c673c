"""The ledger: what a CRM was last sent of each lead, and when.

Decided here: a row is written after the CRM took the fields, together with what the CRM now shows.
A kill between the two leaves a row that is sent once more, which changes nothing in the CRM.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from pipelines.connect.crm import Texts
from pipelines.connect.state import State

_TEXTS: Final = msgspec.json.Decoder(dict[str, str])


class SentScore(NamedTuple):
    """What a CRM was last sent of a lead: fields, moment of the score, moment of sending."""

    fields: Texts
    as_of: str
    sent_at: str


class ScoreLedger:
    """The ledger of a connection.

    Parameters
    ----------
    state
        Of the connection.
    lead_table
        The table whose records are leads.
    """

    def __init__(self, state: State, lead_table: str) -> None:
        self._state, self._lead_table = state, lead_table

    def all(self) -> dict[str, SentScore]:
        """Return every row by lead."""
        rows = self._state.db.execute("select lead_id, fields, as_of, sent_at from ledger")
        return {one: SentScore(_TEXTS.decode(text), *times) for one, text, *times in rows}

    def write(self, rows: Mapping[str, tuple[Texts, str]], sent_at: str) -> None:
        """Note what a CRM took.

        Parameters
        ----------
        rows
            Fields and the moment of the score, by lead.
        sent_at
            The moment.
        """
        with self._state.transaction() as db:
            for lead_id, (fields, as_of) in rows.items():
                text = msgspec.json.encode(dict(fields)).decode()
                show = "update records set shown = ? where place = ? and record_id = ?"
                if db.execute(show, (text, self._lead_table, lead_id)).rowcount:
                    db.execute(
                        "insert or replace into ledger values (?, ?, ?, ?)",
                        (lead_id, text, as_of, sent_at),
                    )

    def remove(self, lead_ids: Iterable[str], blank: Texts) -> None:
        """Remove leads whose fields were emptied in the CRM.

        Parameters
        ----------
        lead_ids
            The leads.
        blank
            What the CRM shows now.
        """
        text = msgspec.json.encode(dict(blank)).decode()
        with self._state.transaction() as db:
            for one in lead_ids:
                db.execute("delete from ledger where lead_id = ?", (one,))
                show = "update records set shown = ? where place = ? and record_id = ?"
                db.execute(show, (text, self._lead_table, one))
