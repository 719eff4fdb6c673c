"""Whether the score is alive: it changes, fades, and is renewed.

Decided here: a lead that has been open for 60 days has done something or nothing; both are news. A
score of which 19 in 20 such leads stand exactly where they stood is stuck. Points that hardly ever
fall (at most 1 in 100 changes) add up instead of telling who is interested now. A score whose
newest value is older than 90 days in half of the snapshots of leads of at least that age is stale.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from features.timeline import DAY
from models.audit.case import AuditCase
from models.audit.finding import Answer, ScoreCheck

OPEN_DAYS: Final = 60
STANDS_STILL: Final = 0.95
FALLS: Final = 0.01
STALE_DAYS: Final = 90
STALE_SHARE: Final = 0.5
_FEWEST: Final = 50
_CHANGES: Final = 100
Result = tuple[Answer, Mapping[str, float | str]] | None


def _never_changes(case: AuditCase) -> Result:
    """Compare the first and the last score of every lead that was open for 60 days."""
    rows, score = case.scored_rows, case.scored_values
    order = np.lexsort((rows.cutoff, rows.lead))
    lead, cutoff, value = rows.lead[order], rows.cutoff[order], score[order]
    first = np.flatnonzero(np.append(True, lead[1:] != lead[:-1])[: len(lead)])
    last = np.append(first[1:] - 1, len(lead) - 1)[: len(first)]
    long = cutoff[last] - cutoff[first] >= OPEN_DAYS * DAY
    if int(long.sum()) < _FEWEST:
        return None
    still = float((value[last] == value[first])[long].mean())
    values = {"share": still, "leads": int(long.sum()), "days": OPEN_DAYS}
    return ("fail" if still >= STANDS_STILL else "pass"), values


def _never_fades(case: AuditCase) -> Result:
    _, moved = case.history.steps()
    changes = moved[moved != 0.0]
    if len(changes) < _CHANGES or not case.dated:
        return None
    falls = float((changes < 0).mean())
    values = {"falls": falls, "changes": len(changes)}
    return ("fail" if falls <= FALLS else "pass"), values


def _stale(case: AuditCase) -> Result:
    lead_age = case.rows.age_days
    if lead_age is None or not case.dated:
        return None
    age = case.score_age[case.scored & case.on_calendar & (lead_age > STALE_DAYS)]
    if len(age) < _FEWEST:
        return None
    share = float((age > STALE_DAYS * DAY).mean())
    values = {"share": share, "days": STALE_DAYS, "median_days": float(np.median(age)) / DAY}
    return ("fail" if share >= STALE_SHARE else "pass"), values


NEVER_CHANGES: Final = ScoreCheck("A006", _never_changes)
NEVER_FADES: Final = ScoreCheck("A007", _never_fades)
STALE: Final = ScoreCheck("A008", _stale)
