"""Whether the score keeps what it claims: to be a probability, to have been given at a moment.

Decided here: only a score that is declared a probability is judged as one; it is inflated if the
conversions are shown (by the rule of `models.evaluation.calibration_verdict`) to be fewer than four
fifths of what it sums to, and deflated if more than five quarters. A score without moments can
be judged as if it had been given when the lead began, which nobody knows: it is worth a warning.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from models.audit.case import AuditCase
from models.audit.finding import Answer, ScoreCheck
from models.evaluation.calibration_verdict import calibration_verdict

FACTOR: Final = 1.25
Result = tuple[Answer, Mapping[str, float | str]] | None


def _probability(case: AuditCase) -> Result:
    if case.meaning != "probability" or not case.enough:
        return None
    rows = case.scored_rows
    shown = calibration_verdict(rows.label, np.clip(case.scored_values, 0.0, 1.0), rows.lead)
    factor = shown.factor
    wrong = factor.low > FACTOR or factor.high < 1.0 / FACTOR
    values: dict[str, float | str] = {
        "expected": shown.expected,
        "observed": shown.observed,
        "factor": factor.value,
        "low": factor.low,
        "high": factor.high,
    }
    return ("fail" if wrong else "pass"), values


def _dated(case: AuditCase) -> Result:
    return ("pass" if case.dated else "warn"), {}


PROBABILITY: Final = ScoreCheck("A011", _probability)
DATED: Final = ScoreCheck("A012", _dated)
