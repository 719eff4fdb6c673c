"""The learning curve: quality as a function of the number of leads.

Decided here: the model is trained again on fractions of the learning *leads* (with all snapshots
of each) and judged on the same test; the full model is the last point. Fractions with too few
conversions are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.evaluation.comparisons import Redraws, redraw
from models.model.points import Points
from models.model.settings import TrainSettings
from models.stats.metrics import Interval
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model

_MIN_CONVERSIONS = 10


@dataclass(frozen=True)
class LearningPoint:
    """One size: leads and conversions in training, and the figures on the test."""

    leads: int
    conversions: int
    auc: Interval
    log_loss: Interval
    lightgbm_auc: float
    lightgbm_log_loss: float


@dataclass(frozen=True)
class LearningSettings:
    """Settings of the learning curve.

    Attributes
    ----------
    fractions
        Of the learning leads; the whole is always the last point.
    redraws, seed
        Of the intervals; the seed also draws the leads.
    """

    fractions: tuple[float, ...] = (0.1, 0.25, 0.5)
    redraws: int = 200
    seed: int = 0


def learning_curve(
    rows: tuple[TrainingSet, TrainingSet],
    whole: tuple[Floats, Floats],
    settings: LearningSettings,
    train: TrainSettings,
    points: Points | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[LearningPoint, ...]:
    """Train on fractions of the leads and judge each.

    Parameters
    ----------
    rows
        Learning rows and test rows.
    whole
        Probabilities of the test rows by the model, and by near-default LightGBM, both trained
        on all learning rows.
    settings
        Sizes, redraws and seed.
    train, points
        Training settings and hand-written points.
    progress
        Called with the name of each step.

    Returns
    -------
    The points, from the smallest size to the full model.
    """
    from models.baselines import learned  # noqa: PLC0415 - slow to import

    learning, test = rows
    leads = np.unique(learning.lead)
    drawn = np.random.default_rng(settings.seed).permutation(leads)
    learned_points = []
    for fraction in sorted(settings.fractions):
        selected = drawn[: max(round(fraction * len(drawn)), 1)]
        part = learning.take(np.isin(learning.lead, selected))
        if part.conversions < _MIN_CONVERSIONS or part.conversions == len(part):
            continue
        progress(f"learning curve: {len(selected)} leads")
        model = fit_model.fit(part, train, points, settings.seed).probability(test.values)
        trees = learned.near_default_lightgbm(part, settings.seed).probability(test.values)
        learned_points.append(_point(part, test, (model, trees), settings))
    return (*learned_points, _point(learning, test, whole, settings))


def _point(
    part: TrainingSet,
    test: TrainingSet,
    predictions: tuple[Floats, Floats],
    settings: LearningSettings,
) -> LearningPoint:
    model = _judge(test, predictions[0], settings)
    trees = _judge(test, predictions[1], LearningSettings((), 0))
    return LearningPoint(
        part.leads,
        part.conversions,
        model.interval("auc"),
        model.interval("log_loss"),
        trees.interval("auc").value,
        trees.interval("log_loss").value,
    )


def _judge(test: TrainingSet, probability: Floats, settings: LearningSettings) -> Redraws:
    predictions = {"one": probability}
    return redraw(test.label, predictions, test.lead, settings.redraws, settings.seed)["one"]
