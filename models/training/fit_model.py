"""Training: rules first, then what the data adds.

Decided here, by held-out data alone, one rule at every size:

1. the penalty of the scorecard, by log loss out of fold;
2. three candidates, each by its log loss out of fold: the scorecard alone; trees that start from
   the scorecard's out-of-fold margin; trees of their own, combined with the scorecard by weights
   that are learned out of fold and shrunk to one half each;
3. the number of trees, possibly none;
4. whether the trees last: the same plan is carried out on the earlier rows, and after an embargo
   trees that are likely to do harm on the later rows are left out;
5. the calibration, by the same later rows; without them, or if too few rows lie before them, by the
   out-of-fold margins, with the base rate of the newest rows: see
   `models.training.time.base_rate_shift`;
6. from the same rows, how sure a probability is: see `models.model.interval`.

Nothing is learned from columns that only follow the calendar (see `time_proxies`), or that repeat
an earlier column.

Folds go by lead. With no conversion, or only conversions, the hand-given points rank the leads;
they stand alone, at the base rate of the outcomes, until there are enough conversions to correct
them.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.model import interval, scorecard
from models.model.booster import Booster
from models.model.calibration import Calibration
from models.model.interval import ProbabilityInterval
from models.model.lead_model import Counts, LeadModel, Weights
from models.model.own_model import OwnModel
from models.model.points import Points
from models.model.scorecard import Scorecard
from models.model.settings import TrainSettings
from models.stats.splits import latest
from models.stats.training_set import Floats, Rows, TrainingSet
from models.training import (
    calibrate,
    combine,
    own_fit,
    penalty,
    redundancy,
    tree_growth,
)
from models.training.combine import Plan
from models.training.penalty import How
from models.training.time import period_folds, time_proxies
from models.training.time.period_folds import Folds
from models.training.tree_growth import Grow

_ENOUGH = 0.5
"""The least share of the rows whose model may stand for that of all rows."""
_ALONE = 2
"""Hand-given points stand alone below that many times `TrainSettings.min_conversions`."""


@dataclass(frozen=True)
class FittedParts:
    """A fitted model before calibration.

    Attributes
    ----------
    scorecard
        The scorecard.
    booster
        The trees; None if there are none.
    weights
        How the two are combined.
    """

    scorecard: Scorecard
    booster: Booster | OwnModel | None
    weights: Weights

    def margin(self, rows: TrainingSet) -> Floats:
        """Compute the margin: shape (rows,)."""
        margin = self.weights.scorecard * self.scorecard.margin(rows.values) + self.weights.shift
        if self.booster is not None:
            margin += self.weights.trees * self.booster.margin(rows.values)
        return margin


def fit(
    rows: TrainingSet,
    settings: TrainSettings | None = None,
    points: Points | None = None,
    seed: int = 0,
    grow: Grow = tree_growth.grow,
) -> LeadModel:
    """Train a model on matured snapshots; any number of conversions will do, none included.

    Parameters
    ----------
    rows
        All rows before the test (`Split.learning`); the calibration slice is cut off here.
    settings
        Missing means the defaults.
    points
        Hand-given points to start from.
    seed
        Seed of folds and draws.
    grow
        Grows the trees of the final model; those of the decision are always grown locally.
    """
    settings = settings or TrainSettings()
    rows = learnable(rows, settings, seed)
    if not 0 < rows.conversions < len(rows) or (points and _few(rows, settings)):
        card = scorecard.from_points(rows, points or Points())
        sure = _sureness(card.margin(rows.values), rows, Calibration(), settings)
        parts = FittedParts(card, None, Weights())
        return _model(rows, parts, (Calibration(), sure), {"plan": "points"})
    how = (settings, points, seed)
    folds = period_folds.assign(rows, settings, seed)
    if settings.estimator:
        plan, margin = own_fit.decide(rows, folds, settings.estimator, seed)
    else:
        plan, margin = combine.decide(rows, folds, how)
    plan, honest, judged = _held_out(rows, folds, (plan, margin), how, grow)
    held = rows.take(judged)
    parts = carry_out(rows, plan, settings, points, seed, grow)
    first = int(rows.cutoff.min())
    curve = calibrate.choose(honest, held, folds.take(judged), first, settings, seed)
    sure = _sureness(honest, held, curve, settings)
    return _model(rows, parts, (curve, sure), plan.to_json())


def learnable(rows: TrainingSet, settings: TrainSettings, seed: int) -> TrainingSet:
    """Set to zero the columns that nothing is learned from: repeated ones and time proxies.

    What is learnable stays so: taken again, the rows do not change.

    Parameters
    ----------
    rows
        Training rows.
    settings, seed
        As in `fit`.
    """
    return time_proxies.silence(redundancy.silence(rows), settings, seed)


def _few(rows: TrainingSet, settings: TrainSettings) -> bool:
    """Return whether too few leads converted to correct hand-given points."""
    converted = len(np.unique(rows.lead[rows.label == 1.0]))
    return converted < _ALONE * settings.min_conversions


def carry_out(
    rows: TrainingSet,
    plan: Plan,
    settings: TrainSettings,
    points: Points | None,
    seed: int,
    grow: Grow = tree_growth.grow,
) -> FittedParts:
    """Fit the parts of a plan on all of the rows.

    Parameters
    ----------
    rows
        Training rows.
    plan
        What to fit.
    settings, points, seed, grow
        As in `fit`.
    """
    if plan.estimator:
        card = scorecard.from_points(rows, Points())
        return FittedParts(card, own_fit.fit(rows, plan.estimator, seed), Weights(0.0, 1.0))
    fitted = penalty.fit_scorecard(rows, plan.penalty, settings, points, seed)
    if plan.trees == 0:
        return FittedParts(fitted, None, Weights())
    if plan.starts_from_scorecard:
        fold = period_folds.assign(rows, settings, seed).fold
        start = penalty.held_out_scorecard(rows, fold, plan.penalty, (settings, points, seed))
    else:
        start = combine.level_start(rows)
    growth = (plan.trees, plan.learning_rate)
    trees = grow(rows, start, growth, settings.booster, seed)
    shift = 0.0 if plan.starts_from_scorecard else plan.weights.trees * float(start[0])
    weights = Weights(plan.weights.scorecard, plan.weights.trees, plan.weights.shift + shift)
    return FittedParts(fitted, trees, weights)


def _held_out(
    rows: TrainingSet, folds: Folds, planned: tuple[Plan, Floats], how: How, grow: Grow
) -> tuple[Plan, Floats, Rows]:
    """Return held-out margins and the positions of their rows.

    They are those of the decision where folds are periods; else of rows later than the training
    rows, or out of fold where these are too few. The plan comes first, without its trees if they
    do not last.
    """
    settings, points, seed = how
    plan, margin = planned
    cut = None if folds.periods else _time_slice(rows, settings)
    if cut is None:
        held = np.flatnonzero(~np.isnan(margin))
        return plan, margin[held], held
    earlier, later = rows.take(cut[0]), rows.take(cut[1])
    fitted = carry_out(earlier, plan, settings, points, seed, grow)
    whole, alone = fitted.margin(later), fitted.scorecard.margin(later.values)
    if plan.trees == 0 or combine.lasts(alone, whole, later):
        return plan, whole, np.flatnonzero(cut[1])
    return replace(plan, trees=0, weights=Weights()), alone, np.flatnonzero(cut[1])


def _sureness(
    margin: Floats, rows: TrainingSet, curve: Calibration, settings: TrainSettings
) -> ProbabilityInterval:
    """Learn from held-out margins how sure a probability is."""
    period = interval.periods(rows.cutoff, round(settings.horizon_days * DAY))
    return interval.learn(curve.probability(margin), rows.label, rows.lead, period)


def _time_slice(
    rows: TrainingSet, settings: TrainSettings
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Mark earlier and later rows, an embargo apart; None if either has too few.

    A model of few of the rows errs in other ways than one of all rows: its errors on the later rows
    come from what it was not trained on (most of a year's seasons, say), not from the model.
    """
    later = latest(rows.cutoff, settings.calibration.share)
    if not later.any():
        return None
    embargo = round(settings.horizon_days * DAY)
    earlier = rows.cutoff + embargo <= rows.cutoff[later].min()
    if np.count_nonzero(earlier) < _ENOUGH * len(rows):
        return None
    for part in (earlier, later):
        converted = np.count_nonzero(rows.label[part] == 1.0)
        if (
            min(converted, np.count_nonzero(part) - converted)
            < settings.calibration.min_conversions
        ):
            return None
    return earlier, later


def _model(
    rows: TrainingSet,
    parts: FittedParts,
    curves: tuple[Calibration, ProbabilityInterval],
    choices: dict[str, object],
) -> LeadModel:
    return LeadModel(
        names=rows.names,
        categorical=rows.categorical,
        scorecard=parts.scorecard,
        booster=parts.booster,
        weights=parts.weights,
        calibration=curves[0],
        interval=curves[1],
        counts=Counts(len(rows), rows.leads, rows.conversions, rows.converted_leads),
        choices=choices,
    )
