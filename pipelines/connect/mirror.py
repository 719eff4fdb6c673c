"""The mirror: what a CRM holds, as far as it was pulled.

Decided here: a record is stored once, by table and id; an older version never replaces a newer one,
unless it was read by its id just now. A record whose values are the same is no news, so the writing
back of scores, which touches every record, starts nothing. What vanished from the CRM is queued as
gone in the same commit, until the files are rid of it, and owed to the servers, until they are.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from pipelines.connect.crm import BETWEEN_LEADS, OF_LEADS, Page, Record, Texts
from pipelines.connect.debts import cancel, owe
from pipelines.connect.state import State

_TEXTS: Final = msgspec.json.Decoder(dict[str, str])
_STORE: Final = "insert or replace into records values (?, ?, ?, ?, ?)"
_READ: Final = "select version, content from records where place = ? and record_id = ?"
_COUNT: Final = """
insert into facts values ('changes', 1)
on conflict (name) do update set value = cast(value as integer) + 1
"""


class Mirror:
    """The records of a connection's state.

    Parameters
    ----------
    state
        The state.
    lead_table
        The table whose records are leads.
    """

    def __init__(self, state: State, lead_table: str) -> None:
        self._state, self._lead_table = state, lead_table

    def cursor(self, table: str) -> str | None:
        """Return the cursor of a table; none before the first page."""
        query = "select cursor from cursors where place = ?"
        row = self._state.db.execute(query, (table,)).fetchone()
        return None if row is None else str(row[0])

    def take_page(self, table: str, page: Page) -> int:
        """Store a page with its cursor, in one commit; return how many records are news.

        Parameters
        ----------
        table
            Of the records.
        page
            The page.
        """
        with self._state.transaction() as db:
            news = self._store(db, table, page.records, certain=page.certain)
            db.execute("insert or replace into cursors values (?, ?)", (table, page.cursor))
        return news

    def take(self, table: str, records: Iterable[Record]) -> int:
        """Store records that were read by their ids just now; return how many are news.

        Parameters
        ----------
        table
            Of the records.
        records
            As they are now.
        """
        with self._state.transaction() as db:
            return self._store(db, table, records, certain=True)

    def vanish(self, table: str, record_ids: Iterable[str], at: str) -> int:
        """Remove records that are gone; a lead is queued for erasure in the same commit.

        Parameters
        ----------
        table
            Of the records.
        record_ids
            Which no longer exist.
        at
            The moment.
        """
        removed = 0
        with self._state.transaction() as db:
            for one in record_ids:
                delete = "delete from records where place = ? and record_id = ?"
                gone = db.execute(delete, (table, one)).rowcount
                removed += gone
                if gone and table == self._lead_table:
                    db.execute("insert or ignore into gone values (?, ?)", (one, at))
                    owe(db, [one])
                    forget(db, [one])
                    detach(db, self._lead_table, [one])
            if removed:
                db.execute(_COUNT)
        return removed

    def versions(self, table: str) -> dict[str, int]:
        """Return the version of every record of a table, by id."""
        query = "select record_id, version from records where place = ?"
        return dict(self._state.db.execute(query, (table,)))

    def records(self, table: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield id and values of every record of a table, in the order of ids."""
        query = (
            "select record_id, content from records where place = ? order by length(record_id), 1"
        )
        for record_id, content in self._state.db.execute(query, (table,)):
            yield record_id, _TEXTS.decode(content)

    def shown(self) -> dict[str, dict[str, str]]:
        """Return our own fields as the CRM shows them, by lead."""
        query = "select record_id, shown from records where place = ?"
        rows = self._state.db.execute(query, (self._lead_table,))
        return {record_id: _TEXTS.decode(text) for record_id, text in rows}

    def gone(self) -> list[str]:
        """Return the leads that vanished and are not erased everywhere yet."""
        return [one for (one,) in self._state.db.execute("select lead_id from gone order by at, 1")]

    def forgotten(self, lead_ids: Collection[str]) -> None:
        """Note that vanished leads are erased everywhere."""
        with self._state.transaction() as db:
            db.executemany("delete from gone where lead_id = ?", [(one,) for one in lead_ids])

    def _store(
        self, db: sqlite3.Connection, table: str, records: Iterable[Record], *, certain: bool
    ) -> int:
        news = 0
        for one in records:
            if table == self._lead_table and self._is_erased(db, one.record_id):
                continue
            content = msgspec.json.encode(self._without_erased(db, one.values)).decode()
            row = db.execute(_READ, (table, one.record_id)).fetchone()
            if row is not None and not certain and one.version < row[0]:
                continue
            shown = msgspec.json.encode(dict(one.shown)).decode()
            db.execute(_STORE, (table, one.record_id, one.version, content, shown))
            news += row is None or row[1] != content
            if table == self._lead_table:
                db.execute("delete from gone where lead_id = ?", (one.record_id,))
                cancel(db, one.record_id)
        if news:
            db.execute(_COUNT)
        return news

    def _without_erased(self, db: sqlite3.Connection, values: Texts) -> Texts:
        """Return the values of an activity without leads that are erased; others as they are."""
        if OF_LEADS not in values:
            return dict(values)
        leads = [one for one in _leads_in(values) if not self._is_erased(db, one)]
        return _of_leads(values, leads)

    def _is_erased(self, db: sqlite3.Connection, lead_id: str) -> bool:
        query = "select 1 from erased where hash = ?"
        return db.execute(query, (self._state.hash_of(lead_id),)).fetchone() is not None


def forget(db: sqlite3.Connection, lead_ids: Iterable[str]) -> None:
    """Remove leads from everything but records and the queue of vanished leads.

    Parameters
    ----------
    db
        In a transaction.
    lead_ids
        The leads.
    """
    for one in lead_ids:
        for table in ("ledger", "standings", "outbox", "delivered"):
            db.execute(f"delete from {table} where lead_id = ?", (one,))  # noqa: S608 - our names


def detach(db: sqlite3.Connection, lead_table: str, lead_ids: Iterable[str]) -> int:
    """Remove leads from the activities that list them; return how many activities did.

    Parameters
    ----------
    db
        In a transaction.
    lead_table
        The table whose records are leads.
    lead_ids
        The leads.
    """
    count = 0
    query = "select place, record_id, content from records where place != ? and content like ?"
    for lead_id in lead_ids:
        rows = db.execute(query, (lead_table, f'%"{OF_LEADS}":"%{lead_id}%')).fetchall()
        for place, record_id, text in rows:
            values = _TEXTS.decode(text)
            leads = [one for one in _leads_in(values) if one != lead_id]
            if leads == _leads_in(values):
                continue
            content = msgspec.json.encode(_of_leads(values, leads)).decode()
            change = "update records set content = ? where place = ? and record_id = ?"
            count += db.execute(change, (content, place, record_id)).rowcount
    return count


def _leads_in(values: Texts) -> list[str]:
    return [one for one in values[OF_LEADS].split(BETWEEN_LEADS) if one]


def _of_leads(values: Texts, leads: Sequence[str]) -> Texts:
    """Return an activity of some leads; of none of them nothing stays but that."""
    rest = values if leads else {}
    return {**rest, OF_LEADS: BETWEEN_LEADS.join(leads)}
