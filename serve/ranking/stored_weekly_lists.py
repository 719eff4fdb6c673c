"""Stored weekly lists: which leads were on them, and how they were chosen: by rank or by lot.

Decided here: the first list of a week that shows a user a lead for a target decides how it was
chosen, even if the lead climbs later in the week. `mikomi lift` compares the lists with contacts
and outcomes. Nothing is stored while nothing is drawn by lot.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from serve.ranking.weekly_list import WorkedList
from serve.store.engine import moment
from serve.store.id_list import bound, in_ids
from serve.store.leads.refresh_marks import upsert
from serve.store.tables import LEADS, WORKED_LISTS

RANK: Final = "rank"
LOT: Final = "lot"


class WorkedLists:
    """Stores lists in a database; the user "" stands for everyone on this machine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, user_id: str, week: datetime, shown: WorkedList, at: datetime) -> None:
        """Store the leads of a list that are new to the user in this week.

        Parameters
        ----------
        user_id
            Who was shown the list.
        week
            When the week began.
        shown
            The list.
        at
            When it was shown.
        """
        listing = {"user_id": user_id, "week": moment(week), "at": moment(at)}
        rows = [listing | row | {"target": shown.target} for row in _rows(shown)]
        if not rows:
            return
        with self._engine.begin() as connection:
            stored = _stored(connection, {str(row["lead_id"]) for row in rows})
            rows = [row for row in rows if row["lead_id"] in stored]  # not erased meanwhile
            if not rows:
                return
            adding = upsert(connection.dialect.name, WORKED_LISTS).on_conflict_do_nothing()
            connection.execute(adding, rows)


def _stored(connection: Connection, lead_ids: Collection[str]) -> set[str]:
    """Return which of some leads are stored; they cannot be erased until the transaction ends."""
    query = select(LEADS.c.lead_id).where(in_ids(connection.dialect.name, LEADS.c.lead_id))
    query = query.order_by(LEADS.c.lead_id).with_for_update(read=True, key_share=True)
    return set(connection.execute(query, bound(connection, sorted(lead_ids))).scalars())


def _rows(shown: WorkedList) -> Iterator[dict[str, Any]]:
    for chosen_by, leads in ((RANK, shown.ranked), (LOT, shown.drawn)):
        for lead in leads:
            yield {
                "lead_id": lead.lead_id,
                "chosen_by": chosen_by,
                "probability": lead.probability,
                "score": lead.score,
                "model_fingerprint": lead.model_fingerprint,
            }
