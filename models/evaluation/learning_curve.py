"""The learning curve: what more leads would bring.

Decided here: the model is trained again on fractions of the learning *leads* (all snapshots of a
lead come together) and judged on the same test; the whole model is the last point. Fractions that
hold too few conversions are left out.
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
    """One size: leads and conversions learned from, and how good it was."""

    leads: int
    conversions: int
    auc: Interval
    log_loss: Interval
    lightgbm_auc: float
    lightgbm_log_loss: float


@dataclass(frozen=True)
class LearningSettings:
    """Which sizes, and how they are judged.

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
        Probabilities of the test rows by the model, and by near-default LightGBM, that have
        learned from all.
    settings, train, points
        Which sizes; how a model is trained.
    progress
        Told what is being done.
    """
    from models.baselines import learned  # noqa: PLC0415 - slow to import

    learning, test = rows
    leads = np.unique(learning.lead)
    drawn = np.random.default_rng(settings.seed).permutation(leads)
    told = []
    for fraction in sorted(settings.fractions):
        kept = drawn[: max(round(fraction * len(drawn)), 1)]
        part = learning.take(np.isin(learning.lead, kept))
        if part.conversions < _MIN_CONVERSIONS or part.conversions == len(part):
            continue
        progress(f"learning curve: {len(kept)} leads")
        model = fit_model.fit(part, train, points, settings.seed).probability(test.values)
        trees = learned.near_default_lightgbm(part, settings.seed).probability(test.values)
        told.append(_point(part, test, (model, trees), settings))
    return (*told, _point(learning, test, whole, settings))


def _point(
    part: TrainingSet,
    test: TrainingSet,
    given: tuple[Floats, Floats],
    settings: LearningSettings,
) -> LearningPoint:
    model = _judge(test, given[0], settings)
    trees = _judge(test, given[1], LearningSettings((), 0))
    return LearningPoint(
        part.leads,
        part.conversions,
        model.interval("auc"),
        model.interval("log_loss"),
        trees.interval("auc").value,
        trees.interval("log_loss").value,
    )


def _judge(test: TrainingSet, given: Floats, settings: LearningSettings) -> Redraws:
    predictions = {"one": given}
    return redraw(test.label, predictions, test.lead, settings.redraws, settings.seed)["one"]
