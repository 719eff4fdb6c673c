"""Fill rates of an attribute by outcome, among leads that were created at the same time.

Decided here: leads are compared within periods of creation (Mantel and Haenszel, 1959), since a
column that was introduced lately is filled more often for leads that had less time to convert. A
significant difference is a leak only if it is large, in points and as an odds ratio: 97 % against
71 % are odds of 13 to 1, where 60 % against 45 % are odds of less than 2 to 1.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.stats.training_set import Floats

PERIODS: Final = 12
TOO_FAR: Final = (0.20, 8.0)
"""Points and odds ratio from which a difference fails."""
WORTH_A_LOOK: Final = (0.10, 8.0)
"""Points and odds ratio from which a difference warns."""
SIGNIFICANT: Final = 4.0
"""Standard errors by which the difference must exceed zero."""


@dataclass(frozen=True)
class FillDifference:
    """How the fill rate of one group differs from that of the others.

    Attributes
    ----------
    there, others
        Share of the group, and of the others, for which the attribute is filled.
    points
        The difference within periods of creation: group minus others.
    odds_ratio
        Of the same; above 1 if the group is filled more often.
    standard_errors
        The difference in standard errors.
    """

    there: float
    others: float
    points: float
    odds_ratio: float
    standard_errors: float

    @property
    def times(self) -> float:
        """By which factor the odds differ, in either direction."""
        return max(self.odds_ratio, 1.0 / max(self.odds_ratio, 1e-9))

    def exceeds(self, least: tuple[float, float]) -> bool:
        """Return whether the difference is significant, and large enough in either direction."""
        points, odds = least
        large = abs(self.points) >= points and self.times >= odds
        return large and abs(self.standard_errors) >= SIGNIFICANT


def difference(filled: pd.Series, group: pd.Series) -> FillDifference | None:
    """Compare the fill rates of a group and of the others.

    Parameters
    ----------
    filled, group
        Shape (leads,), boolean, in order of creation: whether the attribute is filled, and whether
        the lead belongs to the group.

    Returns
    -------
    None if either group is empty, or never meets the other in a period.

    Examples
    --------
    >>> group = pd.Series([True, False] * 100)
    >>> one = difference(pd.Series([True] * 150 + [True, False] * 25), group)
    >>> one.there, one.others, round(one.points, 2)
    (1.0, 0.75, 0.25)
    """
    if not group.any() or group.all():
        return None
    period = np.arange(len(filled)) * PERIODS // len(filled)
    inside, has = group.to_numpy(np.bool_), filled.to_numpy(np.float64)
    a, n1, b, n0 = (
        np.bincount(period[mask], weight, PERIODS)
        for mask, weight in (
            (inside, has[inside]),
            (inside, None),
            (~inside, has[~inside]),
            (~inside, None),
        )
    )
    met = (n1 > 0) & (n0 > 0)
    if not met.any():
        return None
    counts = [one[met].astype(np.float64) for one in (a, n1, b, n0)]
    return _compared(counts, (float(has[inside].mean()), float(has[~inside].mean())))


def _compared(counts: list[Floats], shares: tuple[float, float]) -> FillDifference:
    """Combine the periods: filled and all leads of the group, filled and all of the others."""
    a, n1, b, n0 = counts
    total, filled = n1 + n0, a + b
    above = float((a * (n0 - b) / total).sum()) + 0.5
    below = float((b * (n1 - a) / total).sum()) + 0.5
    weight = n1 * n0 / total
    points = float((weight * (a / n1 - b / n0)).sum() / weight.sum())
    spread = filled * (total - filled) * n1 * n0 / (total**2 * np.maximum(total - 1.0, 1.0))
    excess = float((a - filled * n1 / total).sum())
    errors = excess / float(np.sqrt(max(spread.sum(), 1e-9)))
    return FillDifference(*shares, points, above / below, errors)
