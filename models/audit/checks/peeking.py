"""Whether the score peeks: moves with the outcome, or is filled when the outcome is known.

Decided here: a score that is computed for customers too may move after they have bought; it peeks
if it then moves in the direction of the outcome more often than at other times, or jumps further
than 19 in 20 of its other moves, by at least 20 points and four standard errors. A first value at
or after the conversion counts against leads that had been there for `_SETTLED_DAYS`, so that no
scoring run was merely too slow for them. Whether converted leads have a value more often than
others is compared among leads of the same time (`models.stats.fill_rates`).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import DAY, NEVER, Moments
from models.audit.case import AuditCase
from models.audit.finding import Answer, ScoreCheck
from models.stats.fill_rates import TOO_FAR, difference
from models.stats.training_set import Floats

FEWEST: Final = 20
MORE_OFTEN: Final = 0.2
ERRORS: Final = 4.0
USUAL: Final = 0.95
LATE_SHARE: Final = 0.1
_SETTLED_DAYS: Final = 30
Result = tuple[Answer, Mapping[str, float | str]] | None


def _moved(case: AuditCase) -> Result:
    """Compare moves from before an end to after it with the usual moves, towards the outcome."""
    if not case.dated:
        return None
    usual = _usual_moves(case)
    sides = {"won": (case.ends.converted, 1.0), "lost": (case.ends.lost, -1.0)}
    shown = {name: _after(case, end, sign) for name, (end, sign) in sides.items()}
    if max(len(one) for one in shown.values()) < FEWEST:
        return None
    values: dict[str, float | str] = {}
    worst: Answer = "pass"
    for name, (_, sign) in sides.items():
        towards, base = shown[name] > 0, float(np.mean(usual * sign > 0)) if len(usual) else 0.0
        share = float(towards.mean()) if len(towards) else 0.0
        values |= {name: share, f"{name}_usual": base, f"{name}_leads": len(towards)}
        far = _far(usual * sign)
        jumped = float((shown[name] > far).mean()) if len(towards) else 0.0
        values |= {f"{name}_jumped": jumped}
        if _more_often(share, base, len(towards)) or _more_often(jumped, 1 - USUAL, len(towards)):
            worst = "fail"
    return worst, values


def _far(moves: Floats) -> float:
    """Return how far 19 in 20 usual moves go at most."""
    return max(float(np.quantile(moves, USUAL)), 0.0) if len(moves) else 0.0


def _more_often(share: float, usual: float, leads: int) -> bool:
    """Check whether something happens to enough leads, and beyond chance more often than usual."""
    error = float(np.sqrt(max(usual * (1.0 - usual), 0.01) / max(leads, 1)))
    return leads >= FEWEST and share - usual >= max(MORE_OFTEN, ERRORS * error)


def _usual_moves(case: AuditCase) -> Floats:
    """Return by how much values differ from the one before, of those given before every end."""
    place, moved = case.history.steps()
    lead = case.history.lead[place]
    end = np.minimum(case.ends.converted, case.ends.lost)[lead]
    moments = case.history.at
    return np.asarray(moved[moments[place] < end])


def _after(case: AuditCase, end: Moments, sign: float) -> Floats:
    """Return how far each lead's first value after its end moved towards the outcome."""
    lead = np.flatnonzero(end < NEVER).astype(np.int64)
    before = case.history.place_before(lead, end[lead])
    after = before + 1
    history = case.history
    inside = (before >= 0) & (after < len(history.lead))
    follows = inside & (history.lead[np.minimum(after, len(history.lead) - 1)] == lead)
    moved = history.value[after[follows]] - history.value[before[follows]]
    return np.asarray(sign * moved)


def _filled_late(case: AuditCase) -> Result:
    converted = case.converted_leads
    if len(converted) < FEWEST:
        return None
    first = _first_value(case)
    settled = case.ends.converted[converted] - case.ends.created[converted] > _SETTLED_DAYS * DAY
    has = first[converted] < NEVER
    judged = converted[settled & has]
    late = first[judged] >= case.ends.converted[judged] if case.dated else np.zeros(0, np.bool_)
    share = float(late.mean()) if len(late) else 0.0
    filled = _fill_difference(case, first < NEVER)
    fail = (share >= LATE_SHARE and int(late.sum()) >= _FEW_LATE) or filled[2]
    values = {"late": share, "late_leads": int(late.sum()), "won": filled[0], "others": filled[1]}
    return ("fail" if fail else "pass"), values


_FEW_LATE: Final = 10


def _first_value(case: AuditCase) -> Moments:
    first = np.full(len(case.ends.created), NEVER, dtype=np.int64)
    np.minimum.at(first, case.history.lead, case.history.at)
    return first


def _fill_difference(case: AuditCase, filled: NDArray[np.bool_]) -> tuple[float, float, bool]:
    """Compare how often leads with and without a conversion have any value."""
    order = np.argsort(case.ends.created, kind="stable")
    group = case.ends.converted[order] < NEVER
    compared = difference(pd.Series(filled[order]), pd.Series(group))
    if compared is None:
        return 1.0, 1.0, False
    more = compared.points > 0 and compared.exceeds(TOO_FAR)
    return compared.there, compared.others, more


MOVED: Final = ScoreCheck("A004", _moved)
FILLED_LATE: Final = ScoreCheck("A005", _filled_late)
