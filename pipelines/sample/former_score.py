"""The score that the sample company used before: points for activities, with two planted faults.

Decided here: every Monday the points of the week's activities are added; a lead starts with ten. As
in many such tables nothing is ever taken off (they never fade), and whoever buys is lifted by 500
points on the day (the score moves with the outcome). `mikomi audit` has to name both: `PLANTED`.
Nothing here draws from chance, so no other table depends on it.
"""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.timeline import DAY, HOUR, NEVER
from pipelines.sample.activities import chosen, times
from pipelines.sample.facets.touches import KINDS
from pipelines.sample.simulation.history import SampleHistory

Ints = NDArray[np.int64]
PLANTED: Final = {
    "A004": "500 points on the day of the win",
    "A007": "points are only ever added",
}
POINTS: Final = {
    ("page_view", "pricing"): 5,
    ("page_view", "case_study"): 1,
    ("page_view", "product"): 1,
    ("form", "contact"): 15,
    ("download", "price_list"): 10,
    ("download", "security_sheet"): 5,
    ("seminar", "hands_on"): 8,
    ("call", "question"): 10,
    ("inquiry", "pricing"): 15,
    ("inquiry", "integration"): 10,
}
"""Points of an activity by its type and topic; others have none."""
START: Final = 10
WON: Final = 500
_WEEK: Final = 7 * DAY
_MONDAY: Final = 4 * DAY


def former_scores(company: SampleHistory) -> pa.Table:
    """Return `lead_id`, `at`, `score`: one row whenever the points of a lead changed.

    Parameters
    ----------
    company
        All that happened.
    """
    lives, created = company.lives, company.people.created_at
    worth = np.array([POINTS.get((one.activity_type, one.topic), 0) for one in KINDS], np.int64)
    lead, at, points = _weekly(lives.touch_lead, lives.touch_at, worth[lives.touch_kind])
    won_at = company.first_won_at
    won = np.flatnonzero(won_at < NEVER)
    everyone = np.arange(len(created))
    lead = np.concatenate([everyone, lead, won])
    at = np.concatenate([created + HOUR, at, won_at[won] + HOUR])
    change = np.concatenate([np.full(len(created), START), points, np.full(len(won), WON)])
    order = np.lexsort((at, lead))
    lead, at = lead[order], at[order]
    total = np.cumsum(change[order])
    first = np.searchsorted(lead, everyone)
    score = total - (total - change[order])[first][lead]
    known = at < company.ends_at
    columns = {
        "lead_id": chosen(lead[known], list(company.lead_ids)),
        "at": times(at[known]),
        "score": pa.array(score[known]),
    }
    return pa.table(columns)


def _weekly(lead: Ints, at: Ints, points: Ints) -> tuple[Ints, Ints, Ints]:
    """Sum the points of each lead and week; they are added on the Monday after."""
    monday = ((at - _MONDAY) // _WEEK + 1) * _WEEK + _MONDAY
    counts = points > 0
    keys = np.stack([lead[counts], monday[counts]], axis=1)
    cells, place = np.unique(keys, axis=0, return_inverse=True)
    summed = np.bincount(place.ravel(), points[counts], len(cells)).astype(np.int64)
    return cells[:, 0], cells[:, 1], summed
