"""Who stood on which list of the week, and how the lead came there: by rank or by lot.

Decided here: the first list of a week on which a user saw a lead says how it came there; that the
lead climbs later in the week changes nothing. `mikomi lift` holds the lists against who was
contacted and what became of them. Nothing is kept while nothing is drawn by lot.
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
    """Keeps lists in a database; "" stands for everyone on this machine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, user_id: str, week: datetime, shown: WorkedList, at: datetime) -> None:
        """Keep a list that a user was shown, as far as it is new in this week."""
        told = {"user_id": user_id, "week": moment(week), "at": moment(at)}
        rows = [told | row for row in _rows(shown)]
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
