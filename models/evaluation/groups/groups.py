"""Evaluation by group: by age of the lead, by month, by segment.

Decided here: a group with too few conversions has rows and rates but no AUC, which would mostly
show chance.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import Moments, from_moments
from models.evaluation.comparisons import UNKNOWN, redraw
from models.stats.metrics import Interval
from models.stats.ratio import SHOWN, CountRatio
from models.stats.training_set import Floats

AGES_DAYS: Final = (0.0, 0.5, 2.0, 7.0, 30.0, 90.0, 180.0, 365.0)
"""Borders of the age groups; a snapshot lies in [border, next)."""


@dataclass(frozen=True)
class JudgedRows:
    """The test rows.

    Attributes
    ----------
    label, lead, cutoff
        Shape (rows,): 1 or 0, a code of the lead, microseconds.
    age_days
        Shape (rows,): age of the lead at the cutoff; None if leads have no time.
    segments
        Attribute -> shape (rows,): its value, "" where it is missing.
    """

    label: Floats
    lead: NDArray[np.int64]
    cutoff: Moments
    age_days: Floats | None
    segments: Mapping[str, NDArray[np.str_]]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.label)


@dataclass(frozen=True)
class Group:
    """One group: size, conversions, mean probability, and quality of the ranking within it.

    `ratio` is the number of conversions over the sum of the probabilities; its interval is by lead
    and holds for all groups of the evaluation's kind together (Bonferroni) in 95 % of cases.
    """

    name: str
    rows: int
    leads: int
    conversions: int
    base_rate: float
    mean_probability: float
    ratio: Interval
    auc: Interval
    lift_at_10: Interval


@dataclass(frozen=True)
class GroupSettings:
    """Settings of the groups.

    Attributes
    ----------
    min_conversions
        With fewer conversions (or others) no AUC is computed.
    max_values
        The largest number of values of an attribute, the most frequent ones.
    redraws, seed
        Of the intervals.
    tests
        Number of groups that the intervals of `ratio` hold for together.
    """

    min_conversions: int = 10
    max_values: int = 8
    redraws: int = 200
    seed: int = 0
    tests: int = 1


def by_age(judged: JudgedRows, probability: Floats, settings: GroupSettings) -> tuple[Group, ...]:
    """Evaluate by age of the lead; names are like `0.5-2` (days, the right end not included).

    Parameters
    ----------
    judged
        The test rows.
    probability
        Shape (rows,).
    settings
        Settings of the groups.
    """
    if judged.age_days is None:
        return ()
    place = np.searchsorted(AGES_DAYS, judged.age_days, side="right")
    ends = [f"{border:g}" for border in AGES_DAYS]
    names = ["<0", *(f"{a}-{b}" for a, b in itertools.pairwise(ends)), f"{ends[-1]}+"]
    return _groups(judged, probability, np.array(names)[place], settings, order=names)


def by_month(judged: JudgedRows, probability: Floats, settings: GroupSettings) -> tuple[Group, ...]:
    """Evaluate by month of the cutoff (UTC).

    Parameters
    ----------
    judged
        The test rows.
    probability
        Shape (rows,).
    settings
        Settings of the groups.
    """
    month = from_moments(judged.cutoff).dt.strftime("%Y-%m").to_numpy().astype(np.str_)
    return _groups(judged, probability, month, settings, order=sorted(set(month.tolist())))


def by_segment(
    judged: JudgedRows, probability: Floats, settings: GroupSettings
) -> dict[str, tuple[Group, ...]]:
    """Evaluate by the values of each attribute, the most frequent first.

    Parameters
    ----------
    judged
        The test rows.
    probability
        Shape (rows,).
    settings
        Settings of the groups.

    Returns
    -------
    Attribute -> its groups; attributes with one value only are left out.
    """
    orders = {
        attribute: [str(value) for value in often.index[: settings.max_values]]
        for attribute, values in judged.segments.items()
        for often in [pd.Series(values).value_counts()]
        if len(often) > 1
    }
    tests = replace(settings, tests=sum(map(len, orders.values())))
    return {
        attribute: _groups(judged, probability, judged.segments[attribute], tests, order)
        for attribute, order in orders.items()
    }


def _groups(
    judged: JudgedRows,
    probability: Floats,
    name: NDArray[np.str_],
    settings: GroupSettings,
    order: list[str],
) -> tuple[Group, ...]:
    parts = []
    settings = replace(settings, tests=max(settings.tests, len(order)))
    for one in order:
        mine = np.flatnonzero(name == one)
        if len(mine):
            parts.append(_group(one, judged, probability, mine, settings))
    return tuple(parts)


def _group(
    name: str,
    judged: JudgedRows,
    probability: Floats,
    mine: NDArray[np.intp],
    settings: GroupSettings,
) -> Group:
    label, predicted, lead = judged.label[mine], probability[mine], judged.lead[mine]
    conversions = int(label.sum())
    enough = min(conversions, len(mine) - conversions) >= settings.min_conversions
    auc, lift = UNKNOWN, UNKNOWN
    if enough:
        drawn = redraw(label, {name: predicted}, lead, settings.redraws, settings.seed)[name]
        auc, lift = drawn.interval("auc"), drawn.interval("lift_at_10")
    return Group(
        name=name,
        rows=len(mine),
        leads=len(np.unique(lead)),
        conversions=conversions,
        base_rate=conversions / len(mine),
        mean_probability=float(predicted.mean()),
        ratio=CountRatio.of_rows(label, predicted, lead).ratio(SHOWN / settings.tests),
        auc=auc,
        lift_at_10=lift,
    )
