"""A quick model, for questions about the data rather than about a lead.

Decided here: eighty small trees of LightGBM, out of fold by lead. What a set of columns explains is
the log loss of the base rate less that of the quick model, in nats a row: nothing is 0, all is the
entropy of the base rate.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from models.baselines.learned import Trees, trees
from models.stats.metrics import auc, log_loss
from models.stats.training_set import Floats, TrainingSet

ROUNDS: Final = 80
_SPELLED: Final = {
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
    """Draw whole leads until about `most` rows are there; fewer rows stay as they are."""
    if len(rows) <= most:
        return rows
    codes, place = np.unique(rows.lead, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(codes))
    counted = np.cumsum(np.bincount(place)[order])
    kept = order[: int(np.searchsorted(counted, most)) + 1]
    return rows.take(np.isin(place, kept))


def of_columns(rows: TrainingSet, columns: Sequence[int]) -> TrainingSet:
    """Keep some columns."""
    kept = list(columns)
    return replace(
        rows,
        values=np.ascontiguousarray(rows.values[:, kept]),
        names=tuple(rows.names[column] for column in kept),
        categorical=rows.categorical[kept],
    )


def fit(rows: TrainingSet, seed: int = 0) -> Trees:
    """Fit the quick model."""
    return trees(rows, _SPELLED | {"seed": seed}, ROUNDS)


def out_of_fold(rows: TrainingSet, folds: int = 2, seed: int = 0) -> Floats:
    """Give every row a probability of a model that has not seen its lead: shape (rows,)."""
    codes, place = np.unique(rows.lead, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(codes))[place] % folds
    given = np.zeros(len(rows))
    for one in range(folds):
        given[fold == one] = fit(rows.take(fold != one), seed).probability(rows.values[fold == one])
    return given


def explained(rows: TrainingSet, columns: Sequence[int], seed: int = 0) -> tuple[float, float]:
    """Tell what some columns explain, in nats a row, and their AUC; both out of fold."""
    if not columns:
        return 0.0, 0.5
    given = out_of_fold(of_columns(rows, columns), seed=seed)
    rate = np.full(len(rows), rows.conversions / len(rows))
    gain = log_loss(rows.label, rate) - log_loss(rows.label, given)
    return float(gain), float(auc(rows.label, given))
