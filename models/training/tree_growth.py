"""Growing the trees of the booster, and choosing how many.

Decided here: the same seed and rows give the same trees; classes are never reweighted; held-out
folds by lead choose how many trees, and none is a possible choice.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.model.booster import Booster, lightgbm
from models.model.booster_parameters import bins, categories, columns, parameters, threads_for
from models.model.settings import BoosterSettings
from models.stats.log_odds import logit
from models.stats.metrics import margin_log_losses
from models.stats.training_set import Floats, Rows, TrainingSet

_DOUBLINGS = 3


_STEP = 10
"""Held-out rows are judged after so many trees, and again after as many."""


Losses = Callable[[Floats, Floats], Floats]
"""Margins and labels of the rows of a fold -> the loss of every row."""


@dataclass(frozen=True)
class Growth:
    """How many trees are worth growing, at which rate.

    Attributes
    ----------
    trees
        The number with the least held-out log loss; possibly 0.
    learning_rate
        The rate they were grown at.
    log_loss
        Held-out log loss with that many trees.
    margin
        Shape (rows,): the held-out margin of the trees alone.
    """

    trees: int
    learning_rate: float
    log_loss: float
    margin: Floats


class Grow(Protocol):
    """Grow a number of trees: here by `grow`, on a cluster by `models.training.cluster_growth`."""

    def __call__(
        self,
        rows: TrainingSet,
        start: Floats,
        growth: tuple[int, float],
        settings: BoosterSettings,
        seed: int,
    ) -> Booster:
        """Grow trees; the parameters are those of `grow`."""


def dataset(rows: TrainingSet, start: Floats, settings: BoosterSettings, threads: int = 1) -> Any:
    """Build LightGBM's data set of the rows, a `lightgbm.Dataset`.

    Parameters
    ----------
    rows
        The rows.
    start
        Shape (rows,): the margin that each row starts from.
    settings
        How the trees will be grown.
    threads
        Threads of LightGBM.
    """
    params = parameters(settings, len(rows), settings.learning_rate, 0, threads)
    params["max_bin"] = bins(len(rows))
    data = lightgbm().Dataset(
        rows.values,
        label=rows.label,
        init_score=start,
        **columns(rows),
        free_raw_data=False,
        params=params,
    )
    return data.construct()


def grow(
    rows: TrainingSet,
    start: Floats,
    growth: tuple[int, float],
    settings: BoosterSettings,
    seed: int,
) -> Booster:
    """Grow a number of trees on all rows.

    Parameters
    ----------
    rows
        The rows.
    start
        Shape (rows,): the margin that the trees correct.
    growth
        Number of trees, learning rate.
    settings
        How a tree is grown.
    seed
        Seed of LightGBM's draws.
    """
    trees, learning_rate = growth
    threads = threads_for(rows, settings)
    params = parameters(settings, len(rows), learning_rate, seed, threads) | categories(len(rows))
    data = dataset(rows, start, settings, threads)
    model = lightgbm().train(params, data, num_boost_round=trees)
    return Booster(model.model_to_string())


def plain_losses(margin: Floats, label: Floats) -> Floats:
    """Compute the log loss of every row.

    Parameters
    ----------
    margin, label
        Shape (rows,).
    """
    return margin_log_losses(label=label, margin=margin)


def try_growth(
    rows: TrainingSet,
    start: Floats,
    fold: NDArray[np.int64],
    settings: BoosterSettings,
    seed: int,
    losses: Losses = plain_losses,
) -> Growth:
    """Choose the number of trees by held-out folds; the rate is doubled while more would help.

    Parameters
    ----------
    rows
        The rows.
    start
        Shape (rows,): the margin that the trees correct, computed out of fold.
    fold
        Shape (rows,): fold of every row, by lead; -1 for rows that are trained on only.
    settings
        How a tree is grown, and how many trees at most.
    seed
        Seed of LightGBM's draws.
    losses
        How the margins of a fold are judged.
    """
    data = dataset(rows, start, settings)
    rate = settings.learning_rate
    best = _try_rate(data, (rows, start, fold), (rate, losses), settings, seed)
    for _ in range(_DOUBLINGS):
        if best.trees < 0.9 * settings.max_trees:
            break
        rate *= 2.0
        faster = _try_rate(data, (rows, start, fold), (rate, losses), settings, seed)
        if faster.log_loss > best.log_loss:
            break
        best = faster
    return best


def _try_rate(
    data: Any,
    folded: tuple[TrainingSet, Floats, NDArray[np.int64]],
    tried: tuple[float, Losses],
    settings: BoosterSettings,
    seed: int,
) -> Growth:
    rows, start, fold = folded
    params = parameters(settings, len(rows), tried[0], seed) | categories(len(rows))
    folds = []
    for k in range(int(fold.max()) + 1):
        held = np.flatnonzero(fold == k)
        model = lightgbm().Booster(params, data.subset(np.flatnonzero(fold != k)))
        model.add_valid(data.subset(held), "held")
        folds.append(_Fold(model, held, start[held], rows.label[held]))
    trees, loss, margins = _grow_together(folds, settings, tried[1])
    margin = np.zeros(len(rows))
    for one, grown in zip(folds, margins, strict=True):
        margin[one.held] = grown - one.start
    return Growth(trees, tried[0], loss, margin)


class _Fold(NamedTuple):
    """One fold: the trees of the other rows, its own rows, their start and their labels."""

    model: Any
    held: Rows
    start: Floats
    label: Floats


def _grow_together(
    folds: list[_Fold], settings: BoosterSettings, losses: Losses
) -> tuple[int, float, list[Floats]]:
    """Grow all folds, some trees at a time; return the number of trees with the least loss.

    That loss and the margins of the rows held out of each fold come along. Growing stops when the
    loss has not fallen for `patience` trees. One thread a fold: threads that share a tree wait for
    each other more than they work.
    """
    rows = sum(len(one.held) for one in folds)

    def loss_of(margins: list[Floats]) -> float:
        each = (losses(m, one.label).sum() for m, one in zip(margins, folds, strict=True))
        return float(sum(each)) / rows

    margins = [one.start for one in folds]
    best = 0, loss_of(margins), margins
    with ThreadPoolExecutor(settings.threads, initializer=_quiet) as pool:
        trees = 0
        while trees < settings.max_trees and trees - best[0] < settings.patience:
            step = min(_STEP, settings.max_trees - trees)
            margins = list(pool.map(_grow_some, folds, [step] * len(folds)))
            trees, loss = trees + step, loss_of(margins)
            best = (trees, loss, margins) if loss < best[1] else best
    return best


def _quiet() -> None:
    """Set LightGBM's verbosity, which it stores for each thread, and its number of threads."""
    lightgbm().Dataset(np.zeros((2, 1)), params={"verbosity": -1, "num_threads": 1}).construct()


def _grow_some(one: _Fold, step: int) -> Floats:
    """Grow some trees more, and return the margins of the rows that were held out."""
    for _ in range(step):
        one.model.update()
    held: list[Floats] = []

    def read(probability: Floats, _: Any) -> tuple[str, float, bool]:
        held.append(np.array(probability))
        return "", 0.0, False

    one.model.eval_valid(read)
    return logit(held[0])
