"""LightGBM's parameters, by the settings and the number of rows.

Decided here: fewer rows get smaller trees, fewer bins and smoother categories; classes are never
reweighted; the same seed and rows give the same trees.
"""

from typing import Any

import numpy as np

from models.model.settings import BoosterSettings
from models.stats.training_set import TrainingSet

_MANY_VALUES = 10_000_000
_ROWS_A_BIN = 20
_LEAST_LEAVES, _ROWS_A_LEAF = 4, 500
_BINS = (31, 255)
_CATEGORY_ROWS, _CATEGORY_SMOOTH = 100_000.0, (10.0, 100.0)


def parameters(
    settings: BoosterSettings, rows: int, learning_rate: float, seed: int, threads: int = 1
) -> dict[str, Any]:
    """Return the settings as LightGBM's parameters.

    Parameters
    ----------
    settings
        The settings.
    rows
        How many rows will be trained on: few of them get smaller trees.
    learning_rate
        The rate, which takes the place of that in the settings.
    seed
        Seed of LightGBM's draws.
    threads
        Threads of LightGBM.
    """
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
        "force_col_wise": True,
        "num_threads": threads,
        "seed": seed,
        "verbosity": -1,
    }


def leaves(settings: BoosterSettings, rows: int) -> int:
    """Return the most leaves of a tree: fewer on few rows, which support only simple trees.

    >>> [leaves(BoosterSettings(max_leaves=8), rows) for rows in (200, 3_000, 100_000)]
    [4, 6, 8]

    Parameters
    ----------
    settings
        The upper limit.
    rows
        How many rows will be trained on.
    """
    return min(settings.max_leaves, max(_LEAST_LEAVES, rows // _ROWS_A_LEAF))


def categories(rows: int) -> dict[str, float]:
    """Return how much to smooth categories: the more rows there are, the less."""
    smooth = float(np.clip(_CATEGORY_ROWS / rows, *_CATEGORY_SMOOTH))
    return {"cat_smooth": smooth, "cat_l2": 0.8 * smooth}


def bins(rows: int) -> int:
    """Return the most bins of a feature: the more rows there are, the more."""
    return int(np.clip(rows // _ROWS_A_BIN, *_BINS))


def threads_for(rows: TrainingSet, settings: BoosterSettings) -> int:
    """Return the number of threads: one for few values, where handing work over costs more.

    Parameters
    ----------
    rows
        The rows to train on.
    settings
        The number of threads for many values.
    """
    return settings.threads if rows.values.size > _MANY_VALUES else 1


def columns(rows: TrainingSet) -> dict[str, Any]:
    """Return LightGBM's arguments for the columns: names by position, and which are categories."""
    names = [f"f{column}" for column in range(len(rows.names))]
    return {"feature_name": names, "categorical_feature": np.flatnonzero(rows.categorical).tolist()}
