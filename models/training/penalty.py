"""The scorecard's penalty, chosen out of fold, and held-out margins of scorecards.

Decided here: the path goes from the strongest penalty to ever weaker ones and ends when the loss
has risen twice, or once on many rows, where it is smooth. Above `ScorecardSettings.max_choice_rows`
a draw of leads decides.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from models.model import scorecard
from models.model.points import Points
from models.model.scorecard import Scorecard
from models.model.settings import TrainSettings
from models.stats.training_set import Floats, TrainingSet
from models.training import scorecard_fit
from models.training.gain import PROVEN, beats, mean_log_loss
from models.training.time.period_folds import Folds

How = tuple[TrainSettings, Points | None, int]
"""Settings, hand-given points, seed."""
_RISES, _MANY_ROWS = 2, 5_000


def choose_penalty(rows: TrainingSet, folds: Folds, how: How) -> tuple[float, Floats | None]:
    """Choose the scorecard's penalty by log loss out of fold: ever weaker, until it rises.

    With hand-given points, the strongest penalty, which leaves little but them, stays unless what
    is learned beyond them is better by more than chance.

    Parameters
    ----------
    rows
        Training rows with both kinds of label.
    folds
        The fold of every row, by lead.
    how
        Settings, hand-given points, seed.

    Returns
    -------
    The penalty, and the held-out margin with it; None if only a draw of the rows took part.
    """
    settings, points, seed = how
    drawn = scorecard.draw_leads(rows.lead, settings.scorecard.max_choice_rows, seed)
    few, folds = rows.take(drawn), folds.take(drawn)
    fold = folds.fold
    penalties = tuple(sorted(settings.scorecard.penalties, reverse=True))
    paths = [
        scorecard_fit.fit_path(few.take(fold != k), penalties, settings.scorecard, points)
        for k in range(folds.count)
    ]
    best, least, rises = penalties[0], np.inf, 0
    first = chosen = np.zeros(len(few))
    for penalty in penalties:
        margin = np.empty(len(few))

        def fill(k: int, margin: Floats = margin) -> None:
            margin[fold == k] = next(paths[k]).margin(few.values[fold == k])

        for_each(fill, folds.count, settings)
        loss = mean_log_loss(few.label, folds.level(margin, few))
        first = margin if penalty == penalties[0] else first
        rises = rises + 1 if loss >= least else 0
        if rises == (_RISES if len(few) < _MANY_ROWS else 1):
            break
        if rises == 0:
            best, least, chosen = penalty, loss, margin
    before, after = folds.level(first, few), folds.level(chosen, few)
    if points is not None and not beats(PROVEN, before, after, few):
        best, chosen = penalties[0], first
    return best, chosen if len(few) == len(rows) else None


def for_each(task: Callable[[int], None], folds: int, settings: TrainSettings) -> None:
    """Run a task for every fold, as many at a time as there are threads.

    Parameters
    ----------
    task
        Takes the number of the fold.
    folds
        How many folds.
    settings
        How many threads.
    """
    with ThreadPoolExecutor(settings.booster.threads) as pool:
        list(pool.map(task, range(folds)))


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
    return scorecard_fit.fit(few, penalty, settings.scorecard, points)


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

    for_each(fill, int(fold.max()) + 1, settings)
    return margin
