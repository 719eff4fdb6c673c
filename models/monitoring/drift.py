"""Drift of features and scores: how large (PSI), and whether chance alone would show as much.

Decided here: the population stability index says how large a shift is; it has no false-alarm rate,
grows with few leads, and is no evidence. Evidence is a test. Its statistic is the index in
Pearson's form, sum of (observed - expected)^2 / expected over the bins, brought to one scale by the
mean and the degrees of freedom that its covariance gives (Satterthwaite, Wilson-Hilferty). How high
the largest of *all* columns and populations climbs without any drift is told by redrawing the units
(accounts or leads, each with all its rows, today's and the reference's: a Poisson bootstrap of the
linearised shares). The p-value of a column is the share of redraws whose largest statistic is as
high, so the stated rate holds over everything that is asked in a run, whatever depends on what.

A column raises an alarm when its p-value is at most the rate *and* its index exceeds the one that
chance gives by `psi` or more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.monitoring import columns as binned
from models.monitoring.age_matching import Both, Codes, Matched, match
from models.monitoring.columns import Column
from models.monitoring.settings import MonitorSettings
from models.stats.training_set import Floats

OPEN: Final = "open"
NEW: Final = "new"
"""The populations of which every column is asked: all open leads, and those that came lately."""
_AT_ONCE: Final = 400
"""Bins whose redraws are computed together."""


@dataclass(frozen=True)
class Drifted:
    """What was found of one column in one population.

    Attributes
    ----------
    population, column, concept
        Whom, and what of them.
    leads
        How many of today's leads.
    psi, by_chance
        The population stability index, and what chance alone gives on average.
    p_value
        Over the whole run; NaN for what is not tested (clocks, columns of one bin).
    bins, now, then
        Names of the bins, shares of today, and shares expected of leads of these ages.
    alarm
        Whether it is real and large.
    """

    population: str
    column: str
    concept: str
    leads: int
    psi: float
    by_chance: float
    p_value: float
    bins: tuple[str, ...]
    now: tuple[float, ...]
    then: tuple[float, ...]
    alarm: bool = False


@dataclass(frozen=True)
class _Asked:
    """One column in one population: what is told, its influences, its statistic and scale."""

    told: Drifted
    influence: NDArray[np.float32]
    statistic: float
    mean: float
    freedom: float


def psi(now: Floats, then: Floats) -> float:
    """Give the population stability index of two rows of shares.

    >>> round(psi(np.array([0.5, 0.5]), np.array([0.25, 0.75])), 4)
    0.2747
    """
    return float(np.sum((now - then) * np.log(now / then)))


def drift(
    both: Both, columns: Sequence[Column], segments: Sequence[Column], settings: MonitorSettings
) -> tuple[Drifted, ...]:
    """Compare today's leads with the reference, column by column.

    Parameters
    ----------
    both
        The rows.
    columns
        Compared among the open leads and among the new ones.
    segments
        Compared in each value of each segment.
    settings
        Sizes, rate and redraws.
    """
    populations = {OPEN: np.ones(len(both), np.bool_), NEW: both.age_days < settings.period_days}
    asked: list[_Asked] = []
    told: list[Drifted] = []
    for name, mask, which in [
        *((name, mask, columns) for name, mask in populations.items()),
        *((name, mask, segments) for name, mask in masks(both, settings).items()),
    ]:
        matched = match(both, mask)
        if matched.leads >= settings.min_leads:
            for one in _questions(both, matched, which, name, settings.min_expected):
                if isinstance(one, Drifted):
                    told.append(one)
                else:
                    asked.append(one)
    return (*_judged(asked, both.units, settings), *told)


def masks(both: Both, settings: MonitorSettings) -> Mapping[str, NDArray[np.bool_]]:
    """Give the rows of the most frequent values of every segment: `attribute=value` -> mask."""
    found: dict[str, NDArray[np.bool_]] = {}
    for attribute, values in both.segments.items():
        often, count = np.unique(values[both.now], return_counts=True)
        order = np.argsort(-count, kind="stable")[: settings.max_segment_values]
        if len(often) > 1:
            found |= {f"{attribute}={often[n]}": values == often[n] for n in order}
    return found


def _questions(
    both: Both, matched: Matched, columns: Sequence[Column], population: str, least: int
) -> list[_Asked | Drifted]:
    """Make the questions of one population."""
    kept = np.flatnonzero(matched.weight)
    weight = matched.weight[kept]
    stratum = np.unique(matched.stratum[kept], return_inverse=True)[1].astype(np.int64)
    unit, size = both.unit[kept], both.units
    strata = int(stratum.max()) + 1
    by_age = _totals(unit * strata + stratum, weight, size * strata).reshape(size, strata)
    made: list[_Asked | Drifted] = []
    for column in columns:
        made += _question(column, column.codes[kept], (weight, stratum, unit), by_age, least)
    return [_named(one, population) for one in made]


def _question(
    column: Column,
    codes: NDArray[np.uint8],
    rows: tuple[Floats, Codes, Codes],
    by_age: Floats,
    least: int,
) -> list[_Asked | Drifted]:
    """Compare one column; nothing where all fall into one bin."""
    weight, stratum, unit = rows
    then = weight < 0
    expected = _totals(codes[then], -weight[then], column.bins)
    group = binned.merged(expected, ordered=not column.names, least=least)
    bins = int(group.max()) + 1
    if bins == 1:
        return []
    code = group[codes]
    share_then = _totals(group, expected, bins) / expected.sum()
    count = np.bincount(code[~then], minlength=bins)
    influence = _totals(unit * bins + code, weight, by_age.shape[0] * bins).reshape(-1, bins)
    influence -= by_age @ _shares(stratum[then], code[then], (by_age.shape[1], bins))
    influence /= count.sum() * np.sqrt(share_then)
    told = _told(column, group, count, share_then)
    return [_asked(told, influence, tested=not column.clock)]


def _totals(codes: NDArray[Any], weight: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(codes, weight, size), np.float64)


def _shares(stratum: Codes, code: Codes, shape: tuple[int, int]) -> Floats:
    """Give the share of every bin among the reference rows of every age."""
    cells = np.bincount(stratum * shape[1] + code, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(cells / np.maximum(cells.sum(axis=1, keepdims=True), 1), np.float64)


def _told(
    column: Column, group: NDArray[np.int64], count: NDArray[np.int64], then: Floats
) -> Drifted:
    leads = int(count.sum())
    now = count / leads
    index = psi(np.maximum(now, 0.5 / leads), then)
    return Drifted(
        "", column.name, column.concept, leads, index, np.nan, np.nan,
        column.says(group), tuple(now.tolist()), tuple(then.tolist()),
    )  # fmt: skip


def _asked(told: Drifted, influence: Floats, *, tested: bool) -> _Asked | Drifted:
    """Give the statistic with its scale; only what is told, where there is nothing to test."""
    spread = influence.T @ influence
    mean = float(np.trace(spread))
    told = replace(told, by_chance=mean)
    if not tested or mean <= 0.0:
        return told
    now, then = np.array(told.now), np.array(told.then)
    statistic = float(np.sum((now - then) ** 2 / then))
    freedom = mean**2 / float(np.sum(spread**2))
    return _Asked(told, influence.astype(np.float32), statistic, mean, freedom)


def _named(one: _Asked | Drifted, population: str) -> _Asked | Drifted:
    if isinstance(one, Drifted):
        return replace(one, population=population)
    return replace(one, told=replace(one.told, population=population))


def _judged(asked: Sequence[_Asked], units: int, settings: MonitorSettings) -> list[Drifted]:
    """Give every question its p-value over all of them."""
    if not asked:
        return []
    highest = np.sort(_highest(asked, units, settings))
    judged = []
    for one in asked:
        height = float(_height(np.array(one.statistic), one.mean, one.freedom))
        above = len(highest) - np.searchsorted(highest, height, side="left")
        p_value = float((1 + above) / (1 + len(highest)))
        large = one.told.psi - one.told.by_chance >= settings.psi
        alarm = bool(p_value <= settings.family_rate and large)
        judged.append(replace(one.told, p_value=p_value, alarm=alarm))
    return judged


def _highest(asked: Sequence[_Asked], units: int, settings: MonitorSettings) -> Floats:
    """Give the largest statistic of every redraw: shape (redraws,)."""
    rng = np.random.default_rng(settings.seed)
    often = rng.poisson(1.0, (settings.redraws, units)).astype(np.float32) - np.float32(1.0)
    highest = np.full(settings.redraws, -np.inf)
    for some in _in_lots(asked):
        moved = (often @ np.hstack([one.influence for one in some])) ** 2
        start = 0
        for one in some:
            end = start + one.influence.shape[1]
            height = _height(moved[:, start:end].sum(axis=1), one.mean, one.freedom)
            highest, start = np.maximum(highest, height), end
    return highest


def _in_lots(asked: Sequence[_Asked]) -> list[list[_Asked]]:
    lots: list[list[_Asked]] = [[]]
    held = 0
    for one in asked:
        held += one.influence.shape[1]
        if held > _AT_ONCE and lots[-1]:
            lots.append([])
            held = one.influence.shape[1]
        lots[-1].append(one)
    return lots


def _height(statistic: NDArray[np.floating], mean: float, freedom: float) -> Floats:
    """Bring a weighted sum of squares to about a standard normal (Wilson and Hilferty 1931)."""
    bend = 2.0 / (9.0 * freedom)
    return np.asarray((np.cbrt(statistic / mean) - (1.0 - bend)) / np.sqrt(bend), np.float64)
