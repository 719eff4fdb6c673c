"""L007: ids and order that carry time or the outcome.

Decided here: an attribute that increases with the creation of leads is a running number, whatever
its name: a model learns the calendar from it, which does not generalise to the next month. If ids
of leads are higher or lower than their creation implies, by outcome, they were reassigned when a
deal ended.
"""

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from features.feature import Text
from models.stats.metrics import auc
from models.stats.training_set import Floats
from pipelines.leaks.by_lead import leads
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

RUNNING: Final = 0.95
DISTINCT: Final = 0.9
LEAST: Final = 50
BY_OUTCOME: Final = 0.75


def _examine(evidence: LeakEvidence) -> Suspects | None:
    known = leads(evidence)
    if known is None or len(known) < LEAST:
        return None
    created = np.asarray(known["created_at"].rank(), dtype=np.float64)
    if np.ptp(created) == 0:
        return Suspects({}, _reassigned(known, created))
    fail = {}
    for name in evidence.attributes():
        number = numbered(known[name])
        if number is None:
            continue
        there = ~np.isnan(number)
        tie = abs(float(spearmanr(number[there], created[there]).statistic))
        if tie >= RUNNING:
            fail[name] = f"counts with the creation of leads (rank correlation {tie:.2f})"
    return Suspects(fail, _reassigned(known, created))


def numbered(values: pd.Series) -> Floats | None:
    """Extract the numbers of an attribute, or those its codes end with, if nearly all differ."""
    there = values.dropna()
    if len(there) < LEAST or there.nunique() < DISTINCT * len(there):
        return None
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(np.float64)
    ends = values.astype("str").str.extract(r"(\d{1,15})\D*$")[0]
    number = pd.to_numeric(ends, errors="coerce").where(values.notna()).to_numpy(np.float64)
    return number if np.isfinite(number).sum() >= DISTINCT * len(there) else None


def _reassigned(known: pd.DataFrame, created: Floats) -> dict[str, str]:
    number = numbered(known["lead_id"])
    if number is None:
        return {}
    place = pd.Series(number).rank().fillna(0.0).to_numpy(np.float64)
    label = known["converted"].to_numpy(np.float64)
    ranked = auc(label=label, probability=place - created)
    if max(ranked, 1 - ranked) < BY_OUTCOME:
        return {}
    grounds = f"its order tells the outcome beside the time of creation (AUC {ranked:.2f})"
    return {"lead_id": grounds}


CHECK = LeakCheck(
    "L007",
    Text("ids and order that carry time", "時間を漏らす番号や並び順"),
    "attributes that do not count up, ids that say nothing of the outcome",
    "leave the number out of the attributes; see that created_at is the first creation",
    _examine,
)
