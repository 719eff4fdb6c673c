"""The model on parts of the test: by age of the lead, by month, by segment.

Decided here: a part with too few conversions has rows and rates but no AUC: a figure that chance
decides is not shown.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import Moments, from_moments
from models.evaluation.comparisons import UNKNOWN, redraw
from models.stats.metrics import Interval
from models.stats.training_set import Floats

AGES_DAYS: Final = (0.0, 0.5, 2.0, 7.0, 30.0, 90.0, 180.0, 365.0)
"""Borders of the ages that are told apart; a snapshot lies in [border, next)."""


@dataclass(frozen=True)
class Judged:
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
    """One part: how many, how often they convert, what was given, how well they are ranked."""

    name: str
    rows: int
    leads: int
    conversions: int
    base_rate: float
    mean_probability: float
    auc: Interval
    lift_at_10: Interval


@dataclass(frozen=True)
class GroupSettings:
    """How parts are told.

    Attributes
    ----------
    min_conversions
        Below this many conversions (or others) no AUC is told.
    max_values
        Attributes with more values are told by their most frequent ones.
    redraws, seed
        Of the intervals.
    """

    min_conversions: int = 10
    max_values: int = 8
    redraws: int = 200
    seed: int = 0


def by_age(judged: Judged, probability: Floats, settings: GroupSettings) -> tuple[Group, ...]:
    """Tell the model by age of the lead; names are `0.5-2` (days, the right end not included)."""
    if judged.age_days is None:
        return ()
    place = np.searchsorted(AGES_DAYS, judged.age_days, side="right")
    ends = [f"{border:g}" for border in AGES_DAYS]
    names = ["<0", *(f"{a}-{b}" for a, b in itertools.pairwise(ends)), f"{ends[-1]}+"]
    return _groups(judged, probability, np.array(names)[place], settings, order=names)


def by_month(judged: Judged, probability: Floats, settings: GroupSettings) -> tuple[Group, ...]:
    """Tell the model by month of the cutoff (UTC)."""
    month = from_moments(judged.cutoff).dt.strftime("%Y-%m").to_numpy().astype(np.str_)
    return _groups(judged, probability, month, settings, order=sorted(set(month.tolist())))


def by_segment(
    judged: Judged, probability: Floats, settings: GroupSettings
) -> dict[str, tuple[Group, ...]]:
    """Tell the model by the values of each attribute, the most frequent first."""
    told = {}
    for attribute, values in judged.segments.items():
        often = pd.Series(values).value_counts()
        if len(often) > 1:
            order = [str(value) for value in often.index[: settings.max_values]]
            told[attribute] = _groups(judged, probability, values, settings, order)
    return told


def _groups(
    judged: Judged,
    probability: Floats,
    name: NDArray[np.str_],
    settings: GroupSettings,
    order: list[str],
) -> tuple[Group, ...]:
    told = []
    for one in order:
        mine = np.flatnonzero(name == one)
        if len(mine):
            told.append(_group(one, judged, probability, mine, settings))
    return tuple(told)


def _group(
    name: str,
    judged: Judged,
    probability: Floats,
    mine: NDArray[np.intp],
    settings: GroupSettings,
) -> Group:
    label, given, lead = judged.label[mine], probability[mine], judged.lead[mine]
    conversions = int(label.sum())
    enough = min(conversions, len(mine) - conversions) >= settings.min_conversions
    auc, lift = UNKNOWN, UNKNOWN
    if enough:
        found = redraw(label, {name: given}, lead, settings.redraws, settings.seed)[name]
        auc, lift = found.interval("auc"), found.interval("lift_at_10")
    return Group(
        name=name,
        rows=len(mine),
        leads=len(np.unique(lead)),
        conversions=conversions,
        base_rate=conversions / len(mine),
        mean_probability=float(given.mean()),
        auc=auc,
        lift_at_10=lift,
    )
