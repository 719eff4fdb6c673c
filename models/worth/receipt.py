"""The money receipt: what a list won beyond a lottery, and beyond other lists.

Decided here: chance put some leads on the list, with the same chance for all below the cut. They
stand for those leads, so both comparisons rest on them:

- with a lottery: how often would the ranked places have converted had they been drawn from below
  the cut as well? Extra wins = ranked leads * (their rate - the rate of those drawn);
- with another list (a former score, recency): its places are those ranked leads that it would have
  listed too, and drawn leads that it would have listed, each standing for its share of the leads
  below the cut. Its rate is the weighted mean of the two.

Every lead that was listed counts, called or not: whom sales then called was their choice. A lead
counts once. The verdict against a lottery is `models.worth.verdict`; against other lists it is
that the 92 % interval excludes zero, which is approximate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.metrics import Interval
from models.stats.training_set import Floats
from models.worth.combination import combination
from models.worth.verdict import (
    ERROR_AT_THE_END,
    ERROR_OF_INTERVALS,
    FEWEST_CONVERSIONS,
    FEWEST_LEADS,
    GroupVerdict,
    Shown,
    TwoGroups,
    judge,
)

_REDRAWS: Final = 4000
_FEWEST_WINS: Final = 10
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ListedLeads:
    """Matured leads of the lists of a span, one row a lead.

    Attributes
    ----------
    block
        Shape (leads,): the week of the list, as an ascending number.
    ranked
        Shape (leads,): on the list by rank; otherwise drawn by lot.
    label, amount
        Shape (leads,): whether it converted, and the amount won, 0 without one or where unknown.
    stands_for
        Shape (leads,): how many leads of its week it stands for; 1 for a ranked lead.
    listed_by
        Name of another list -> shape (leads,): whether that would have listed the lead.
    complete
        Whether all leads of the span have matured.
    """

    block: NDArray[np.int64]
    ranked: Flags
    label: Floats
    amount: Floats
    stands_for: Floats
    listed_by: Mapping[str, Flags] = field(default_factory=dict)
    complete: bool = True

    @property
    def groups(self) -> TwoGroups:
        """The counts of ranked and drawn leads by week."""
        weeks = np.unique(self.block, return_inverse=True)[1]
        count = int(weeks.max(initial=-1)) + 1
        sides = (self.ranked, ~self.ranked)
        converted = [np.bincount(weeks[one], self.label[one], count) for one in sides]
        leads = [np.bincount(weeks[one], minlength=count).astype(np.float64) for one in sides]
        return TwoGroups(np.stack(converted, -1), np.stack(leads, -1), self.complete)


@dataclass(frozen=True)
class OtherList:
    """The list against another: leads of the list that the other has too, and the extra wins."""

    name: str
    shared: int
    drawn: int
    extra_wins: Interval
    shown: Shown


@dataclass(frozen=True)
class Contribution:
    """The share of a part in the extra wins: ranked leads, their wins, wins beyond the lot."""

    by: str
    name: str
    leads: int
    wins: int
    extra_wins: float


@dataclass(frozen=True)
class Receipt:
    """What a list won.

    Attributes
    ----------
    ranked, drawn, ranked_wins, drawn_wins
        Matured leads and conversions of both groups.
    verdict
        Against a lottery.
    extra_wins
        Wins of the ranked leads beyond those of as many drawn leads, with its 90 % interval.
    extra_wins_at_any_time
        The same, valid however often one looks.
    extra_revenue
        The same of amounts; NaN with fewer than 10 wins.
    calls_per_win
        Ranked leads for each win: by the list, and by lot; NaN ends where nothing converted.
    others
        The list against other lists.
    """

    ranked: int
    drawn: int
    ranked_wins: int
    drawn_wins: int
    verdict: GroupVerdict
    extra_wins: Interval
    extra_wins_at_any_time: Interval
    extra_revenue: Interval
    calls_per_win: tuple[Interval, Interval]
    others: tuple[OtherList, ...]


def receipt(rows: ListedLeads, seed: int = 0) -> Receipt:
    """Write the receipt of a span.

    Parameters
    ----------
    rows
        The matured leads of its lists.
    seed
        Of the redraws behind the interval of the revenue.
    """
    verdict = judge(rows.groups)
    ranked, drawn = int(rows.ranked.sum()), int((~rows.ranked).sum())
    return Receipt(
        ranked,
        drawn,
        int(rows.label[rows.ranked].sum()),
        int(rows.label[~rows.ranked].sum()),
        verdict,
        _times(verdict.difference, ranked),
        _times(verdict.at_any_time, ranked),
        _revenue(rows, seed),
        (_calls(rows.label[rows.ranked]), _calls(rows.label[~rows.ranked])),
        tuple(against(rows, name) for name in rows.listed_by),
    )


def against(rows: ListedLeads, name: str) -> OtherList:
    """Compare with another list.

    Parameters
    ----------
    rows
        The matured leads.
    name
        A name of `rows.listed_by`.
    """
    theirs = rows.listed_by[name]
    cells = (rows.ranked & theirs, rows.ranked & ~theirs, ~rows.ranked & theirs)
    leads = [int(one.sum()) for one in cells]
    converted = [float(rows.label[one].sum()) for one in cells]
    ranked = max(leads[0] + leads[1], 1)
    places = leads[0] + float(rows.stands_for[cells[2]].sum())
    shared = leads[0] / places if places else 1.0
    weight = [leads[0] / ranked - shared, leads[1] / ranked, -(1.0 - shared)]
    extra = combination(converted, leads, weight, ERROR_OF_INTERVALS)
    strict = combination(converted, leads, weight, 2 * ERROR_AT_THE_END)
    few = (~rows.ranked).sum() < FEWEST_LEADS or rows.label.sum() < FEWEST_CONVERSIONS
    shown: Shown = "more" if strict.low > 0 else "fewer" if strict.high < 0 else "not_shown"
    if few or (leads[2] < _FEWEST_WINS and shared < 1.0):
        shown = "too_few"
    return OtherList(name, leads[0], leads[2], _times(extra, ranked), shown)


def contributions(rows: ListedLeads, by: str, value: NDArray[np.str_]) -> list[Contribution]:
    """Divide the extra wins among parts of the ranked leads; they sum to the whole.

    Parameters
    ----------
    rows
        The matured leads.
    by
        What the parts are.
    value
        Shape (leads,): the part of each lead.
    """
    usual = float(rows.label[~rows.ranked].mean()) if (~rows.ranked).any() else np.nan
    parts = []
    for name in np.unique(value[rows.ranked]).tolist():
        mine = rows.ranked & (value == name)
        wins, leads = int(rows.label[mine].sum()), int(mine.sum())
        parts.append(Contribution(by, name, leads, wins, wins - leads * usual))
    return sorted(parts, key=lambda one: -one.extra_wins)


def _times(interval: Interval, factor: float) -> Interval:
    return Interval(interval.value * factor, interval.low * factor, interval.high * factor)


def _calls(label: Floats) -> Interval:
    """Compute how many leads it takes for a win, with its 90 % interval."""
    leads = len(label)
    one = combination([label.sum()], [leads], [1.0], ERROR_OF_INTERVALS)
    ends = (one.value if leads else 0.0, one.high, one.low)
    return Interval(*(1.0 / end if end > 0 else np.nan for end in ends))


def _revenue(rows: ListedLeads, seed: int) -> Interval:
    """Compute the extra revenue with its 90 % interval by redraws of the leads of each group."""
    sides = [rows.amount[rows.ranked], rows.amount[~rows.ranked]]
    wins = np.concatenate(sides) > 0
    if wins.sum() < _FEWEST_WINS or min(map(len, sides)) < FEWEST_LEADS or not (sides[1] > 0).any():
        return Interval(np.nan, np.nan, np.nan)
    rng = np.random.default_rng(seed)
    means = [_redrawn_means(one, rng) for one in sides]
    low, high = np.quantile(means[0] - means[1], [0.05, 0.95])
    value = float(sides[0].mean() - sides[1].mean())
    return _times(Interval(value, float(low), float(high)), len(sides[0]))


def _redrawn_means(amount: Floats, rng: np.random.Generator) -> Floats:
    """Redraw leads with replacement: the number won is drawn first, then their amounts."""
    won = amount[amount > 0]
    count = rng.binomial(len(amount), len(won) / len(amount), _REDRAWS)
    picks = rng.integers(0, max(len(won), 1), int(count.sum())) if len(won) else np.zeros(0, int)
    ends = np.cumsum(count)
    sums = np.append(0.0, np.cumsum(won[picks] if len(won) else np.zeros(0)))
    return np.asarray((sums[ends] - sums[ends - count]) / len(amount))
