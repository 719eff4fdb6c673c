"""Drift of features and scores: its size (PSI), and whether chance alone could explain it.

Decided here: the population stability index (PSI) measures the size of a shift; it has no
false-alarm rate, grows when leads are few, and is no evidence by itself. Evidence comes from a
test. Its statistic is the index in Pearson's form, the sum of (observed - expected)^2 / expected
over the bins, standardised by the mean and the degrees of freedom that its covariance implies
(Satterthwaite, Wilson-Hilferty). The distribution of the largest statistic over *all* columns and
populations without drift comes from redrawing the units (accounts or leads, each with all its rows
of today and of the reference: a Poisson bootstrap of the linearised shares). The p-value of a
column is the share of redraws whose largest statistic is at least as high, so the stated rate holds
over all tests of a run, however they depend on each other.

A column raises an alarm when its p-value is at most the rate *and* its index exceeds the average
index under chance alone by `psi` or more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.monitoring import columns as binned
from models.monitoring.age_matching import Codes, Matched, MonitoredRows, match
from models.monitoring.columns import BinnedColumn
from models.monitoring.settings import MonitorSettings
from models.stats.training_set import Floats

OPEN: Final = "open"
NEW: Final = "new"
"""The populations in which every column is tested: all open leads, and the new ones."""
_AT_ONCE: Final = 400
"""Number of bins whose redraws are computed together."""


@dataclass(frozen=True)
class Drifted:
    """The result for one column in one population.

    Attributes
    ----------
    population, column, concept
        The population, the column, and the concept of the column.
    leads
        Number of today's leads.
    psi, by_chance
        The population stability index, and its average under chance alone.
    p_value
        Corrected over the whole run; NaN for columns that are not tested (time proxies).
    bins, now, then
        Names of the bins, shares of today, and shares expected of leads of these ages.
    alarm
        Whether the shift is significant and large.
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
class _Test:
    """One column in one population: its result, influences, statistic and scale."""

    result: Drifted
    influence: NDArray[np.float32]
    statistic: float
    mean: float
    freedom: float


def psi(now: Floats, then: Floats) -> float:
    """Compute the population stability index of two distributions.

    Parameters
    ----------
    now, then
        Shape (bins,): shares above 0; each sums to 1.

    Examples
    --------
    >>> round(psi(np.array([0.5, 0.5]), np.array([0.25, 0.75])), 4)
    0.2747
    """
    return float(np.sum((now - then) * np.log(now / then)))


def drift(
    both: MonitoredRows,
    columns: Sequence[BinnedColumn],
    segments: Sequence[BinnedColumn],
    settings: MonitorSettings,
) -> tuple[Drifted, ...]:
    """Compare today's leads with the reference, column by column.

    Parameters
    ----------
    both
        Today's rows and the reference's.
    columns
        Compared among the open leads and among the new ones.
    segments
        Compared within each value of each segment.
    settings
        Thresholds, rate and redraws.

    Returns
    -------
    The tested columns of every population, then those that are only shown.
    """
    populations = {OPEN: np.ones(len(both), np.bool_), NEW: both.age_days < settings.period_days}
    tests: list[_Test] = []
    untested: list[Drifted] = []
    for name, mask, which in [
        *((name, mask, columns) for name, mask in populations.items()),
        *((name, mask, segments) for name, mask in masks(both, settings).items()),
    ]:
        matched = match(both, mask)
        if matched.leads >= settings.min_leads:
            for one in _tests(both, matched, which, name, settings.min_expected):
                if isinstance(one, Drifted):
                    untested.append(one)
                else:
                    tests.append(one)
    return (*_judged(tests, both.units, settings), *untested)


def masks(both: MonitoredRows, settings: MonitorSettings) -> Mapping[str, NDArray[np.bool_]]:
    """Select the rows of the most frequent values of every segment.

    Parameters
    ----------
    both
        Today's rows and the reference's; today's leads decide which values are frequent.
    settings
        The most values of an attribute.

    Returns
    -------
    `attribute=value` -> shape (rows,): whether the row has that value.
    """
    selected: dict[str, NDArray[np.bool_]] = {}
    for attribute, values in both.segments.items():
        often, count = np.unique(values[both.now], return_counts=True)
        order = np.argsort(-count, kind="stable")[: settings.max_segment_values]
        if len(often) > 1:
            selected |= {f"{attribute}={often[n]}": values == often[n] for n in order}
    return selected


