"""Leads to be handed over: those that became hot or woke up, the hottest first.

Decided here: a lead waits since one of the two events after the user's last visit. Ids are
selected and counted by one query, and only the rows of the page that is shown are read. A lead with
an open deal is with sales already, so it does not wait.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, func, or_, select

from serve.store.engine import moment, reading
from serve.store.ranking.filters import RankingFilter, conditions
from serve.store.ranking.ranking import RankingPage, StoredRanking
from serve.store.tables import RANKING

Waiting = Literal["all", "hot", "woke"]
"""Why leads wait."""
_CROSSED, _WOKE = RANKING.c.crossed_at, RANKING.c.woke_up_at


class ToHandOver:
    """Reads the leads to be handed over from a database."""

    def __init__(self, engine: Engine, ranking: StoredRanking) -> None:
        self._engine = reading(engine)
        self._ranking = ranking

    def page(
        self,
        visible: RankingFilter,
        since: datetime,
        skipped: int,
        limit: int,
        kind: Waiting = "all",
    ) -> RankingPage:
        """Return the leads of one page, and how many wait in all; a page after the last is empty.

        Parameters
        ----------
        visible
            The target, and the owners whose leads the user may see.
        since
            The user's last visit: leads wait from an event at this moment or later on.
        skipped
            How many leads are on the pages before.
        limit
            How many leads a page holds.
        kind
            Only those that became `hot`, or only those that `woke`.
        """
        crossed, woke = (column >= moment(since) for column in (_CROSSED, _WOKE))
        event = {"hot": crossed, "woke": woke, "all": or_(crossed, woke)}[kind]
        narrowed = [*conditions(visible), event, RANKING.c.standing != "deal"]
        query = select(RANKING.c.lead_id, func.count().over().label("waiting")).where(*narrowed)
        query = query.order_by(RANKING.c.rank_key, RANKING.c.lead_id).offset(skipped).limit(limit)
        with self._engine.begin() as connection:
            shown = connection.execute(query).all()
        ids = [one.lead_id for one in shown]
        rows = {row.lead_id: row for row in self._ranking.some(ids, visible.target)}
        leads = [rows[one.lead_id] for one in shown if one.lead_id in rows]
        return RankingPage(leads, None, shown[0].waiting if shown else 0)
