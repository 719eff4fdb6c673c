"""Single features that explain the outcome alone: most often a leak.

Decided here: each feature is cut into bins on the learning rows, a bin predicts its own conversion
rate, and that prediction is judged on the test rows. A feature is suspected on these grounds:

    decides_alone    AUC of the feature alone is .9 or more
    one_value        values with a conversion rate of nine in ten cover a third of the conversions
    filled_later     an attribute is filled for those who convert and empty for the others, or the
                     other way round (shares differ by .4 or more)
    like_the_model   the feature alone ranks as well as the whole model; to be checked

A suspected feature may be correct. Somebody who knows when it is filled has to confirm that.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.feature import Feature
from models.stats.training_set import Floats, TrainingSet

DECIDES_ALONE: Final = 0.9
ONE_VALUE_RATE: Final = 0.9
ONE_VALUE_SHARE: Final = 1 / 3
FILL_GAP: Final = 0.4
NEAR_THE_MODEL: Final = 0.01
WORTH_A_LOOK: Final = 0.7
_BINS: Final = 16
_SHRINK: Final = 5.0
_MIN_CONVERSIONS: Final = 10

Bins = NDArray[np.int64]


@dataclass(frozen=True)
class Single:
    """One feature on its own.

    Attributes
    ----------
    feature, concept
        The name of the feature, and its concept.
    auc
        Of its bins' learned conversion rates, on the test rows.
    filled_converted, filled_others
        The share of rows with a value, among those that convert and among the others.
    grounds
        The grounds for suspicion; empty if there are none.
    """

    feature: str
    concept: str
    auc: float
    filled_converted: float
    filled_others: float
    grounds: tuple[str, ...] = ()


def singles(
    learning: TrainingSet, test: TrainingSet, features: tuple[Feature, ...], model_auc: float
) -> tuple[Single, ...]:
    """Judge every feature alone, the strongest first.

    Parameters
    ----------
    learning, test
        Rows with the same columns.
    features
        The features, in the order of the columns.
    model_auc
        AUC of the whole model on the test rows.

    Returns
    -------
    One record per feature; empty with too few conversions.
    """
    if min(test.conversions, learning.conversions) < _MIN_CONVERSIONS:
        return ()
    results = [
        _single(column, learning, test, feature, model_auc)
        for column, feature in enumerate(features)
    ]
    return tuple(sorted(results, key=lambda single: -single.auc))


def suspects(results: tuple[Single, ...]) -> tuple[Single, ...]:
    """Select the features with grounds for suspicion."""
    return tuple(single for single in results if single.grounds)


def _single(
    column: int, learning: TrainingSet, test: TrainingSet, feature: Feature, model_auc: float
) -> Single:
    values = learning.values[:, column], test.values[:, column]
    learned, tested = _bins(*values, is_category=feature.is_category)
    size = int(max(learned.max(), tested.max())) + 1
    rate = (learning.conversions + 0.5) / (len(learning) + 1.0)
    count, won = (np.bincount(learned, weights=w, minlength=size) for w in (None, learning.label))
    rates = (won + _SHRINK * rate) / (count + _SHRINK)
    ones = np.ones(len(tested))
    rows = np.asarray(np.bincount(tested, ones, minlength=size), np.float64)
    converted = np.asarray(np.bincount(tested, test.label, minlength=size), np.float64)
    auc = _auc(rates, rows, converted)
    filled = ~np.isnan(test.values[:, column])
    shares = [float(filled[test.label == label].mean()) for label in (1.0, 0.0)]
    grounds = []
    if auc >= DECIDES_ALONE:
        grounds.append("decides_alone")
    if _one_value(rows, converted):
        grounds.append("one_value")
    if feature.view == "profile" and abs(shares[0] - shares[1]) >= FILL_GAP:
        grounds.append("filled_later")
    if auc >= max(model_auc - NEAR_THE_MODEL, WORTH_A_LOOK):
        grounds.append("like_the_model")
    return Single(feature.name, feature.concept, auc, shares[0], shares[1], tuple(grounds))


def _bins(
    learning: NDArray[np.float32], test: NDArray[np.float32], *, is_category: bool
) -> tuple[Bins, Bins]:
    """Compute the bins of both: 0 is missing; a category is its code, a number its range."""
    there = learning[~np.isnan(learning)]
    edges = np.unique(there)
    if not is_category and len(edges):
        edges = np.unique(np.quantile(there, np.arange(1, _BINS) / _BINS, method="lower"))
    first, second = (
        np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="right") + 1)
        for values in (learning, test)
    )
    return first, second


def _auc(rates: Floats, rows: Floats, converted: Floats) -> float:
    """Compute the AUC of the bins' rates; bins of equal rates are one step."""
    steps = np.unique(-rates, return_inverse=True)[1]
    won = np.bincount(steps, converted)
    lost = np.bincount(steps, rows) - won
    pairs = won.sum() * lost.sum()
    return float(lost @ (np.cumsum(won) - won / 2) / pairs) if pairs > 0 else float("nan")


def _one_value(rows: Floats, converted: Floats) -> bool:
    rate = converted / np.maximum(rows, 1.0)
    base = converted.sum() / rows.sum()
    sure = (rate >= max(ONE_VALUE_RATE, 1.5 * base)) & (rows >= _SHRINK)
    held = converted[sure].sum()
    return bool(held >= max(_MIN_CONVERSIONS, ONE_VALUE_SHARE * converted.sum()))