def _tests(
    both: MonitoredRows,
    matched: Matched,
    columns: Sequence[BinnedColumn],
    population: str,
    least: int,
) -> list[_Test | Drifted]:
    """Prepare the tests of one population."""
    used = np.flatnonzero(matched.weight)
    weight = matched.weight[used]
    stratum = np.unique(matched.stratum[used], return_inverse=True)[1].astype(np.int64)
    unit, size = both.unit[used], both.units
    strata = int(stratum.max()) + 1
    by_age = _totals(unit * strata + stratum, weight, size * strata).reshape(size, strata)
    made: list[_Test | Drifted] = []
    for column in columns:
        made += _test(column, column.codes[used], (weight, stratum, unit), by_age, least)
    return [_named(one, population) for one in made]


def _test(
    column: BinnedColumn,
    codes: NDArray[np.uint8],
    rows: tuple[Floats, Codes, Codes],
    by_age: Floats,
    least: int,
) -> list[_Test | Drifted]:
    """Prepare the test of one column; nothing where all rows fall into one bin."""
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
    result = _described(column, group, count, share_then)
    return [_with_statistic(result, influence, tested=not column.time_proxy)]


def _totals(codes: NDArray[Any], weight: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(codes, weight, size), np.float64)


def _shares(stratum: Codes, code: Codes, shape: tuple[int, int]) -> Floats:
    """Compute the share of every bin among the reference rows of every age."""
    cells = np.bincount(stratum * shape[1] + code, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(cells / np.maximum(cells.sum(axis=1, keepdims=True), 1), np.float64)


def _described(
    column: BinnedColumn, group: NDArray[np.int64], count: NDArray[np.int64], then: Floats
) -> Drifted:
    leads = int(count.sum())
    now = count / leads
    index = psi(np.maximum(now, 0.5 / leads), then)
    return Drifted(
        "", column.name, column.concept, leads, index, np.nan, np.nan,
        column.bin_names(group), tuple(now.tolist()), tuple(then.tolist()),
    )  # fmt: skip


def _with_statistic(result: Drifted, influence: Floats, *, tested: bool) -> _Test | Drifted:
    """Add the statistic with its scale; return the result alone where nothing is tested."""
    spread = influence.T @ influence
    mean = float(np.trace(spread))
    result = replace(result, by_chance=mean)
    if not tested or mean <= 0.0:
        return result
    now, then = np.array(result.now), np.array(result.then)
    statistic = float(np.sum((now - then) ** 2 / then))
    freedom = mean**2 / float(np.sum(spread**2))
    return _Test(result, influence.astype(np.float32), statistic, mean, freedom)


def _named(one: _Test | Drifted, population: str) -> _Test | Drifted:
    if isinstance(one, Drifted):
        return replace(one, population=population)
    return replace(one, result=replace(one.result, population=population))


def _judged(tests: Sequence[_Test], units: int, settings: MonitorSettings) -> list[Drifted]:
    """Compute the p-value of every test, corrected over all of them."""
    if not tests:
        return []
    highest = np.sort(_highest(tests, units, settings))
    judged = []
    for one in tests:
        height = float(_height(np.array(one.statistic), one.mean, one.freedom))
        above = len(highest) - np.searchsorted(highest, height, side="left")
        p_value = float((1 + above) / (1 + len(highest)))
        large = one.result.psi - one.result.by_chance >= settings.psi
        alarm = bool(p_value <= settings.family_rate and large)
        judged.append(replace(one.result, p_value=p_value, alarm=alarm))
    return judged


def _highest(tests: Sequence[_Test], units: int, settings: MonitorSettings) -> Floats:
    """Compute the largest statistic of every redraw: shape (redraws,)."""
    rng = np.random.default_rng(settings.seed)
    often = rng.poisson(1.0, (settings.redraws, units)).astype(np.float32) - np.float32(1.0)
    highest = np.full(settings.redraws, -np.inf)
    for some in _in_lots(tests):
        moved = (often @ np.hstack([one.influence for one in some])) ** 2
        start = 0
        for one in some:
            end = start + one.influence.shape[1]
            height = _height(moved[:, start:end].sum(axis=1), one.mean, one.freedom)
            highest, start = np.maximum(highest, height), end
    return highest


def _in_lots(tests: Sequence[_Test]) -> list[list[_Test]]:
    lots: list[list[_Test]] = [[]]
    held = 0
    for one in tests:
        held += one.influence.shape[1]
        if held > _AT_ONCE and lots[-1]:
            lots.append([])
            held = one.influence.shape[1]
        lots[-1].append(one)
    return lots


def _height(statistic: NDArray[np.floating], mean: float, freedom: float) -> Floats:
    """Transform a weighted sum of squares to about a standard normal (Wilson and Hilferty 1931)."""
    bend = 2.0 / (9.0 * freedom)
    return np.asarray((np.cbrt(statistic / mean) - (1.0 - bend)) / np.sqrt(bend), np.float64)
