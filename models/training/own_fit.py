"""Fitting an own model: out of fold for its calibration, then on all rows.

Decided here: `train.estimator` names an object with `fit` and `predict_proba`, or a class or
function that makes one without arguments; it is cloned for every fit, with the seed where it takes
one. It receives the feature frame as a table of doubles; missing is NaN, a category its code.
"""

from typing import Any, Final

import numpy as np
from sklearn.base import clone

from features.errors import BadInput
from models.model import own_names
from models.model.own_model import OwnModel, saved, table_of
from models.stats.log_odds import expit
from models.stats.metrics import log_losses
from models.stats.training_set import Floats, TrainingSet
from models.training.combine import Plan
from models.training.time.period_folds import Folds

_BACKGROUND: Final = 8


def decide(rows: TrainingSet, folds: Folds, name: str, seed: int) -> tuple[Plan, Floats]:
    """Fit out of fold; return the plan and the held-out margin of every row.

    Parameters
    ----------
    rows
        Training rows with both kinds of label.
    folds
        The fold of every row.
    name
        Of the estimator.
    seed
        Of the estimator.
    """
    fold = folds.fold
    margin = np.full(len(rows), np.nan)
    for k in range(folds.count):
        learn = rows.take(fold != k)
        if 0 < learn.conversions < len(learn):
            margin[fold == k] = fit(learn, name, seed).margin(rows.values[fold == k])
    held = ~np.isnan(margin)
    loss = log_losses(label=rows.label[held], probability=expit(margin[held]))
    losses = {name: float(np.mean(loss))} if held.any() else {}
    return Plan(0.0, log_loss=losses, estimator=name), margin


def fit(rows: TrainingSet, name: str, seed: int) -> OwnModel:
    """Fit the named estimator on rows.

    Parameters
    ----------
    rows
        Training rows with both kinds of label.
    name
        `module:object`, or an entry point.
    seed
        Of the estimator, where it takes one.

    Raises
    ------
    BadInput
        If it cannot be imported, fitted or saved.
    """
    estimator = _fresh(name, seed)
    silent = np.all(rows.values == 0.0, axis=0) | np.all(np.isnan(rows.values), axis=0)
    table = table_of(rows.values, rows.names, silent)
    try:
        estimator.fit(table, rows.label)
    except Exception as error:
        observed = f"{name}: {type(error).__name__}: {error}"
        do = "correct the estimator: missing values are NaN, such as SimpleImputer fills"
        raise BadInput.of(observed, "a fit on the feature frame", do) from error
    form, content = saved(estimator)
    return OwnModel(name, form, content, rows.names, silent, _background(rows, seed))


def _fresh(name: str, seed: int) -> Any:
    made = own_names.named(name)
    if isinstance(made, type) or not hasattr(made, "fit"):
        made = _made(made, name)
    if not (hasattr(made, "fit") and hasattr(made, "predict_proba")):
        observed = f"train.estimator: {name}, {type(made).__name__}"
        raise BadInput.of(observed, "fit and predict_proba", "name an object that has them")
    fresh = clone(made) if hasattr(made, "get_params") else made
    takes: dict[str, Any] = fresh.get_params() if hasattr(fresh, "get_params") else {}
    seeds = {one: seed for one in takes if one.split("__")[-1] in ("random_state", "random_seed")}
    return fresh.set_params(**seeds) if seeds else fresh


def _made(maker: Any, name: str) -> Any:
    """Call a class or function that makes an estimator."""
    try:
        return maker()
    except Exception as error:
        observed = f"train.estimator: {name}: {type(error).__name__}: {error}"
        do = "install what it needs, or correct it"
        raise BadInput.of(observed, "an estimator, made without arguments", do) from error


def _background(rows: TrainingSet, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Draw every column on its own, so that no row is that of a lead."""
    drawn = np.random.default_rng(seed).integers(0, len(rows), (_BACKGROUND, len(rows.names)))
    return np.take_along_axis(rows.values, drawn, axis=0)
