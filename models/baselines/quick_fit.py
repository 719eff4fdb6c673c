"""A quick model for checks of the data: how much some columns explain.

Decided here: eighty small trees of LightGBM, out of fold by lead. What a set of columns explains is
the log loss of the base rate less that of the quick model, in nats a row: 0 if nothing, the entropy
of the base rate if everything.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from models.baselines.learned import Trees, trees
from models.stats.metrics import auc, log_loss
from models.stats.training_set import Floats, TrainingSet

ROUNDS: Final = 80
_PARAMS: Final = {
    "objective": "binary",
    "learning_rate": 0.08,
    "num_leaves": 8,
    "cat_smooth": 20,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def some_leads(rows: TrainingSet, most: int, seed: int = 0) -> TrainingSet:
    """Draw whole leads until there are about `most` rows.

    Parameters
    ----------
    rows
        The rows; returned as they are if there are no more than `most`.
    most
        About how many rows.
    seed
        Seed of the draw.
    """
    if len(rows) <= most:
        return rows
    codes, place = np.unique(rows.lead, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(codes))
    counted = np.cumsum(np.bincount(place)[order])
    drawn = order[: int(np.searchsorted(counted, most)) + 1]
    return rows.take(np.isin(place, drawn))


def of_columns(rows: TrainingSet, columns: Sequence[int]) -> TrainingSet:
    """Return the rows with some of the columns.

    Parameters
    ----------
    rows
        The rows.
    columns
        Positions of the columns.
    """
    selected = list(columns)
    return replace(
        rows,
        values=np.ascontiguousarray(rows.values[:, selected]),
        names=tuple(rows.names[column] for column in selected),
        categorical=rows.categorical[selected],
    )


def fit(rows: TrainingSet, seed: int = 0) -> Trees:
    """Fit the quick model.

    Parameters
    ----------
    rows
        Training rows.
    seed
        Seed of LightGBM.
    """
    return trees(rows, _PARAMS | {"seed": seed}, ROUNDS)


def out_of_fold(rows: TrainingSet, folds: int = 2, seed: int = 0) -> Floats:
    """Compute probabilities by models that were not trained on the lead: shape (rows,).

    Parameters
    ----------
    rows
        The rows.
    folds
        How many folds, by lead.
    seed
        Seed of the folds and of LightGBM.
    """
    codes, place = np.unique(rows.lead, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(codes))[place] % folds
    probability = np.zeros(len(rows))
    for one in range(folds):
        held = fold == one
        probability[held] = fit(rows.take(~held), seed).probability(rows.values[held])
    return probability


def explained(rows: TrainingSet, columns: Sequence[int], seed: int = 0) -> tuple[float, float]:
    """Compute how much some columns explain, in nats a row, and their AUC; both out of fold.

    Parameters
    ----------
    rows
        The rows.
    columns
        Positions of the columns; none explain nothing.
    seed
        Seed of the folds and of LightGBM.
    """
    if not columns:
        return 0.0, 0.5
    probability = out_of_fold(of_columns(rows, columns), seed=seed)
    rate = np.full(len(rows), rows.conversions / len(rows))
    gain = log_loss(label=rows.label, probability=rate) - log_loss(
        label=rows.label, probability=probability
    )
    return float(gain), float(auc(label=rows.label, probability=probability))
