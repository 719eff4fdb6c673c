"""Time proxies: columns that follow from the moment, because all leads of a moment share them.

Decided here: a price index, the month, anything whose value follows from the moment cannot rank
today's leads. What is learned from it is how the base rate moved in the past, and the next moment,
beyond all training rows, would be an extrapolation. So in rows with a time order such columns are
silenced in training, unless they have predicted later rows: learned from each of the first quarters
of time, they must be ahead on the quarter that follows, each time by more than one standard error
(ahead by a hair is a matter of the draw), and by more than chance in all.
The base rate of today is left to the newest rows: see `models.training.time.base_rate_shift`.

A column is a time proxy if von Neumann's ratio of its ranks in order of time is small: the mean
squared step between neighbours, over twice the variance; about 1 if time carries no information, 0
for a clock. For categories: the share of neighbours that differ, over that of rows drawn at random.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.model import scorecard
from models.model.settings import TrainSettings
from models.stats.training_set import Floats, TrainingSet
from models.training import scorecard_fit
from models.training.gain import standard_errors
from models.training.time import base_rate_shift

THRESHOLD: Final = 0.1
"""A ratio below this marks a time proxy."""
_QUARTERS: Final = 4
_ROWS_RANKED, _ROWS_FITTED = 5_000, 10_000
_EACH, _IN_ALL = 1.0, 2.0
"""Standard errors that the columns must be ahead on each later quarter, and on all of them."""
_PENALTY: Final = 30.0


def silence(rows: TrainingSet, settings: TrainSettings, seed: int) -> TrainingSet:
    """Set time proxies to zero, so that nothing is learned from them, unless they predict later.

    Parameters
    ----------
    rows
        Training rows; without time order they are returned as they are.
    settings
        Horizon, scorecard, least conversions.
    seed
        Seed of the draws of leads.
    """
    if not rows.has_time_order:
        return rows
    marked = mark_proxies(rows.take(scorecard.draw_leads(rows.lead, _ROWS_RANKED, seed)), seed)
    if not marked.any():
        return rows
    few = rows.take(scorecard.draw_leads(rows.lead, _ROWS_FITTED, seed))
    return rows if predict_later(few, marked, settings) else without(rows, marked)


def mark_proxies(rows: TrainingSet, seed: int) -> NDArray[np.bool_]:
    """Mark the columns that are time proxies: shape (features,).

    Parameters
    ----------
    rows
        Rows with a time order; those of one cutoff are put in a random order.
    seed
        Seed of that order.
    """
    order = np.lexsort([np.random.default_rng(seed).random(len(rows)), rows.cutoff])
    values = rows.values[order]
    columns = range(values.shape[1])
    ratio = [_ratio(values[:, c].astype(np.float64), bool(rows.categorical[c])) for c in columns]
    return np.array(ratio) < THRESHOLD


def _ratio(values: Floats, category: bool) -> float:  # noqa: FBT001 (a column's kind)
    """Compute von Neumann's ratio; 1 for a constant. Missing counts as the lowest value."""
    from scipy.stats import rankdata  # noqa: PLC0415 - slow to import, for learning alone

    ranks = rankdata(np.nan_to_num(values, nan=-np.inf))
    if not category:
        spread = float(np.var(ranks))
        return float(np.mean(np.diff(ranks) ** 2)) / (2.0 * spread) if spread > 0.0 else 1.0
    share = np.unique(ranks, return_counts=True)[1] / len(ranks)
    by_chance = 1.0 - float(np.sum(share**2))
    return float(np.mean(np.diff(ranks) != 0.0)) / by_chance if by_chance > 0.0 else 1.0


def without(rows: TrainingSet, marked: NDArray[np.bool_]) -> TrainingSet:
    """Return the rows with some columns set to zero.

    Parameters
    ----------
    rows
        The rows.
    marked
        Shape (features,): the columns.
    """
    return replace(rows, values=np.where(marked, np.float32(0.0), rows.values))


def predict_later(rows: TrainingSet, marked: NDArray[np.bool_], settings: TrainSettings) -> bool:
    """Return whether some columns help on every later quarter, beyond chance each time and in all.

    Both scorecards are judged after the shift that fits the rows best: a higher base rate alone
    proves nothing.

    Parameters
    ----------
    rows
        Rows with a time order.
    marked
        Shape (features,): the columns.
    settings
        Horizon, scorecard, least conversions.
    """
    borders = np.quantile(rows.cutoff, np.arange(1, _QUARTERS) / _QUARTERS)
    embargo = round(settings.horizon_days * DAY)
    gains, leads = [], []
    for begin, end in zip(borders, [*borders[1:], np.inf], strict=True):
        earlier = rows.take(rows.cutoff + embargo <= begin)
        later = rows.take((rows.cutoff >= begin) & (rows.cutoff < end))
        if min(earlier.rarer_rows, later.rarer_rows) < settings.min_conversions:
            return False
        gains.append(_gain(earlier, later, marked, settings))
        leads.append(later.lead)
    if min(standard_errors(*one) for one in zip(gains, leads, strict=True)) <= _EACH:
        return False
    return standard_errors(np.concatenate(gains), np.concatenate(leads)) > _IN_ALL


def _gain(
    earlier: TrainingSet, later: TrainingSet, marked: NDArray[np.bool_], settings: TrainSettings
) -> Floats:
    """Compute how much less log loss every later row has with the columns."""
    losses = []
    for training in (without(earlier, marked), earlier):
        card = scorecard_fit.fit(training, _PENALTY, settings.scorecard)
        losses.append(base_rate_shift.levelled_losses(card.margin(later.values), later.label))
    return np.asarray(losses[0] - losses[1])
