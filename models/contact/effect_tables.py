"""The effect of a contact as tables, read by one compiled loop: for one lead as for a million.

Decided here: every row is computed by itself, in one order of additions, so that a request and a
ranking give the same bytes; products of matrices do not, as their order depends on the rows beside
it. The tables hold what each bin, and each pair of bins, adds to the effect and to its variance.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from features.kernel.compiled import njit
from models.contact.columns import ColumnBinning
from models.contact.cross_fit import OutcomeModel
from models.contact.effect_model import BETWEEN, EffectModel
from models.contact.rows import Codes
from models.stats.training_set import Floats, Values


class EffectTables(NamedTuple):
    """What a row adds up, by the bins that it lies in.

    Attributes
    ----------
    adds
        Shape (bins,): to the effect on the log-odds.
    pairs
        Shape (bins, bins): to the variance of that effect.
    arms
        Shape (2, bins): to the log-odds of a conversion, without a contact and with one.
    ranking
        Shape (2,): of either arm, by the log-odds of the ranking; 0 where it is not known.
    constants
        Shape (4,): the mean effect, its variance, and the intercepts of both arms.
    """

    adds: Floats
    pairs: Floats
    arms: Floats
    ranking: Floats
    constants: Floats


class ColumnTables(NamedTuple):
    """How the bins of a row are found in its features.

    Attributes
    ----------
    feature
        Shape (columns,): the place of each column among the features.
    first_bin
        Shape (columns + 1,): the number of the first bin of each column, and of all bins.
    is_number
        Shape (columns,): numbers are compared with ends, others with values.
    begin
        Shape (columns + 1,): where the ends or values of each column begin in `levels`.
    levels
        All ends and values, one column after the other.
    """

    feature: Codes
    first_bin: Codes
    is_number: Codes
    begin: Codes
    levels: Floats


def effect_tables(
    model: EffectModel, arms: tuple[OutcomeModel, OutcomeModel], first_bin: Codes
) -> EffectTables:
    """Build the tables of an effect.

    Parameters
    ----------
    model
        What each bin adds to the effect.
    arms
        The probability of a conversion without a contact and with one.
    first_bin
        As in `ColumnTables`.
    """
    bins, starts = len(model.center), first_bin[:-1]
    adds, pairs = np.zeros(bins), np.zeros((bins, bins))
    if bins:
        column, center = model.column_of, model.center
        usual = np.add.reduceat(center * model.coefficient, starts)[column]
        adds = model.coefficient - usual
        usual_row = np.add.reduceat(center[:, None] * model.spread, starts, axis=0)[column]
        apart = model.spread - usual_row
        pairs = apart - np.add.reduceat(apart * center, starts, axis=1)[:, column]
    by_bin, ranking = np.zeros((2, bins)), np.zeros(2)
    for number, arm in enumerate(arms):
        known = arm.coefficient[:bins]
        by_bin[number, : len(known)] = known
        ranking[number] = arm.coefficient[bins] if len(arm.coefficient) > bins else 0.0
    intercepts = [arm.intercept for arm in arms]
    constants = np.array([model.mean, model.mean_error**2, *intercepts])
    return EffectTables(adds, np.ascontiguousarray(pairs), by_bin, ranking, constants)


def column_tables(binning: ColumnBinning, features: Sequence[int]) -> ColumnTables:
    """Build the tables of columns that are features.

    Parameters
    ----------
    binning
        The columns; a category has the numbers that stand for its values.
    features
        The place of each column among the features.
    """
    levels = [
        np.array([float(value) for value in one.levels[:-2]]) if one.ends is None else one.ends
        for one in binning.columns
    ]
    return ColumnTables(
        np.array(features, np.int64),
        binning.first_bin,
        np.array([one.ends is not None for one in binning.columns], np.int64),
        np.cumsum([0, *map(len, levels)]),
        np.concatenate([np.zeros(0), *levels]),
    )


def of_values(values: Values, columns: ColumnTables, tables: EffectTables) -> Floats:
    """Compute the effect on each row, its standard error and its room to move: shape (3, rows).

    Parameters
    ----------
    values
        Shape (rows, features).
    columns, tables
        Of the effect.
    """
    out = np.empty((3, len(values)))
    _of_values(values, columns, tables, out)
    return out


def of_bins(bins: Codes, ranking: Floats, tables: EffectTables) -> Floats:
    """Compute the same of rows whose bins are known: shape (3, rows).

    Parameters
    ----------
    bins
        Shape (rows, columns): the number of the bin that each column lies in.
    ranking
        Shape (rows,): log-odds, as leads were ranked; 0 where that is not known.
    tables
        Of the effect.
    """
    out = np.empty((3, len(bins)))
    _of_bins(bins, ranking, tables, out)
    return out


@njit(cache=True, nogil=True)
def _of_values(
    values: Any, columns: Any, tables: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    bins = np.empty(len(columns.feature), np.int64)
    for row in range(len(values)):
        for n in range(len(bins)):
            bins[n] = _bin(float(values[row, columns.feature[n]]), columns, n)
        _one(bins, 0.0, tables, out[:, row])


@njit(cache=True, nogil=True)
def _of_bins(bins: Any, ranking: Any, tables: Any, out: Any) -> None:  # pragma: no cover (compiled)
    for row in range(len(bins)):
        _one(bins[row], ranking[row], tables, out[:, row])


@njit(cache=True, nogil=True)
def _bin(value: float, columns: Any, n: int) -> int:  # pragma: no cover (compiled)
    """Return the number of the bin of a value: its own, the rest, or what is missing."""
    first, last = columns.first_bin[n], columns.first_bin[n + 1] - 1
    if np.isnan(value):
        return int(last)
    begin, end = columns.begin[n], columns.begin[n + 1]
    place = 0
    if columns.is_number[n]:
        while begin + place < end and columns.levels[begin + place] < value:
            place += 1
    else:
        while begin + place < end and columns.levels[begin + place] != value:
            place += 1
    return int(first + place)


@njit(cache=True, nogil=True)
def _one(bins: Any, ranking: float, tables: Any, out: Any) -> None:  # pragma: no cover (compiled)
    mean, variance = tables.constants[0], tables.constants[1]
    without = tables.constants[2] + tables.ranking[0] * ranking
    with_contact = tables.constants[3] + tables.ranking[1] * ranking
    for own in bins:
        mean += tables.adds[own]
        without += tables.arms[0, own]
        with_contact += tables.arms[1, own]
        for other in bins:
            variance += tables.pairs[own, other]
    halfway = (1.0 / (1.0 + np.exp(-without)) + 1.0 / (1.0 + np.exp(-with_contact))) / 2.0
    halfway = min(max(halfway, BETWEEN[0]), BETWEEN[1])
    room = halfway * (1.0 - halfway)
    out[0] = room * mean
    out[1] = room * np.sqrt(max(variance, 0.0))
    out[2] = room
