"""L011: an attribute reflects later activities: it was filled, or overwritten, at the export.

Decided here: an attribute counts as known at the creation of the lead. If all activities of the
lead explain it (counts by type, type of the last one), and those before its creation do not, it was
written after them. A number is explained by a linear model of the counts; a category by the type of
the last activity. A name that is that of the last person who acted, and not of the first, where the
two differ, is a final one, as of an owner who took over the deal. It warns, since a lead may be
assigned to somebody whose colleague makes the first call.
"""

from typing import Final

import numpy as np
import pandas as pd

from features.feature import Text
from models.stats.training_set import Floats
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

EXPLAINED: Final = 0.8
BY_THEN: Final = 0.4
LEAST: Final = 100
BETTER: Final = 0.5
"""A category is not tested if its most frequent value has a share above 1 - BETTER / 2."""
MAX_TYPES: Final = 40
MIN_DISTINCT: Final = 5
LEAST_HANDED_OVER: Final = 20
LAST_PERSON: Final = 0.8
FIRST_PERSON: Final = 0.2


def _examine(evidence: LeakEvidence) -> Suspects | None:
    leads, activities = evidence.tables.leads, evidence.tables.activities
    if len(activities) < LEAST or len(leads) < LEAST:
        return None
    fail: dict[str, str] = {}
    known = pd.Series(evidence.known_since().to_numpy(), leads["lead_id"])
    at = known.reindex(activities["lead_id"]).set_axis(activities.index)
    by_then = activities[(activities["occurred_at"] < at).to_numpy()]
    for name in evidence.attributes():
        explained_share = _counted if pd.api.types.is_numeric_dtype(leads[name]) else _last
        later, then = (explained_share(leads, name, some) for some in (activities, by_then))
        if later >= EXPLAINED and then < BY_THEN:
            fail[name] = f"told by all the lead's activities ({later:.0%}), not by the earlier ones"
    return Suspects(fail, _last_persons(leads, activities, evidence.attributes()))


def _last_persons(
    leads: pd.DataFrame, activities: pd.DataFrame, names: list[str]
) -> dict[str, str]:
    """Name the attributes that hold the last person who acted upon a lead, not the first."""
    if "actor" not in activities:
        return {}
    acted = activities[activities["actor"].notna()].sort_values("occurred_at", kind="stable")
    both = acted.groupby("lead_id")["actor"].agg(["first", "last"]).astype("str")
    changed = both[both["first"] != both["last"]]
    known = leads.set_index("lead_id").reindex(changed.index)
    warn = {}
    for name in names:
        value = known[name].dropna().astype("str")
        mine = changed.loc[value.index]
        if len(value) < LEAST_HANDED_OVER:
            continue
        last, first = (float((value == mine[end]).mean()) for end in ("last", "first"))
        if last >= LAST_PERSON and first <= FIRST_PERSON:
            warn[name] = f"the last person who acted for {last:.0%}, the first for {first:.0%}"
    return warn


def _counted(leads: pd.DataFrame, name: str, activities: pd.DataFrame) -> float:
    """Compute the share of a number's variance that the counts of activities explain."""
    value = leads[name].to_numpy(np.float64)
    there = np.isfinite(value)
    if there.sum() < LEAST or len(np.unique(value[there])) < MIN_DISTINCT or activities.empty:
        return 0.0
    often = activities["activity_type"].value_counts().index[:MAX_TYPES]
    mine = activities[activities["activity_type"].isin(often)]
    counts = pd.crosstab(mine["lead_id"], mine["activity_type"]).reindex(leads["lead_id"])
    return _explained(counts.fillna(0.0).to_numpy(np.float64)[there], value[there])


def _explained(counts: Floats, value: Floats) -> float:
    design = np.column_stack([np.ones(len(counts)), counts])
    weight = np.linalg.lstsq(design, value, rcond=None)[0]
    spread = float(((value - value.mean()) ** 2).sum())
    return 1.0 - float(((value - design @ weight) ** 2).sum()) / spread if spread > 0 else 0.0


def _last(leads: pd.DataFrame, name: str, activities: pd.DataFrame) -> float:
    """Compute how often the last activity predicts a category, where guessing does not."""
    ordered = activities.sort_values("occurred_at", kind="stable")
    last = ordered.groupby("lead_id")["activity_type"].last().reindex(leads["lead_id"])
    both = pd.DataFrame({"last": last.to_numpy(), "value": leads[name].to_numpy()}).dropna()
    if len(both) < LEAST:
        return 0.0
    guessed = both["value"].value_counts(normalize=True).iloc[0]
    if guessed > 1 - BETTER / 2:
        return 0.0
    hit = pd.crosstab(both["last"], both["value"]).max(axis=1).sum() / len(both)
    return float((hit - guessed) / (1 - guessed))


CHECK = LeakCheck(
    "L011",
    Text("an echo of later activities", "後の活動の写し"),
    "attributes that say nothing that only later activities bring about",
    "leave the column out: what it says is counted from dated activities, at every cutoff",
    _examine,
)
