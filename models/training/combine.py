"""Deciding how scorecard and trees are put together, by held-out log loss alone.

Decided here: the candidates and the rule that picks one. What is there first stays where held-out
rows are too few to tell. With hand-given points that is the points: leaving them, for a scorecard
that learns more or for trees, must be proven. Without them it is scorecard and trees side by side,
near one half each, which on average beats both: trees go only when they are likely to do harm.
See `models.training.fit_model` for the whole.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.model import booster, scorecard
from models.model.booster import Growth
from models.model.lead_model import Weights
from models.model.points import Points
from models.model.scorecard import Scorecard
from models.model.settings import TrainSettings
from models.stats.log_odds import expit
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training import base_rate_shift

How = tuple[TrainSettings, Points | None, int]
"""Settings, hand-given points, seed."""

_WEIGHT_PRECISION = 20.0
_FEW = 2
_UNLUCKY, _PROVEN = -0.5, 2.0  # standard errors
_FEW_CONVERSIONS = 10.0
_RISES = 2


@dataclass(frozen=True)
class Plan:
    """What held-out data decided.

    Attributes
    ----------
    penalty
        Of the scorecard.
    trees, learning_rate
        How many trees, at which rate; 0 means the scorecard alone.
    starts_from_scorecard
        Whether the trees correct the scorecard's margin, or stand beside it.
    weights
        Of the two parts.
    log_loss
        Held-out log loss of every candidate.
    """

    penalty: float
    trees: int = 0
    learning_rate: float = 0.0
    starts_from_scorecard: bool = True
    weights: Weights = field(default_factory=Weights)
    log_loss: dict[str, float] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Tell the plan as plain data."""
        return asdict(self)


def decide(
    rows: TrainingSet, settings: TrainSettings, points: Points | None, seed: int
) -> tuple[Plan, Floats]:
    """Choose penalty, candidate and number of trees; also give the held-out margin.

    The margin is missing for rows that were not held out.

    Parameters
    ----------
    rows
        Training rows with both kinds of label.
    settings, points, seed
        As in `training.fit`.
    """
    how = (settings, points, seed)
    converted = len(np.unique(rows.lead[rows.label == 1.0]))
    others = len(np.unique(rows.lead[rows.label == 0.0]))
    if min(converted, others) < settings.min_conversions:
        penalty = max(settings.scorecard.penalties)
        fitted = fit_scorecard(rows, penalty, settings, points, seed)
        return Plan(penalty), fitted.margin(rows.values)
    fold = folds_by_lead(rows.lead, rows.label, settings.folds, seed)
    penalty, prior = choose_penalty(rows, fold, how)
    if prior is None:
        prior = held_out_scorecard(rows, fold, penalty, how)
    return _best(rows, fold, penalty, prior, how)


def _best(
    rows: TrainingSet,
    fold: NDArray[np.int64],
    penalty: float,
    prior: Floats,
    how: How,
) -> tuple[Plan, Floats]:
    settings, points, seed = how
    judging = fold if len(rows) <= settings.max_judged_rows else np.where(fold < _FEW, fold, -1)
    alone = booster.try_growth(rows, level_start(rows), judging, settings.booster, seed)
    after = booster.try_growth(rows, prior, judging, settings.booster, seed)
    judged = judging >= 0
    own = level_start(rows) + alone.margin
    weights, stacked = _stack(prior, own, rows.label, judging)
    candidates: dict[str, tuple[Floats, Growth, Weights]] = {
        "scorecard_then_trees": (prior + after.margin, after, Weights(1.0, 1.0)),
        "scorecard_beside_trees": (stacked, alone, weights),
    }
    losses = {"scorecard": booster.log_loss(prior[judged], rows.label[judged])}
    losses |= {
        name: booster.log_loss(m[judged], rows.label[judged])
        for name, (m, _, _) in candidates.items()
    }
    grown = [name for name, (_, growth, _) in candidates.items() if growth.trees > 0]
    name = min(grown, key=lambda one: losses[one], default="scorecard")
    margin, growth, chosen = candidates.get(name, (prior, after, Weights()))
    by_hand = points is not None and penalty == max(settings.scorecard.penalties)
    proof = _PROVEN if by_hand else _UNLUCKY
    if not grown or not _beats(proof, prior[judged], margin[judged], rows.take(judged)):
        return Plan(penalty, log_loss=losses), prior
    margin = np.where(judged, margin, np.nan)
    first = name == "scorecard_then_trees"
    return Plan(penalty, growth.trees, growth.learning_rate, first, chosen, losses), margin


def _beats(proof: float, before: Floats, after: Floats, rows: TrainingSet) -> bool:
    """Say whether a margin beats another by so many standard errors: rows of a lead are one.

    More are asked for where there are few conversions, whose spread tells little: one more for ten.
    """
    gain = booster.log_losses(before, rows.label) - booster.log_losses(after, rows.label)
    fewest = min(rows.conversions, len(rows) - rows.conversions)
    wanted = proof + _FEW_CONVERSIONS / max(1, fewest)
    return _standard_errors(gain, rows.lead) > wanted


