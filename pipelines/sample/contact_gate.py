"""A gate in the sample company: an old grade decides whom sales calls; deals of others never come.

Decided here: a day after a lead came in it has a grade, by company size, source and role alone. The
higher the grade, the likelier a call, for good: from 8 in 100 at the bottom to 97 in 100 at the
top, so that some of every kind are called. A lead that is not called never has a deal in the CRM,
whatever it would have done. The truth of a lead at that moment is therefore that of the company
without a gate: how probable a deal is if the lead is called. Nobody else draws from this chance.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import HOUR, from_moments
from pipelines.sample.facets.attribute_values import COMPANY_SIZE, JOB_ROLE, SOURCE
from pipelines.sample.simulation.history import SampleHistory

Floats = NDArray[np.float64]
AGE_HOURS: Final = 24
_OF_GATE: Final = 7
"""Beside the seed of the company: of chance that nothing else draws from."""
LEAST, MOST = 0.08, 0.97
GRADE: Final = (
    (COMPANY_SIZE, {"100-299名": 2, "300-999名": 2, "30-99名": 1, "1000名以上": 1}),
    (SOURCE, {"紹介": 3, "比較サイト": 2, "問い合わせ": 3, "セミナー": 1}),
    (JOB_ROLE, {"課長": 1, "部長": 1}),
)
"""Points of the old grade, by value."""
_MIDDLE: Final = 3.0
_STEEPNESS: Final = 1.6


@dataclass(frozen=True)
class ContactGate:
    """Who is called.

    Attributes
    ----------
    called
        Shape (leads,): whether.
    chance
        Shape (leads,): with which probability.
    frame
        `lead_id` and `at` of every call, half an hour after the grade.
    """

    called: NDArray[np.bool_]
    chance: Floats
    frame: pd.DataFrame


def gate(company: SampleHistory) -> ContactGate:
    """Draw who is called in a company."""
    people = company.people
    grade = sum(
        (
            np.array([points.get(value.ja, 0) for value in one.values])[people.codes[one.name]]  # noqa: PD011
            for one, points in GRADE
        ),
        np.zeros(len(people)),
    )
    chance = LEAST + (MOST - LEAST) / (1.0 + np.exp(-_STEEPNESS * (grade - _MIDDLE)))
    rng = np.random.default_rng([company.settings.seed, _OF_GATE])
    at = people.created_at + AGE_HOURS * HOUR + HOUR // 2
    called = (rng.random(len(people)) < chance) & (at < company.ends_at)
    rows = np.flatnonzero(called)
    frame = pd.DataFrame(
        {
            "lead_id": company.lead_ids.take(rows).astype("str"),
            "at": from_moments(at[rows]),
        }
    )
    return ContactGate(called, chance, frame)
