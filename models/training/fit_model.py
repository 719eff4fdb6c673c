"""Training: rules first, then what the data adds.

Decided here, by held-out data alone, one rule at every size:

1. the penalty of the scorecard, by log loss out of fold;
2. three candidates, each by its log loss out of fold: the scorecard alone; trees that start from
   the scorecard's out-of-fold margin; trees of their own, put together with the scorecard by
   weights learned out of fold and shrunk to one half each;
3. the number of trees, possibly none: the scorecard stays alone unless trees win by more than luck;
4. whether the trees last: the same plan is carried out on the earlier rows, an embargo is kept, and
   trees that are likely to do harm on the later rows are left out;
5. the calibration, by the same later rows; without them, or if too few rows taught before them, by
   the out-of-fold margins, and the newest rows say how high the level is today: see
   `models.training.base_rate_shift`;
6. from the same rows, how sure a probability is: see `models.model.interval`.

Nothing is learned from columns that are merely a clock (see `models.training.time_proxies`), or
that repeat.

Folds go by lead. With no conversion, or only conversions, the hand-given points rank the leads;
they stand alone, at the level of the outcomes, until there are enough to correct them by.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.model import booster, calibration, interval, scorecard
from models.model.booster import Booster, Grow
from models.model.calibration import Calibration
from models.model.interval import Interval
from models.model.lead_model import Counts, LeadModel, Weights
from models.model.points import Points
from models.model.scorecard import Scorecard
from models.model.settings import TrainSettings
from models.stats.splits import folds_by_lead, latest
from models.stats.training_set import Floats, TrainingSet
from models.training import base_rate_shift, combine, redundancy, time_proxies
from models.training.combine import Plan

_ENOUGH = 0.5
"""The share of the rows that must teach, if their model is to speak for that of all rows."""
_ALONE = 2
"""Hand-given points stand alone below so many times the conversions that anything is chosen by."""


@dataclass(frozen=True)
class Parts:
    """A fitted model before calibration."""

    scorecard: Scorecard
    booster: Booster | None
    weights: Weights

    def margin(self, rows: TrainingSet) -> Floats:
        """Give the margin of some rows."""
        margin = self.weights.scorecard * self.scorecard.margin(rows.values) + self.weights.shift
        if self.booster is not None:
            margin += self.weights.trees * self.booster.margin(rows.values)
        return margin


def fit(
    rows: TrainingSet,
    settings: TrainSettings | None = None,
    points: Points | None = None,
    seed: int = 0,
    grow: Grow = booster.grow,
) -> LeadModel:
    """Train a model on matured snapshots; any number of conversions will do, none included.

    Parameters
    ----------
    rows
        All rows before the test (`Split.learning`); the calibration slice is cut out here.
    settings
        Missing means the defaults.
    points
        Hand-given points to start from.
    seed
        Of folds and draws.
    grow
        Grows the trees that were decided on; those that the decision takes are grown here.
    """
    settings = settings or TrainSettings()
    rows = time_proxies.silence(redundancy.silence(rows), settings, seed)
    if not 0 < rows.conversions < len(rows) or (points and _few(rows, settings)):
        card = scorecard.from_points(rows, points or Points())
        sure = _sureness(card.margin(rows.values), rows, Calibration(), settings)
        parts = Parts(card, None, Weights())
        return _model(rows, parts, (Calibration(), sure), {"plan": "points"})
    plan, margin = combine.decide(rows, settings, points, seed)
    plan, honest, held = _held_out(rows, plan, margin, (settings, points, seed), grow)
    parts = carry_out(rows, plan, settings, points, seed, grow)
    curve = calibration.choose(honest, held.label, held.lead, settings.calibration, seed)
    if len(honest) and curve.kind == "none" and held.cutoff.min() == rows.cutoff.min():
        curve = base_rate_shift.newest(honest, held, settings.calibration.share)
    sure = _sureness(honest, held, curve, settings)
    return _model(rows, parts, (curve, sure), plan.told())


def _few(rows: TrainingSet, settings: TrainSettings) -> bool:
    """Say whether there are too few converted leads to correct hand-given points by them."""
    converted = len(np.unique(rows.lead[rows.label == 1.0]))
    return converted < _ALONE * settings.min_conversions


def carry_out(
    rows: TrainingSet,
    plan: Plan,
    settings: TrainSettings,
    points: Points | None,
    seed: int,
    grow: Grow = booster.grow,
) -> Parts:
    """Fit the parts that a plan asks for on all the rows given."""
    fitted = combine.fit_scorecard(rows, plan.penalty, settings, points, seed)
    if plan.trees == 0:
        return Parts(fitted, None, Weights())
    fold = folds_by_lead(rows.lead, rows.label, settings.folds, seed)
    if plan.starts_from_scorecard:
        start = combine.held_out_scorecard(rows, fold, plan.penalty, (settings, points, seed))
    else:
        start = combine.level_start(rows)
    growth = (plan.trees, plan.learning_rate)
    trees = grow(rows, start, growth, settings.booster, seed)
    shift = 0.0 if plan.starts_from_scorecard else plan.weights.trees * float(start[0])
    weights = Weights(plan.weights.scorecard, plan.weights.trees, plan.weights.shift + shift)
    return Parts(fitted, trees, weights)


def _held_out(
    rows: TrainingSet,
    plan: Plan,
    margin: Floats,
    how: tuple[TrainSettings, Points | None, int],
    grow: Grow,
) -> tuple[Plan, Floats, TrainingSet]:
    """Give honest margins with their rows: later than what taught, or else out of fold.

    Also gives the plan, without its trees if they do not last.
    """
    settings, points, seed = how
    cut = _time_slice(rows, settings)
    if cut is None:
        held = ~np.isnan(margin)
        return plan, margin[held], rows.take(held)
    earlier, later = rows.take(cut[0]), rows.take(cut[1])
    taught = carry_out(earlier, plan, settings, points, seed, grow)
    whole, alone = taught.margin(later), taught.scorecard.margin(later.values)
    if plan.trees == 0 or combine.lasts(alone, whole, later):
        return plan, whole, later
    return replace(plan, trees=0, weights=Weights()), alone, later


def _sureness(
    margin: Floats, rows: TrainingSet, curve: Calibration, settings: TrainSettings
) -> Interval:
    """Learn from honest margins how sure a probability is."""
    period = interval.periods(rows.cutoff, round(settings.horizon_days * DAY))
    return interval.learn(curve.probability(margin), rows.label, rows.lead, period)


def _time_slice(
    rows: TrainingSet, settings: TrainSettings
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Mark earlier and later rows, an embargo apart; None if either would be too thin.

    A model taught by few of the rows errs otherwise than one taught by all: what its later rows
    ask for is owed to what it has not seen (most of a year's seasons, say), not to the model.
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
    parts: Parts,
    curves: tuple[Calibration, Interval],
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
        counts=Counts(len(rows), rows.leads, rows.conversions),
        choices=choices,
    )