def _standard_errors(gain: Floats, lead: NDArray[np.int64]) -> float:
    """Give a gain as a multiple of its luck: rows of a lead are one."""
    by_lead = np.bincount(np.unique(lead, return_inverse=True)[1], weights=gain)
    luck = float(np.sqrt(np.sum(by_lead**2)))
    return float(gain.sum()) / luck if luck > 0.0 else 0.0


def lasts(alone: Floats, whole: Floats, later: TrainingSet) -> bool:
    """Say whether trees do no likely harm on rows later than what taught both.

    Each is judged at its best level: how high that is now is not what trees are asked for. Nor must
    they win: what teaches here is only a part of the rows, and few for so many trees.
    """
    gain = base_rate_shift.levelled_losses(alone, later.label) - base_rate_shift.levelled_losses(
        whole, later.label
    )
    return _standard_errors(gain, later.lead) > _UNLUCKY


def choose_penalty(
    rows: TrainingSet, fold: NDArray[np.int64], how: How
) -> tuple[float, Floats | None]:
    """Choose the scorecard's penalty by log loss out of fold: ever weaker, until it rises twice.

    Where there are hand-given points, the strongest, which leaves little but them, stays unless
    what is learned beyond is better by more than luck.

    Also gives the held-out margin with that penalty, if all rows took part.
    """
    settings, points, seed = how
    drawn = scorecard.draw_leads(rows.lead, settings.scorecard.max_choice_rows, seed)
    few, fold = rows.take(drawn), fold[drawn]
    penalties = tuple(sorted(settings.scorecard.penalties, reverse=True))
    paths = [
        scorecard.fit_path(few.take(fold != k), penalties, settings.scorecard, points)
        for k in range(settings.folds)
    ]
    best, least, rises = penalties[0], np.inf, 0
    first = kept = np.zeros(len(few))
    for penalty in penalties:
        margin = np.empty(len(few))

        def fill(k: int, margin: Floats = margin) -> None:
            margin[fold == k] = next(paths[k]).margin(few.values[fold == k])

        for_each(fill, settings)
        loss = booster.log_loss(margin, few.label)
        first = margin if penalty == penalties[0] else first
        rises = rises + 1 if loss >= least else 0
        if rises == _RISES:
            break
        if rises == 0:
            best, least, kept = penalty, loss, margin
    if points is not None and not _beats(_PROVEN, first, kept, few):
        best, kept = penalties[0], first
    return best, kept if len(few) == len(rows) else None


def for_each(task: Callable[[int], None], settings: TrainSettings) -> None:
    """Do a task for every fold, as many at a time as there are threads."""
    with ThreadPoolExecutor(settings.booster.threads) as pool:
        list(pool.map(task, range(settings.folds)))


def fit_scorecard(
    rows: TrainingSet, penalty: float, settings: TrainSettings, points: Points | None, seed: int
) -> Scorecard:
    """Fit the scorecard on all rows, or on a draw of leads if there are too many."""
    drawn = scorecard.draw_leads(rows.lead, settings.scorecard.max_rows, seed)
    few = rows if len(drawn) == len(rows) else rows.take(drawn)
    return scorecard.fit(few, penalty, settings.scorecard, points)


def held_out_scorecard(
    rows: TrainingSet, fold: NDArray[np.int64], penalty: float, how: How
) -> Floats:
    """Give every row the margin of a scorecard that did not see its lead."""
    settings, points, seed = how
    margin = np.empty(len(rows))

    def fill(k: int) -> None:
        card = fit_scorecard(rows.take(fold != k), penalty, settings, points, seed)
        margin[fold == k] = card.margin(rows.values[fold == k])

    for_each(fill, settings)
    return margin


def level_start(rows: TrainingSet) -> Floats:
    """Give every row the log-odds of the base rate."""
    rate = (rows.conversions + 0.5) / (len(rows) + 1.0)
    return np.full(len(rows), np.log(rate / (1.0 - rate)))


def _stack(
    prior: Floats, trees: Floats, label: Floats, fold: NDArray[np.int64]
) -> tuple[Weights, Floats]:
    """Learn weights on both margins; the margin given is held out once more."""
    margin = np.zeros(len(label))
    for k in range(int(fold.max()) + 1):
        held, taught = fold == k, (fold != k) & (fold >= 0)
        weights = stacking_weights(prior[taught], trees[taught], label[taught])
        margin[held] = weights.scorecard * prior[held] + weights.trees * trees[held] + weights.shift
    judged = fold >= 0
    return stacking_weights(prior[judged], trees[judged], label[judged]), margin


def stacking_weights(prior: Floats, trees: Floats, label: Floats) -> Weights:
    """Fit weights >= 0 by log loss, shrunk to one half each and no shift."""
    parts = np.column_stack([prior, trees, np.ones(len(label))])
    target = np.array([0.5, 0.5, 0.0])

    def loss(x: Floats) -> tuple[float, Floats]:
        margin = parts @ x
        gap = x - target
        total = np.sum(np.logaddexp(0.0, margin) - label * margin)
        total += 0.5 * _WEIGHT_PRECISION * np.sum(gap**2)
        return float(total), (expit(margin) - label) @ parts + _WEIGHT_PRECISION * gap

    bounds = [(0.0, None), (0.0, None), (None, None)]
    found = minimize(loss, target, jac=True, bounds=bounds).x
    return Weights(*(float(x) for x in found))
