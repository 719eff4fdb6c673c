"""How scorecard and trees are combined, decided by held-out log loss alone.

Decided here: the candidates and the rule that selects one. The default stays where held-out rows
are too few to decide. With hand-given points the default is the points: leaving them, for a
scorecard that learns more or for trees, must be proven. Without them it is scorecard and trees side
by side, near one half each, which on average beats both: trees are dropped only if they are likely
to do harm. See `models.training.fit_model` for the whole.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from models.model.lead_model import Weights
from models.stats.training_set import Floats, TrainingSet
from models.training import tree_growth
from models.training.gain import PROVEN, UNLIKELY, beats, mean_log_loss, standard_errors
from models.training.penalty import How, choose_penalty, fit_scorecard, held_out_scorecard
from models.training.stacking import stack
from models.training.time import base_rate_shift
from models.training.time.period_folds import Folds
from models.training.tree_growth import Growth

_FEW = 2


@dataclass(frozen=True)
class Plan:
    """What was decided by held-out data.

    Attributes
    ----------
    penalty
        Strength of the scorecard's penalty.
    trees, learning_rate
        How many trees, at which rate; 0 means the scorecard alone.
    starts_from_scorecard
        Whether the trees correct the scorecard's margin, or stand beside it.
    weights
        Weights of the two parts.
    log_loss
        Held-out log loss of every candidate.
    estimator
        The name of an own model, which stands alone; "" is none.
    """

    penalty: float
    trees: int = 0
    learning_rate: float = 0.0
    starts_from_scorecard: bool = True
    weights: Weights = field(default_factory=Weights)
    log_loss: dict[str, float] = field(default_factory=dict)
    estimator: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data; without an own model it is not mentioned."""
        plain = asdict(self)
        return plain if self.estimator else {k: v for k, v in plain.items() if k != "estimator"}


def decide(rows: TrainingSet, folds: Folds, how: How) -> tuple[Plan, Floats]:
    """Choose penalty, candidate and number of trees.

    Returns
    -------
    The plan, and the held-out margin, NaN for rows that were not held out.

    Parameters
    ----------
    rows
        Training rows with both kinds of label.
    folds
        The fold of every row.
    how
        Settings, hand-given points, seed.
    """
    settings, points, seed = how
    converted = len(np.unique(rows.lead[rows.label == 1.0]))
    others = len(np.unique(rows.lead[rows.label == 0.0]))
    if min(converted, others) < settings.min_conversions:
        penalty = max(settings.scorecard.penalties)
        fitted = fit_scorecard(rows, penalty, settings, points, seed)
        return Plan(penalty), fitted.margin(rows.values)
    penalty, prior = choose_penalty(rows, folds, how)
    if prior is None:
        prior = held_out_scorecard(rows, folds.fold, penalty, how)
    return _best(rows, folds, penalty, prior, how)


def _best(
    rows: TrainingSet, folds: Folds, penalty: float, prior: Floats, how: How
) -> tuple[Plan, Floats]:
    settings, points, seed = how
    judging = folds.fold if len(rows) <= settings.max_judged_rows else folds.last(_FEW)
    judged = judging >= 0

    def grown_from(start: Floats) -> Growth:
        return tree_growth.try_growth(rows, start, judging, settings.booster, seed, folds.losses)

    alone, after = grown_from(level_start(rows)), grown_from(prior)
    own = level_start(rows) + alone.margin
    weights, stacked = stack(folds.level(prior, rows), folds.level(own, rows), rows.label, judging)
    beside = weights.scorecard * prior + weights.trees * own + weights.shift
    candidates: dict[str, tuple[Floats, Floats, Growth, Weights]] = {
        "scorecard_then_trees": (
            *(folds.level(prior + after.margin, rows), prior + after.margin),
            *(after, Weights(1.0, 1.0)),
        ),
        "scorecard_beside_trees": (stacked, beside if folds.periods else stacked, alone, weights),
    }
    before = folds.level(prior, rows)
    losses = {"scorecard": mean_log_loss(rows.label[judged], before[judged])}
    losses |= {
        name: mean_log_loss(rows.label[judged], one[0][judged]) for name, one in candidates.items()
    }
    grown = [name for name, one in candidates.items() if one[2].trees > 0]
    name = min(grown, key=lambda one: losses[one], default="scorecard")
    if not grown:
        return Plan(penalty, log_loss=losses), prior
    level, margin, growth, chosen = candidates[name]
    by_hand = points is not None and penalty == max(settings.scorecard.penalties)
    proof = PROVEN if by_hand else UNLIKELY
    if not beats(proof, before[judged], level[judged], rows.take(judged)):
        return Plan(penalty, log_loss=losses), prior
    first = name == "scorecard_then_trees"
    plan = Plan(penalty, growth.trees, growth.learning_rate, first, chosen, losses)
    return plan, np.where(judged, margin, np.nan)


def lasts(alone: Floats, whole: Floats, later: TrainingSet) -> bool:
    """Return whether trees are unlikely to do harm on rows later than the training rows.

    Each margin is judged after the shift that fits it best: the base rate of today is not what
    trees are for. Nor must they win: only a part of the rows was trained on, few for that many
    trees.

    Parameters
    ----------
    alone, whole
        Shape (rows,): the margins without and with the trees.
    later
        The rows of the margins.
    """
    gain = base_rate_shift.levelled_losses(alone, later.label) - base_rate_shift.levelled_losses(
        whole, later.label
    )
    return standard_errors(gain, later.lead) > UNLIKELY


def level_start(rows: TrainingSet) -> Floats:
    """Return the log-odds of the base rate for every row: shape (rows,)."""
    rate = (rows.conversions + 0.5) / (len(rows) + 1.0)
    return np.full(len(rows), np.log(rate / (1.0 - rate)))
