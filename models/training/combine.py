"""How scorecard and trees are combined, decided by held-out log loss alone.

Decided here: the candidates and the rule that selects one. The default stays where held-out rows
are too few to decide. With hand-given points the default is the points: leaving them, for a
scorecard that learns more or for trees, must be proven. Without them it is scorecard and trees side
by side, near one half each, which on average beats both: trees are dropped only if they are likely
to do harm. See `models.training.fit_model` for the whole.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.model import booster, scorecard
from models.model.booster import Growth
from models.model.lead_model import Weights
from models.model.points import Points
from models.model.scorecard import Scorecard
from models.model.settings import TrainSettings
from models.stats.metrics import margin_log_losses
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training import base_rate_shift
from models.training.stacking import stack

How = tuple[TrainSettings, Points | None, int]
"""Settings, hand-given points, seed."""

_FEW = 2
_UNLIKELY, _PROVEN = -0.5, 2.0  # standard errors
_FEW_CONVERSIONS = 10.0
_RISES = 2


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


def decide(
    rows: TrainingSet, settings: TrainSettings, points: Points | None, seed: int
) -> tuple[Plan, Floats]:
    """Choose penalty, candidate and number of trees.

    Returns
    -------
    The plan, and the held-out margin, NaN for rows that were not held out.

    Parameters
    ----------
    rows
        Training rows with both kinds of label.
    settings, points, seed
        As in `models.training.fit_model.fit`.
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
    weights, stacked = stack(prior, own, rows.label, judging)
    candidates: dict[str, tuple[Floats, Growth, Weights]] = {
        "scorecard_then_trees": (prior + after.margin, after, Weights(1.0, 1.0)),
        "scorecard_beside_trees": (stacked, alone, weights),
    }
    losses = {"scorecard": _log_loss(rows.label[judged], prior[judged])}
    losses |= {
        name: _log_loss(rows.label[judged], m[judged]) for name, (m, _, _) in candidates.items()
    }
    grown = [name for name, (_, growth, _) in candidates.items() if growth.trees > 0]
    name = min(grown, key=lambda one: losses[one], default="scorecard")
    margin, growth, chosen = candidates.get(name, (prior, after, Weights()))
    by_hand = points is not None and penalty == max(settings.scorecard.penalties)
    proof = _PROVEN if by_hand else _UNLIKELY
    if not grown or not _beats(proof, prior[judged], margin[judged], rows.take(judged)):
        return Plan(penalty, log_loss=losses), prior
    margin = np.where(judged, margin, np.nan)
    first = name == "scorecard_then_trees"
    return Plan(penalty, growth.trees, growth.learning_rate, first, chosen, losses), margin


def _beats(proof: float, before: Floats, after: Floats, rows: TrainingSet) -> bool:
    """Return whether a margin beats another by that many standard errors, rows of a lead as one.

    More are needed where there are few conversions, whose spread is uncertain: one more at ten.
    """
    label = rows.label
    gain = margin_log_losses(label=label, margin=before) - margin_log_losses(
        label=label, margin=after
    )
    fewest = min(rows.conversions, len(rows) - rows.conversions)
    wanted = proof + _FEW_CONVERSIONS / max(1, fewest)
    return _standard_errors(gain, rows.lead) > wanted


def _log_loss(label: Floats, margin: Floats) -> float:
    return float(margin_log_losses(label=label, margin=margin).mean())


def _standard_errors(gain: Floats, lead: NDArray[np.int64]) -> float:
    """Compute a gain as a multiple of its standard error, rows of a lead taken as one."""
    by_lead = np.bincount(np.unique(lead, return_inverse=True)[1], weights=gain)
    deviation = float(np.sqrt(np.sum(by_lead**2)))
    return float(gain.sum()) / deviation if deviation > 0.0 else 0.0


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
    return _standard_errors(gain, later.lead) > _UNLIKELY


def choose_penalty(
    rows: TrainingSet, fold: NDArray[np.int64], how: How
) -> tuple[float, Floats | None]:
    """Choose the scorecard's penalty by log loss out of fold: ever weaker, until it rises twice.

    With hand-given points, the strongest penalty, which leaves little but them, stays unless what
    is learned beyond them is better by more than chance.

    Parameters
    ----------
    rows
        Training rows with both kinds of label.
    fold
        Shape (rows,): fold of every row, by lead.
    how
        Settings, hand-given points, seed.

    Returns
    -------
    The penalty, and the held-out margin with it; None if only a draw of the rows took part.
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
    first = chosen = np.zeros(len(few))
    for penalty in penalties:
        margin = np.empty(len(few))

        def fill(k: int, margin: Floats = margin) -> None:
            margin[fold == k] = next(paths[k]).margin(few.values[fold == k])

        for_each(fill, settings)
        loss = _log_loss(few.label, margin)
        first = margin if penalty == penalties[0] else first
        rises = rises + 1 if loss >= least else 0
        if rises == _RISES:
            break
        if rises == 0:
            best, least, chosen = penalty, loss, margin
    if points is not None and not _beats(_PROVEN, first, chosen, few):
        best, chosen = penalties[0], first
    return best, chosen if len(few) == len(rows) else None


def for_each(task: Callable[[int], None], settings: TrainSettings) -> None:
    """Run a task for every fold, as many at a time as there are threads.

    Parameters
    ----------
    task
        Takes the number of the fold.
    settings
        How many folds, how many threads.
    """
    with ThreadPoolExecutor(settings.booster.threads) as pool:
        list(pool.map(task, range(settings.folds)))


def fit_scorecard(
    rows: TrainingSet, penalty: float, settings: TrainSettings, points: Points | None, seed: int
) -> Scorecard:
    """Fit the scorecard on all rows, or on a draw of leads if there are too many.

    Parameters
    ----------
    rows
        Training rows.
    penalty
        Strength of the L2 penalty.
    settings, points, seed
        As in `models.training.fit_model.fit`.
    """
    drawn = scorecard.draw_leads(rows.lead, settings.scorecard.max_rows, seed)
    few = rows if len(drawn) == len(rows) else rows.take(drawn)
    return scorecard.fit(few, penalty, settings.scorecard, points)


def held_out_scorecard(
    rows: TrainingSet, fold: NDArray[np.int64], penalty: float, how: How
) -> Floats:
    """Compute the margin of every row by a scorecard that was not trained on its lead.

    Parameters
    ----------
    rows
        Training rows.
    fold
        Shape (rows,): fold of every row, by lead.
    penalty
        Strength of the L2 penalty.
    how
        Settings, hand-given points, seed.
    """
    settings, points, seed = how
    margin = np.empty(len(rows))

    def fill(k: int) -> None:
        card = fit_scorecard(rows.take(fold != k), penalty, settings, points, seed)
        margin[fold == k] = card.margin(rows.values[fold == k])

    for_each(fill, settings)
    return margin


def level_start(rows: TrainingSet) -> Floats:
    """Return the log-odds of the base rate for every row: shape (rows,)."""
    rate = (rows.conversions + 0.5) / (len(rows) + 1.0)
    return np.full(len(rows), np.log(rate / (1.0 - rate)))
