"""What is told of one lead, as plain numbers: the way of a request.

Decided here: the same numbers as `models.scoring.batch_scores.Scores` tells of many, to the bit;
compiled code writes them into one row of doubles, which holds each of them exactly, as making and
handing over a column for every number costs more than working the numbers out.
"""

from typing import Final, NamedTuple

import numpy as np

from models.stats.training_set import Floats

NUMBERS: Final = 8
"""Margin, probability, its ends, score, sufficiency, code of the band, sum of the reasons."""
PICKED: Final = 6
"""Of each place: concept, feature, value, contribution, snapshots, conversions."""


_NEW: Final = tuple.__new__
"""Makes a named tuple of a tuple without a call of Python's for each."""


class PickedReason(NamedTuple):
    """A reason that is shown; see `models.explain.selected_reasons.Picked`."""

    concept: int
    feature: int
    value: float
    contribution: float
    snapshots: int
    conversions: int


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
    reasons: list[PickedReason]


def room(places: int) -> Floats:
    """Make the row for a lead with so many places for reasons; nothing is written yet."""
    return np.empty(NUMBERS + PICKED * places)


def lead_score(row: Floats, base_probability: float) -> LeadScore:
    """Read the row.

    Parameters
    ----------
    row
        What compiled code wrote into `room`.
    base_probability
        What reasons start from.
    """
    told = row.tolist()
    margin, probability, low, high, score, sufficient, band_code, shown = told[:NUMBERS]
    reasons = [
        _NEW(
            PickedReason,
            (
                int(told[at]),
                int(told[at + 1]),
                told[at + 2],
                told[at + 3],
                int(told[at + 4]),
                int(told[at + 5]),
            ),
        )
        for at in range(NUMBERS, len(told), PICKED)
        if told[at] >= 0.0
    ]
    remainder = probability - base_probability - shown
    return LeadScore(
        margin, probability, low, high, bool(sufficient), score, int(band_code),
        base_probability, remainder, reasons,
    )  # fmt: skip
