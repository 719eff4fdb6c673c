"""Segment models: whether a model of its own beats the shared model on a segment's leads.

Decided here: segments share one model by default, which contains them as shrunken effects; a
segment earns its own model only if it is shown to gain from it. Its own model is the best that its
rows allow beside the shared one: a scorecard fitted on the segment's learning rows alone, added to
the shared margin with an intercept and weights of its own, shrunk to the shared model where rows
are few. Both are judged on the test rows: the weights are fitted out of fold by lead, and the
shared margin is recalibrated in level and slope, out of fold too, so that a change of the base rate
favours neither. The gain in log loss has a simultaneous 95 % interval over all segments tested
(Bonferroni, clustered by lead); its low end must exceed a stated share of the loss.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.evaluation import paired_trial
from models.evaluation.settings import SegmentSettings
from models.model import calibration
from models.model.calibration import Calibration
from models.model.settings import TrainSettings
from models.stats.log_odds import expit
from models.stats.metrics import Interval, log_losses
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training.penalty import choose_penalty, fit_scorecard
from models.training.time.period_folds import Folds

PENALTIES: Final = (1000.0, 100.0, 10.0)
"""Of the segment's own scorecard, chosen out of fold."""
_CHOICE_FOLDS: Final = 2
"""For that choice: the weight beside the shared model corrects a coarse choice, and five folds of
five penalties gave the same result at four times the cost."""
_FOLDS: Final = 5
_HELD: Final = 10.0
"""Precision with which the weights are shrunk to the shared model alone."""
_SHARED: Final = np.array([1.0, 0.0, 0.0])
Values = Mapping[str, NDArray[np.str_]]
"""Attribute -> shape (rows,): its value."""


@dataclass(frozen=True)
class JudgedSegment:
    """One segment: learning and test rows, both log losses, the gain of its own model.

    The segment `earns` its own model if the low end of the gain exceeds `wanted`.
    """

    attribute: str
    value: str
    taught: int
    rows: int
    leads: int
    conversions: int
    shared_loss: float
    own_loss: float
    gain: Interval
    wanted: float
    earns: bool


@dataclass(frozen=True)
class OwnModels:
    """The settings, and every segment with enough outcomes to be judged."""

    settings: SegmentSettings
    segments: tuple[JudgedSegment, ...]


@dataclass(frozen=True)
class SegmentCase:
    """The learning and test rows, the shared margin of the test, and the segments of both."""

    learning: TrainingSet
    test: TrainingSet
    margin: Floats
    taught: Values
    tested: Values


def judge(
    case: SegmentCase,
    train: TrainSettings,
    settings: SegmentSettings,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[JudgedSegment, ...]:
    """Judge every segment with enough conversions, those with the largest gain first.

    Parameters
    ----------
    case
        The rows, the shared margin and the segments.
    train
        Settings of the scorecards.
    settings
        The conditions for a model of its own.
    progress
        Called with the name of each segment.
    """
    supported = list(_supported(case, settings.min_conversions))
    shared = _levelled(case, settings.seed)
    judged = []
    for attribute, value, taught, tested in supported:
        progress(f"{attribute} {value}")
        learning, rows = case.learning.take(taught), case.test.take(tested)
        own = _own_margin(learning, rows, train, settings.seed)
        before = log_losses(probability=expit(shared[tested]), label=rows.label)
        after = log_losses(
            probability=_beside(shared[tested], own, rows, settings.seed), label=rows.label
        )
        gain = paired_trial.simultaneous(before - after, rows.lead, len(supported))
        losses = float(before.mean()), float(after.mean())
        wanted = settings.least_gain * losses[0]
        size = len(learning), len(rows), rows.leads, rows.conversions
        judged.append(
            JudgedSegment(attribute, value, *size, *losses, gain, wanted, bool(gain.low > wanted))
        )
    return tuple(sorted(judged, key=lambda one: -one.gain.low))


def _supported(
    case: SegmentCase, least: int
) -> Iterator[tuple[str, str, NDArray[np.intp], NDArray[np.intp]]]:
    """Iterate over the segments with enough leads of both outcomes, in learning and test rows."""
    for attribute, values in case.tested.items():
        for value in np.unique(values).tolist():
            tested = np.flatnonzero(values == value)
            taught = np.flatnonzero(case.taught[attribute] == value)
            whole = len(tested) == len(values)
            parts = ((case.learning, taught), (case.test, tested))
            fewest = [paired_trial.fewest(rows.label[at], rows.lead[at]) for rows, at in parts]
            if min(fewest) >= least and not whole:
                yield attribute, value, taught, tested


def _levelled(case: SegmentCase, seed: int) -> Floats:
    """Recalibrate the shared margin in level and slope, by rows of other leads."""
    test = case.test
    fold = folds_by_lead(test.lead, test.label, _FOLDS, seed)
    out = np.empty(len(test))
    for k in range(_FOLDS):
        held = fold == k
        curve: Calibration = calibration.fit("sigmoid", case.margin[~held], test.label[~held])
        slope, shift = curve.parameters
        out[held] = slope * case.margin[held] + shift
    return out


def _own_margin(taught: TrainingSet, rows: TrainingSet, train: TrainSettings, seed: int) -> Floats:
    """Compute the margin of a scorecard fitted on the segment's learning rows alone."""
    card = replace(train.scorecard, penalties=PENALTIES)
    few = replace(train, folds=_CHOICE_FOLDS, scorecard=card)
    fold = folds_by_lead(taught.lead, taught.label, few.folds, seed)
    penalty, _ = choose_penalty(taught, Folds(fold), (few, None, seed))
    return fit_scorecard(taught, penalty, few, None, seed).margin(rows.values)


def _beside(shared: Floats, own: Floats, rows: TrainingSet, seed: int) -> Floats:
    """Compute the probabilities of both margins together, by weights of other leads."""
    fold = folds_by_lead(rows.lead, rows.label, _FOLDS, seed)
    parts = np.column_stack([shared, own, np.ones(len(own))])
    out = np.empty(len(own))
    for k in range(_FOLDS):
        held = fold == k
        out[held] = expit(parts[held] @ _weights(parts[~held], rows.label[~held]))
    return out


def _weights(parts: Floats, label: Floats) -> Floats:
    """Fit the weights of shared margin, own margin and intercept by log loss."""

    def loss(x: Floats) -> tuple[float, Floats]:
        margin, gap = parts @ x, x - _SHARED
        total = np.sum(np.logaddexp(0.0, margin) - label * margin) + 0.5 * _HELD * np.sum(gap**2)
        return float(total), (expit(margin) - label) @ parts + _HELD * gap

    bounds = [(0.0, None), (0.0, None), (None, None)]
    return np.asarray(minimize(loss, _SHARED, jac=True, bounds=bounds).x)
