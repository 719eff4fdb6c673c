"""The booster: LightGBM trees that start from a given margin.

Decided here: small trees, so that reasons stay exact and cheap; the same seed and rows give the
same trees; classes are never reweighted; held-out folds by lead choose how many trees, and none is
a possible answer. Stored as LightGBM's own text.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.model.settings import BoosterSettings
from models.stats.training_set import Floats, Rows, TrainingSet, Values

_DOUBLINGS = 3
_STEP = 10
_MANY_VALUES = 10_000_000
_ROWS_A_BIN = 20
_LEAST_LEAVES, _ROWS_A_LEAF = 4, 500
_BINS = (31, 255)
_CATEGORY_ROWS, _CATEGORY_SMOOTH = 100_000.0, (10.0, 100.0)


@dataclass(frozen=True)
class Booster:
    """Trees in LightGBM's text form; without the margin they started from."""

    text: str

    @cached_property
    def model(self) -> Any:
        """The parsed trees."""
        return _lightgbm().Booster(model_str=self.text)

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return int(self.model.num_trees())

    @cached_property
    def expected(self) -> float:
        """The trees' average margin over their training rows: where SHAP values start from."""
        features = self.model.num_feature()
        parts = self.model.predict(np.zeros((1, features)), pred_contrib=True)
        return float(parts[0, -1])

    def margin(self, values: Values) -> Floats:
        """Give the sum of the trees: shape (rows,)."""
        if len(values) == 0:
            return np.empty(0)
        return np.asarray(self.model.predict(values, raw_score=True), dtype=np.float64)


@dataclass(frozen=True)
class Growth:
    """How many trees were worth growing, at which rate.

    Attributes
    ----------
    trees
        The number with the least held-out log loss; possibly 0.
    learning_rate
        The rate they were grown at.
    log_loss
        Held-out log loss with so many trees.
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
        """Do what `grow` does."""


def parameters(
    settings: BoosterSettings, rows: int, learning_rate: float, seed: int, threads: int = 1
) -> dict[str, Any]:
    """Spell the settings as LightGBM does, for so many rows."""
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "num_leaves": leaves(settings, rows),
        "learning_rate": learning_rate,
        "min_data_in_leaf": settings.min_leaf_rows,
        "min_sum_hessian_in_leaf": settings.min_leaf_hessian,
        "lambda_l2": settings.leaf_penalty,
        "feature_fraction": settings.feature_share,
        "bagging_fraction": settings.row_share,
        "bagging_freq": 1,
        "max_cat_threshold": 16,
        "min_data_per_group": 50,
        "min_data_in_bin": 5,
        "boost_from_average": False,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "seed": seed,
        "verbosity": -1,
    }


def leaves(settings: BoosterSettings, rows: int) -> int:
    """Give a tree one leaf more for every so many rows: fewer carry only simple trees.

    >>> [leaves(BoosterSettings(max_leaves=8), rows) for rows in (200, 3_000, 100_000)]
    [4, 6, 8]
    """
    return min(settings.max_leaves, max(_LEAST_LEAVES, rows // _ROWS_A_LEAF))


def categories(rows: int) -> dict[str, float]:
    """Smooth the categories the less, the more rows there are."""
    smooth = float(np.clip(_CATEGORY_ROWS / rows, *_CATEGORY_SMOOTH))
    return {"cat_smooth": smooth, "cat_l2": 0.8 * smooth}


def bins(rows: int) -> int:
    """Give a feature the more bins, the more rows there are."""
    return int(np.clip(rows // _ROWS_A_BIN, *_BINS))


def threads_for(rows: TrainingSet, settings: BoosterSettings) -> int:
    """Use one thread for few values: handing work over would take longer than doing it."""
    return settings.threads if rows.values.size > _MANY_VALUES else 1


def columns(rows: TrainingSet) -> dict[str, Any]:
    """Give LightGBM names of the columns, which go by place, and say which are categories."""
    names = [f"f{column}" for column in range(len(rows.names))]
    return {"feature_name": names, "categorical_feature": np.flatnonzero(rows.categorical).tolist()}


def dataset(rows: TrainingSet, start: Floats, settings: BoosterSettings, threads: int = 1) -> Any:
    """Make LightGBM's form of the rows, each starting from its own margin."""
    spelled = parameters(settings, len(rows), settings.learning_rate, 0, threads)
    spelled["max_bin"] = bins(len(rows))
    made = _lightgbm().Dataset(
        rows.values,
        label=rows.label,
        init_score=start,
        **columns(rows),
        free_raw_data=False,
        params=spelled,
    )
    return made.construct()


