"""Figures on leads that were worked, on those that nobody worked, and on all.

Decided here: where outcomes of leads that nobody worked are known, each group is judged by its own.
Where they are not, worked rows stand for the others: a row that was worked with the chance e counts
(1 - e) / e times for those that were not, and 1 / e times for all. That holds as far as leads of
their kind were worked at all; rows whose chance is below 5 % have nobody who stands for them. They
are counted and left out. No outcome is ever assumed.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from sklearn.metrics import roc_auc_score

from models.contact.columns import binned
from models.contact.cross_fit import FOLDS, LEAST_CHANCE, fitted, folds_of, with_ranking
from models.contact.rows import Codes, ContactRows, Flags
from models.contact.sums import clustered_mean
from models.stats.metrics import Interval
from models.stats.training_set import Floats

Group = Literal["worked", "unworked", "all"]
GROUPS: Final[tuple[Group, ...]] = ("worked", "unworked", "all")
ERROR: Final = 0.10
FEWEST_CONVERSIONS: Final = 10
_COVERED: Final = 0.9
_DECILES: Final = 10


@dataclass(frozen=True)
class GroupFigures:
    """Figures on one group.

    Attributes
    ----------
    group
        Which.
    rows, judged_by, weight_of
        Its rows; the rows whose outcomes judge it; how many equal rows these are worth after
        weighting.
    conversions
        Of the rows that judge it.
    mean_probability
        Of the group, as far as somebody stands for it.
    converted
        The share that converts, with its 90 % interval; NaN with fewer than 10 conversions.
    excess
        The mean probability less that share, with its 90 % interval: 0 is calibrated.
    auc
        NaN with fewer than 10 conversions.
    drift
        The population stability index of the probabilities between the older and the newer half.
    """

    group: Group
    rows: int
    judged_by: int
    weight_of: float
    conversions: int
    mean_probability: float
    converted: Interval
    excess: Interval
    auc: float
    drift: float


@dataclass(frozen=True)
class SelectionFigures:
    """How the model does on leads that were worked and on others.

    Attributes
    ----------
    groups
        Worked, unworked, all.
    weighted
        Whether worked rows stand for the others, as outcomes of these are not known.
    covered
        The share of rows that were not worked for which others stand.
    shift
        The population stability index of the probabilities between worked and unworked rows.
    """

    groups: tuple[GroupFigures, ...]
    weighted: bool
    covered: float
    shift: float

    @property
    def suffices(self) -> bool:
        """Whether worked rows can stand for the others."""
        others = self.groups[1]
        return self.covered >= _COVERED and others.conversions >= FEWEST_CONVERSIONS


def chance_of_work(rows: ContactRows, seed: int = 0) -> Floats:
    """Estimate the chance of being worked, each row outside of what it is fitted on.

    Parameters
    ----------
    rows
        Rows of leads at a moment; `contacted` is worked.
    seed
        Of the folds.
    """
    columns = binned(rows.frame)
    x = with_ranking(columns.indicators(rows.frame), rows.probability)
    fold, chance = folds_of(rows.unit, seed), np.empty(len(rows))
    for one in range(FOLDS):
        inside = fold == one
        chance[inside] = fitted(x, rows.contacted.astype(np.float64), ~inside, inside)
    return chance


def selection(
    rows: ContactRows, moment: Floats, *, weighted: bool, chance: Floats | None = None
) -> SelectionFigures:
    """Compute the figures on each group.

    Parameters
    ----------
    rows
        Rows of leads at a moment with the probability of the model; labels of rows that were not
        worked may be missing.
    moment
        Shape (rows,): orders the rows in time.
    weighted
        Whether worked rows stand for the others.
    chance
        Shape (rows,): of being worked; None: estimated.

    Raises
    ------
    ValueError
        If the rows have no probability.
    """
    if rows.probability is None:
        raise ValueError("rows without a probability")
    e = chance_of_work(rows) if chance is None else chance
    within = e >= LEAST_CHANCE
    done = []
    for group in GROUPS:
        members = _members(rows, group)
        if weighted:
            members = members & (within if group != "worked" else True)
            weight = np.where(rows.contacted & within, _weight(e, group), 0.0)
            weight = np.where(rows.contacted, 1.0, 0.0) if group == "worked" else weight
        else:
            weight = np.where(members & ~np.isnan(rows.label), 1.0, 0.0)
        done.append(_figures(rows, group, members, weight, moment))
    others = ~rows.contacted
    covered = float(within[others].mean()) if others.any() else 1.0
    p = rows.probability
    return SelectionFigures(tuple(done), weighted, covered, stability(p[rows.contacted], p[others]))


def _members(rows: ContactRows, group: Group) -> Flags:
    every = np.ones(len(rows), np.bool_)
    return {"worked": rows.contacted, "unworked": ~rows.contacted, "all": every}[group]


def _weight(e: Floats, group: Group) -> Floats:
    e = np.clip(e, LEAST_CHANCE, 1.0)
    return {"worked": np.ones(len(e)), "unworked": (1.0 - e) / e, "all": 1.0 / e}[group]


def _figures(
    rows: ContactRows, group: Group, members: Flags, weight: Floats, moment: Floats
) -> GroupFigures:
    p = np.asarray(rows.probability)
    used = weight > 0.0
    w, label, mine = weight[used], rows.label[used], p[used]
    conversions = int(label.sum())
    known = conversions >= FEWEST_CONVERSIONS and conversions < len(label)
    nothing = Interval(np.nan, np.nan, np.nan)
    middle = np.median(moment[members]) if members.any() else 0.0
    older = members & (moment <= middle)
    return GroupFigures(
        group,
        int(members.sum()),
        int(used.sum()),
        float(w.sum() ** 2 / (w**2).sum()) if len(w) else 0.0,
        conversions,
        float(p[members].mean()) if members.any() else np.nan,
        _weighted_mean(label, w, rows.unit[used]) if known else nothing,
        _weighted_mean(mine - label, w, rows.unit[used]) if known else nothing,
        float(roc_auc_score(label, mine, sample_weight=w)) if known else np.nan,
        stability(p[older], p[members & ~older]),
    )


def _weighted_mean(each: Floats, weight: Floats, unit: Codes) -> Interval:
    """Compute a weighted mean with its interval, by units."""
    mean = float(np.average(each, weights=weight))
    apart = clustered_mean(weight / weight.mean() * (each - mean), unit)
    shown = apart.interval(ERROR)
    return Interval(mean, mean + shown.low, mean + shown.high)


def stability(first: Floats, second: Floats) -> float:
    """Compute the population stability index of two samples, by deciles of the first.

    >>> stability(np.arange(100.0), np.arange(100.0))
    0.0

    Parameters
    ----------
    first, second
        Samples of numbers; NaN is returned if either is empty.
    """
    if not len(first) or not len(second):
        return float("nan")
    ends = np.unique(np.quantile(first, np.arange(1, _DECILES) / _DECILES))
    counts = [
        np.bincount(np.searchsorted(ends, one), minlength=len(ends) + 1) for one in (first, second)
    ]
    a, b = ((one + 0.5) / (one.sum() + 0.5 * len(one)) for one in counts)
    return float(((a - b) * np.log(a / b)).sum()) + 0.0
