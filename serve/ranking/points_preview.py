"""How the hottest leads would change if the points table did: an estimate before training.

Decided here: the hottest leads to call are taken as they are ranked, and the difference of the two
tables is added to their log-odds, as far as the model trusts its points. What training would change
besides is not known before it.
"""

from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from features.records.rows import make_rows
from models.model.points import PointsFile, resolve
from serve.insight.points_review import log_odds_of, moved_in
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.ranking import StoredRanking
from serve.store.ranking.refreshing import Refreshing

LOOKED_AT: Final = 300
TOP: Final = 100


class PointsPreview(NamedTuple):
    """Who would come into the first leads and who would leave them; ids, the hottest first."""

    looked_at: int
    top: int
    entering: list[str]
    leaving: list[str]


def preview(
    stores: tuple[StoredRanking, Refreshing],
    loaded: LoadedModel,
    tables: tuple[PointsFile, PointsFile],
    now: datetime,
) -> PointsPreview:
    """Estimate how the first leads change.

    Parameters
    ----------
    stores
        The ranking, and the reader of the records of leads.
    loaded
        The model of the target.
    tables
        The points table as it is, and as it would be.
    now
        The moment.

    Raises
    ------
    BadParams
        If a rule is on a feature that the model does not have.
    """
    ranking, records = stores
    catalog = loaded.artifact.catalog
    old, new = (resolve(one, catalog) for one in tables)
    wanted = RankingFilter(target=loaded.target, standing="call", aside_at=now)
    rows = ranking.page(wanted, limit=LOOKED_AT, total=LOOKED_AT).rows
    top = min(TOP, len(rows) // 3)
    if not top:
        return PointsPreview(len(rows), 0, [], [])
    columns = records.read([one.lead_id for one in rows]).columns
    place = {lead_id: n for n, lead_id in enumerate(columns.leads.lead_id)}
    there = [one for one in rows if one.lead_id in place]
    leads = np.array([place[one.lead_id] for one in there], np.int32)
    cutoffs = np.full(len(there), moment(now), np.int64)
    values = loaded.values_of(loaded.encoded(columns, moment(now)), make_rows(leads, cutoffs))
    trust = loaded.artifact.model.scorecard.scale
    change = trust * (log_odds_of(new, values) - log_odds_of(old, values))
    margin = np.array([one.margin for one in there]) + change
    order = np.argsort(-margin, kind="stable")
    after = [there[n].lead_id for n in order[:top]]
    return PointsPreview(len(there), top, *moved_in([one.lead_id for one in there[:top]], after))
