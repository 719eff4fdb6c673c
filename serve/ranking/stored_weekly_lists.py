"""Stored weekly lists: which leads were on them, and how they were chosen: by rank or by lot.

Decided here: the first list of a week that shows a user a lead for a target decides how it was
chosen, even if the lead climbs later in the week. `mikomi lift` compares the lists with contacts
and outcomes. Nothing is stored while nothing is drawn by lot.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine

from serve.ranking.weekly_list import WorkedList
from serve.store.engine import moment
from serve.store.leads.refresh_marks import upsert
from serve.store.tables import WORKED_LISTS

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
            adding = upsert(connection.dialect.name, WORKED_LISTS).on_conflict_do_nothing()
            connection.execute(adding, rows)


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