def grow(
    rows: TrainingSet,
    start: Floats,
    growth: tuple[int, float],
    settings: BoosterSettings,
    seed: int,
) -> Booster:
    """Grow a given number of trees at a given rate on all rows.

    Parameters
    ----------
    rows
        The rows.
    start
        Shape (rows,): the margin that the trees correct.
    growth
        Number of trees, learning rate.
    """
    trees, learning_rate = growth
    threads = threads_for(rows, settings)
    spelled = parameters(settings, len(rows), learning_rate, seed, threads) | categories(len(rows))
    data = dataset(rows, start, settings, threads)
    model = _lightgbm().train(spelled, data, num_boost_round=trees)
    return Booster(model.model_to_string())


def try_growth(
    rows: TrainingSet,
    start: Floats,
    fold: NDArray[np.int64],
    settings: BoosterSettings,
    seed: int,
) -> Growth:
    """Find how many trees pay on held-out folds; the rate is doubled while more would still pay.

    Parameters
    ----------
    rows
        The rows.
    start
        Shape (rows,): the margin that the trees correct; honest, that is, out of fold.
    fold
        Shape (rows,): fold of every row, by lead; -1 for rows that only teach.
    """
    data = dataset(rows, start, settings)
    rate = settings.learning_rate
    best = _try_rate(data, (rows, start, fold), rate, settings, seed)
    for _ in range(_DOUBLINGS):
        if best.trees < 0.9 * settings.max_trees:
            break
        rate *= 2.0
        faster = _try_rate(data, (rows, start, fold), rate, settings, seed)
        if faster.log_loss > best.log_loss:
            break
        best = faster
    return best


def _try_rate(
    data: Any,
    what: tuple[TrainingSet, Floats, NDArray[np.int64]],
    rate: float,
    settings: BoosterSettings,
    seed: int,
) -> Growth:
    rows, start, fold = what
    spelled = parameters(settings, len(rows), rate, seed) | categories(len(rows))
    judged = np.flatnonzero(fold >= 0)
    models: list[tuple[Any, Rows]] = []
    for k in range(int(fold.max()) + 1):
        held = np.flatnonzero(fold == k)
        model = _lightgbm().Booster(spelled, data.subset(np.flatnonzero(fold != k)))
        model.add_valid(data.subset(held), "held")
        models.append((model, held))
    losses = _grow_together(models, settings)
    losses[0] = log_loss(start[judged], rows.label[judged])
    trees = int(np.argmin(losses))
    margin = np.zeros(len(rows))
    for model, held in models if trees else []:
        margin[held] = model.predict(
            rows.values[held], raw_score=True, num_iteration=trees, num_threads=1
        )
    return Growth(trees, rate, float(losses[trees]), margin)


def _grow_together(models: list[tuple[Any, Rows]], settings: BoosterSettings) -> Floats:
    """Grow all folds, some trees at a time; give the pooled held-out log loss after each number.

    Stops when the pooled loss has not fallen for `patience` trees. Place 0 is left to the caller.
    One thread a fold: threads that share a tree wait for each other more than they work.
    """
    share = np.array([len(held) for _, held in models], dtype=np.float64)
    share /= share.sum()
    losses = [np.inf]
    with ThreadPoolExecutor(settings.threads, initializer=_quiet) as pool:
        while len(losses) <= settings.max_trees:
            step = min(_STEP, settings.max_trees + 1 - len(losses))
            each = list(pool.map(_grow_some, models, [step] * len(models)))
            losses += (share @ np.array(each)).tolist()
            if len(losses) - 1 - int(np.argmin(losses)) >= settings.patience:
                break
    return np.array(losses)


def _quiet() -> None:
    """Ask for silence, of which LightGBM keeps a level for each thread, and for no more threads."""
    _lightgbm().Dataset(np.zeros((2, 1)), params={"verbosity": -1, "num_threads": 1}).construct()


def _grow_some(one: tuple[Any, Rows], step: int) -> list[float]:
    model, _ = one
    losses = []
    for _ in range(step):
        model.update()
        losses.append(float(model.eval_valid()[0][2]))
    return losses


def log_loss(margin: Floats, label: Floats) -> float:
    """Give the mean log loss of margins."""
    return float(np.mean(log_losses(margin, label)))


def log_losses(margin: Floats, label: Floats) -> Floats:
    """Give the log loss of every margin."""
    return np.asarray(np.logaddexp(0.0, margin) - label * margin)


def _lightgbm() -> Any:
    """Import LightGBM when trees are read or grown: it takes long, and some models have none."""
    import lightgbm  # noqa: PLC0415 - as the docstring says

    return lightgbm
