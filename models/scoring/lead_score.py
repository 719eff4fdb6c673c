"""The score of one lead, as plain numbers: the path of a request.

Decided here: the numbers equal those of `models.scoring.batch_scores.Scores`, to the bit. Compiled
code writes them into one row of doubles, which represents each of them exactly, because allocating
a column for every number would cost more than computing the numbers.
"""

from typing import Final, NamedTuple

import numpy as np

from models.stats.training_set import Floats

NUMBERS: Final = 8
"""Numbers of a lead: margin, probability, its interval (low, high), score, sufficiency, code of the
band, sum of the reasons."""
REASON_NUMBERS: Final = 6
"""Numbers of a reason: concept, feature, value, contribution, leads, converted leads."""


_NEW: Final = tuple.__new__
"""Makes a named tuple from a tuple without calling its Python constructor."""


class SelectedReason(NamedTuple):
    """A reason that is shown; see `models.explain.selected_reasons.SelectedReasons`."""

    concept: int
    feature: int
    value: float
    contribution: float
    leads: int
    converted_leads: int


class LeadScore(NamedTuple):
    """One lead's numbers and reasons; see `models.scoring.batch_scores.Scores`."""

    margin: float
    probability: float
    probability_low: float
    probability_high: float
    sufficient: bool
    score: float
    band_code: int
    base_probability: float
    remainder: float
    reasons: list[SelectedReason]


def room(places: int) -> Floats:
    """Allocate the row of a lead with this many places for reasons; nothing is written yet."""
    return np.empty(NUMBERS + REASON_NUMBERS * places)


def lead_score(row: Floats, base_probability: float) -> LeadScore:
    """Read the row of a lead.

    Parameters
    ----------
    row
        What compiled code wrote into the row made by `room`.
    base_probability
        The probability from which reasons start.
    """
    numbers = row.tolist()
    margin, probability, low, high, score, sufficient, band_code, shown = numbers[:NUMBERS]
    reasons = [
        _NEW(
            SelectedReason,
            (
                int(numbers[at]),
                int(numbers[at + 1]),
                numbers[at + 2],
                numbers[at + 3],
                int(numbers[at + 4]),
                int(numbers[at + 5]),
            ),
        )
        for at in range(NUMBERS, len(numbers), REASON_NUMBERS)
        if numbers[at] >= 0.0
    ]
    remainder = probability - base_probability - shown
    return LeadScore(
        margin, probability, low, high, bool(sufficient), score, int(band_code),
        base_probability, remainder, reasons,
    )  # fmt: skip
