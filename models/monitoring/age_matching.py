"""Age matching: today's open leads are compared with reference leads of the same ages.

Decided here: leads grow older as a company does, and most features depend on age, so unweighted
training rows would always show drift. Every reference row is weighted so that the reference has
today's age distribution; the weighted total of any quantity is then its *expected* total today.
Ages with too few reference rows are left out, and so are leads older than all in the reference;
the share of today's leads that is left out is reported.

Accounts, where there are any, are the sampling units (else leads): leads of an account share
attributes, and a lead appears in the reference at many moments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats, Values

BORDERS_DAYS: Final = (
    *(0.0, 0.5, 2.0, 7.0, 14.0),
    *(28.0 * month for month in range(1, 132)),
)
"""Borders of the age strata; a snapshot lies in [border, next). The strata are narrow, because
counts over the life of a lead grow within a stratum too."""
LEAST_ROWS: Final = 30
LEAST_UNITS: Final = 10

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class MonitoredRows:
    """Today's snapshots and the reference's, in one table.

    Attributes
    ----------
    now
        Shape (rows,): whether a row is of today.
    unit
        Shape (rows,): code of the account, or of the lead where it has none, over both.
    age_days
        Shape (rows,): age of the lead at its cutoff.
    values, margin
        Shape (rows, features) and (rows,): the model's input, and its margin.
    segments
        Attribute -> shape (rows,): its value.
    counts
        Activity type -> shape (rows,): how many became known in the period before the cutoff.
    """

    now: NDArray[np.bool_]
    unit: Codes
    age_days: Floats
    values: Values
    margin: Floats
    segments: Mapping[str, NDArray[np.str_]]
    counts: Mapping[str, Floats]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.now)

    @property
    def units(self) -> int:
        """Number of codes of units."""
        return int(self.unit.max()) + 1 if len(self) else 0


@dataclass(frozen=True)
class Matched:
    """A population of today, and the reference weighted to its ages.

    Attributes
    ----------
    weight
        Shape (rows,): 1 for a row of today, minus its weight for one of the reference, 0 for a row
        that is left out. Summed with any quantity it gives observed minus expected.
    stratum
        Shape (rows,): code of the age.
    leads
        Rows of today that are compared.
    left_out
        Share of the population's rows of today that the reference does not cover.
    """

    weight: Floats
    stratum: Codes
    leads: int
    left_out: float

    def expected(self, quantity: Floats) -> tuple[float, float]:
        """Return the observed total of a quantity today, and its expected total."""
        each = self.weight * quantity
        return float(each[self.weight > 0].sum()), float(0.0 - each[self.weight < 0].sum())

    def beyond_age(self, quantity: Floats) -> Floats:
        """Subtract the reference's mean at the same age: shape (rows,), 0 if left out."""
        then = self.weight < 0
        size = int(self.stratum.max(initial=0)) + 1
        rows = np.bincount(self.stratum[then], minlength=size)
        total = np.bincount(self.stratum[then], quantity[then], minlength=size)
        mean = total / np.maximum(rows, 1)
        return np.where(self.weight != 0, quantity - mean[self.stratum], 0.0)


def match(both: MonitoredRows, mask: NDArray[np.bool_]) -> Matched:
    """Weight the reference rows of a population to the ages of its rows of today.

    Parameters
    ----------
    both
        Today's rows and the reference's.
    mask
        Shape (rows,): the rows of the population, of today and of the reference.

    Returns
    -------
    The population with the weight of every row.
    """
    stratum = np.searchsorted(BORDERS_DAYS, both.age_days, side="right").astype(np.int64)
    size = len(BORDERS_DAYS) + 1
    then = mask & ~both.now
    oldest = both.age_days[then].max(initial=0.0)
    everyone = int((mask & both.now).sum())
    today = mask & both.now & (both.age_days <= oldest)
    count = np.bincount(stratum[today], minlength=size)
    rows = np.bincount(stratum[then], minlength=size)
    pairs = np.unique(stratum[then] * both.units + both.unit[then])
    units = np.bincount(pairs // max(both.units, 1), minlength=size)
    covered = (rows >= LEAST_ROWS) & (units >= LEAST_UNITS)
    factor = np.where(covered, count / np.maximum(rows, 1), 0.0)
    weight = np.where(today, covered[stratum], np.where(then, -factor[stratum], 0.0))
    leads = int(count[covered].sum())
    return Matched(weight, stratum, leads, 1.0 - leads / max(everyone, 1))
