"""The columns that an effect of a contact may depend on, at a moment.

Decided here: few, and readable: attributes of the lead that do not change, its age, the days since
its last activity, the last outcome of its deals (sales calls whose deal is open), and the score in
use before, each as it was known before the moment. A column that is filled in later, after a call,
would pass the effect off as its own: `mikomi leaks` first.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import Tables
from features.timeline import DAY, Moments, to_moments, visible_from
from models.audit.history import ScoreHistory
from pipelines.incumbent.score_history import LeadScores
from pipelines.lifecycle.audit.case import last_activity

_NOT_COLUMNS: Final = ("lead_id", "account_id", "created_at", "known_at")
_MOST_VALUES: Final = 60
AGE, SILENCE, DEAL, FORMER = "age_days", "days_since_activity", "last_outcome", "former_score"


def columns(
    tables: Tables, keys: pd.DataFrame, former: LeadScores | None, changing: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the columns of some leads at their moments, one row a key.

    Parameters
    ----------
    tables
        All leads and activities.
    keys
        `lead_id` and `cutoff`.
    former
        The score in use before; None without one.
    changing
        Attributes whose values change; they are left out, as only the newest value is at hand.
    """
    index = pd.Index(tables.leads["lead_id"])
    lead = index.get_indexer(pd.Index(keys["lead_id"])).astype(np.int64)
    cutoff = to_moments(keys["cutoff"])
    names = [str(one) for one in tables.leads if one not in (*_NOT_COLUMNS, *changing)]
    out: dict[str, object] = {}
    for name in names:
        values = tables.leads[name]
        numeric = pd.api.types.is_numeric_dtype(values)
        if numeric or values.nunique() <= _MOST_VALUES:
            out[name] = values.to_numpy(np.float64 if numeric else object)[lead]
    created = to_moments(tables.leads["created_at"])[lead]
    out[AGE] = (cutoff - created) / DAY
    last = last_activity(tables, index)
    if last is not None:
        out[SILENCE] = last.at_rows(lead, cutoff)[1] / DAY
    if len(tables.outcomes):
        out[DEAL] = _last_outcome(tables.outcomes, index, (lead, cutoff))
    if former is not None:
        out[FORMER] = former.at(keys)
    return pd.DataFrame(out)


def _last_outcome(
    outcomes: pd.DataFrame, leads: pd.Index, at: tuple[NDArray[np.int64], Moments]
) -> NDArray[np.object_]:
    """Return the last outcome of each lead that was known before its moment; None before any."""
    occurred = to_moments(outcomes["occurred_at"])
    known = outcomes.get("known_at", outcomes["occurred_at"]).fillna(outcomes["occurred_at"])
    codes, names = pd.factorize(outcomes["outcome"])
    code = leads.get_indexer(pd.Index(outcomes["lead_id"])).astype(np.int64)
    there = code >= 0
    history = ScoreHistory.of(
        code[there],
        visible_from(occurred, to_moments(known))[there],
        codes[there].astype(np.float64),
    )
    value = history.at_rows(*at)[0]
    place = np.where(np.isnan(value), len(names), np.nan_to_num(value)).astype(np.int64)
    return np.array([*names, None], object)[place]
