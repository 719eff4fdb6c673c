"""Whether the score orders leads: at all, in every segment, not better than an honest one can.

Decided here: a score ranks the wrong way if the whole interval of its AUC lies below chance. That
no order is shown counts only if a useful one is excluded (the interval ends below .6); otherwise
there is too little to tell, which is no fault of the score. Intervals of segments hold for all
segments together (Bonferroni). An AUC above .95, shown, is better than what can be known in
advance: L003 of the leak checks has the same grounds.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.special import ndtri

from models.audit.case import AuditCase
from models.audit.finding import Answer, ScoreCheck
from models.evaluation.groups.groups import GroupSettings, by_segment

CHANCE: Final = 0.5
USEFUL: Final = 0.6
TOO_GOOD: Final = 0.95
_REDRAWS: Final = 200
_WIDTH: Final = float(2 * ndtri(0.975))
Result = tuple[Answer, Mapping[str, float | str]] | None


def _order(case: AuditCase) -> Result:
    if not case.enough:
        return None
    shown = case.auc
    values = {"auc": shown.value, "low": shown.low, "high": shown.high}
    if shown.high < CHANCE:
        return "fail", values
    nothing = shown.low <= CHANCE and shown.high < USEFUL
    return ("fail" if nothing else "pass"), values


def _too_good(case: AuditCase) -> Result:
    if not case.enough:
        return None
    shown = case.auc
    answer: Answer = "fail" if shown.low > TOO_GOOD else "pass"
    return answer, {"auc": shown.value, "low": shown.low, "high": shown.high}


def _segments(case: AuditCase) -> Result:
    """Name the segments in which the score is shown to rank the wrong way."""
    if not case.enough:
        return None
    settings = GroupSettings(min_conversions=20, redraws=_REDRAWS)
    groups = [
        (attribute, group)
        for attribute, parts in by_segment(case.scored_rows, case.scored_values, settings).items()
        for group in parts
        if not np.isnan(group.auc.value)
    ]
    if not groups:
        return None
    wide = float(-ndtri(0.025 / len(groups)))
    wrong = [
        f"{attribute} = {group.name}"
        for attribute, group in groups
        if group.auc.value + wide * (group.auc.high - group.auc.low) / _WIDTH < CHANCE
    ]
    return ("warn" if wrong else "pass"), {"names": ", ".join(wrong), "tested": len(groups)}


ORDER: Final = ScoreCheck("A001", _order)
SEGMENTS: Final = ScoreCheck("A002", _segments)
TOO_GOOD_CHECK: Final = ScoreCheck("A003", _too_good)
