"""The digest of a week: what changed, who moved and why, what was promised and what was won.

Decided here: the week is the last seven days, compared with the seven before. What was promised is
concluded from leads that became hot in the four weeks before one horizon ago: of them it is known
whether they were won in time. Before such leads exist the digest says from when on it will know.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from serve.insight import expected
from serve.insight.expected import Expected
from serve.scoring.loaded_model import LoadedModel
from serve.store.ranking.ranking import RankedLead, StoredRanking
from serve.store.team.weekly import WeekCounts, WeeklyFigures

WEEK: Final = timedelta(days=7)
_COHORT: Final = timedelta(days=28)
MOVERS: Final = 10


class Promise(NamedTuple):
    """Leads that became hot: how many, the wins that were expected of them, and those that came."""

    since: datetime
    until: datetime
    leads: int
    expected: Expected
    won: int


class Digest(NamedTuple):
    """The digest; `knows_from` is when the first promise is known, if none is yet."""

    since: datetime
    until: datetime
    week: WeekCounts
    before: WeekCounts
    up: list[RankedLead]
    down: list[RankedLead]
    untouched: list[RankedLead]
    promise: Promise | None
    knows_from: datetime | None


def digest_of(
    figures: WeeklyFigures, ranking: StoredRanking, loaded: LoadedModel, now: datetime
) -> Digest:
    """Build the digest of the week before a moment.

    Parameters
    ----------
    figures
        Of the database.
    ranking
        Of the database.
    loaded
        The model of the target.
    now
        The moment.
    """
    target = loaded.target
    up, down = figures.movers(target, MOVERS)
    untouched = figures.untouched(target, MOVERS, now)
    rows = {row.lead_id: row for row in ranking.some({*up, *down, *untouched}, target)}
    promise, knows_from = _promise(figures, loaded, now)
    return Digest(
        since=now - WEEK,
        until=now,
        week=figures.counts(target, now - WEEK, now),
        before=figures.counts(target, now - 2 * WEEK, now - WEEK),
        up=[rows[one] for one in up if one in rows],
        down=[rows[one] for one in down if one in rows],
        untouched=[rows[one] for one in untouched if one in rows],
        promise=promise,
        knows_from=knows_from,
    )


def _promise(
    figures: WeeklyFigures, loaded: LoadedModel, now: datetime
) -> tuple[Promise | None, datetime | None]:
    about = loaded.artifact.about
    horizon = timedelta(days=float(about.get("horizon_days") or 0.0))
    if not horizon:
        return None, None
    until = now - horizon
    since, microseconds = until - _COHORT, horizon // timedelta(microseconds=1)
    outcome = str(about.get("outcome", "won"))
    leads = figures.promised(loaded.target, since, until, microseconds, outcome)
    if not leads:
        first = figures.first_hot(loaded.target)
        return None, None if first is None else first + horizon
    probability = np.array([one.probability for one in leads])
    count = expected.expected(probability, loaded.artifact.model.interval)
    return Promise(since, until, len(leads), count, sum(one.won for one in leads)), None
