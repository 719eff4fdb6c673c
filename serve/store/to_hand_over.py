"""What waits to be handed over: leads that became hot or woke up, the longest waiting first.

Decided here: a lead waits from the first of the two that happened since the reader's last look. Ids
are found first, and only the rows of the page that is shown are read.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Case, ColumnElement, Engine, case, func, or_, select

from serve.store.engine import moment, reading
from serve.store.ranking import Ranking, RankingFilter, RankingPage, conditions
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
        """Give the leads of one page, and how many wait in all.

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
        ids = select(RANKING.c.lead_id).where(*narrowed).order_by(first, RANKING.c.lead_id)
        count = select(func.count()).select_from(RANKING).where(*narrowed)
        with self._engine.begin() as connection:
            total = int(connection.execute(count).scalar_one())
            shown = list(connection.execute(ids.offset(skipped).limit(limit)).scalars())
        rows = {row.lead_id: row for row in self._ranking.some(shown)}
        return RankingPage([rows[one] for one in shown if one in rows], None, total)


def _first(crossed: ColumnElement[bool], woke: ColumnElement[bool]) -> Case[Any]:
    """Give the first of what happened since the last look."""
    both = case((_CROSSED < _WOKE, _CROSSED), else_=_WOKE)
    return case((crossed & woke, both), (crossed, _CROSSED), else_=_WOKE)
