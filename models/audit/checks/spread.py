"""Whether the score separates leads: how many stand at one end, how many have no score.

Decided here: a lead counts once, at a share of each of its snapshots. Half of the leads at the
lowest or the highest value is a fault, three in ten are worth a look. Grades have few values by
nature and are not examined. A lead of less than a week may wait for its first score.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from models.audit.case import AuditCase
from models.audit.finding import Answer, ScoreCheck
from models.stats.training_set import Floats

AT_AN_END: Final = (0.3, 0.5)
WITHOUT: Final = (0.2, 0.5)
"""Shares that warn, and that fail."""
_FEW_VALUES: Final = 6
_WAITS_DAYS: Final = 7.0
_FEWEST: Final = 50
Result = tuple[Answer, Mapping[str, float | str]] | None


def _ends(case: AuditCase) -> Result:
    score = case.scored_values
    few = len(np.unique(score)) < _FEW_VALUES and case.meaning == "grade"
    if few or len(score) < _FEWEST:
        return None
    once = _once(case)
    low, high = float(score.min()), float(score.max())
    shares = {end: float(once[score == value].sum()) for end, value in _named(low, high)}
    values: dict[str, float | str] = {
        "lowest": low,
        "highest": high,
        "at_lowest": shares["lowest"],
        "at_highest": shares["highest"],
    }
    return _by_share(max(shares.values()), AT_AN_END), values


def _named(low: float, high: float) -> list[tuple[str, float]]:
    return [("lowest", low), ("highest", high)]


def _once(case: AuditCase) -> Floats:
    """Return the weight of every scored snapshot, so that leads count alike; they sum to 1."""
    _, own, count = np.unique(case.scored_rows.lead, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / count[own] / len(count))


def _without(case: AuditCase) -> Result:
    age = case.rows.age_days
    old = case.on_calendar & (True if age is None else age >= _WAITS_DAYS)
    if int(old.sum()) < _FEWEST:
        return None
    share = float((~case.scored)[old].mean())
    return _by_share(share, WITHOUT), {"share": share, "rows": int(old.sum())}


def _by_share(share: float, limits: tuple[float, float]) -> Answer:
    return "fail" if share >= limits[1] else "warn" if share >= limits[0] else "pass"


ENDS: Final = ScoreCheck("A009", _ends)
WITHOUT_SCORE: Final = ScoreCheck("A010", _without)
