"""What waits to be handed over: leads that became hot or woke up, the longest waiting first.

Decided here: a lead waits from the first of the two that happened since the reader's last look. Ids
are found first, counted in the same look, and only the rows of the page that is shown are read.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Case, ColumnElement, Engine, case, func, or_, select

from serve.store.engine import moment, reading
from serve.store.ranking.filters import RankingFilter, conditions
from serve.store.ranking.ranking import Ranking, RankingPage
from serve.store.tables import RANKING

_CROSSED, _WOKE = RANKING.c.crossed_at, RANKING.c.woke_up_at


class ToHandOver:
    """The waiting leads of a database."""

    def __init__(self, engine: Engine, ranking: Ranking) -> None:
        self._engine = reading(engine)
        self._ranking = ranking

    def page(
        self, owners: frozenset[str | None] | None, since: datetime, skipped: int, limit: int
    ) -> RankingPage:
        """Give the leads of one page, and how many wait in all; a page after the last has none.

        Parameters
        ----------
        owners
            Whose leads may be seen; missing means everyone's.
        since
            The last look: what happened then or later waits.
        skipped
            How many leads stand on the pages before.
        limit
            How many leads a page holds.
        """
        crossed, woke = (column >= moment(since) for column in (_CROSSED, _WOKE))
        narrowed = [*conditions(RankingFilter(owners=owners)), or_(crossed, woke)]
        first = _first(crossed, woke)
        ids = select(RANKING.c.lead_id, func.count().over().label("waiting")).where(*narrowed)
        ids = ids.order_by(first, RANKING.c.lead_id).offset(skipped).limit(limit)
        with self._engine.begin() as connection:
            shown = connection.execute(ids).all()
        rows = {row.lead_id: row for row in self._ranking.some(one.lead_id for one in shown)}
        found = [rows[one.lead_id] for one in shown if one.lead_id in rows]
        return RankingPage(found, None, shown[0].waiting if shown else 0)


def _first(crossed: ColumnElement[bool], woke: ColumnElement[bool]) -> Case[Any]:
    """Give the first of what happened since the last look."""
    both = case((_CROSSED < _WOKE, _CROSSED), else_=_WOKE)
    return case((crossed & woke, both), (crossed, _CROSSED), else_=_WOKE)
