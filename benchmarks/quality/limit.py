"""How far from the best that anybody could know, and what of it is owed to what.

    python -m benchmarks.quality.limit

Decided here: the sample company knows the true probability of every snapshot given what can be
seen. It judges (every test row counts as converted by its true probability, so that no luck is in
the figures), and it teaches: trees that learn the true probabilities themselves meet no luck in
outcomes. Taught by rows before the test, they fall short by what the features and such trees cannot
say and by what the later days changed (seasons seen once or never, what tells no more); taught by
as many rows of the test's own days, of other leads, by the former alone.
"""

import argparse
import sys
import time
from typing import Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from benchmarks.quality import dated
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model

COMPANIES: Final = {20_000: 4, 100_000: 1}
"""Leads -> how many companies, of seeds that follow each other."""
SEED: Final = 7
TREES: Final = 400
PARAMETERS: Final = {
    "objective": "cross_entropy",
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.5,
    "max_bin": 127,
    "num_threads": 2,
    "seed": SEED,
    "verbosity": -1,
}

Facts = dict[str, float]


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    argparse.ArgumentParser(prog="python -m benchmarks.quality.limit").parse_args(arguments)
    sizes = []
    for leads, companies in COMPANIES.items():
        figures = []
        for seed in range(SEED, SEED + companies):
            figures.append(measure(leads, seed))
            print(leads, seed, figures[-1], flush=True)
        sizes.append({"leads": leads, "companies": companies} | together(figures))
    print(harness.write("limit", {"sizes": sizes}, "numpy", "lightgbm"))


def together(figures: list[Facts]) -> Facts:
    """Return the mean of every figure over companies, and its standard error if there are several.

    >>> together([{"gap": 0.02}, {"gap": 0.04}])
    {'gap': 0.03, 'gap_se': 0.01}
    >>> together([{"gap": 0.02}])
    {'gap': 0.02}
    """
    summary: Facts = {}
    for name in figures[0]:
        each = np.array([one[name] for one in figures])
        summary[name] = round(float(each.mean()), 5)
        if len(each) > 1:
            summary[f"{name}_se"] = round(float(each.std(ddof=1) / np.sqrt(len(each))), 5)
    return summary


def measure(leads: int, seed: int) -> Facts:
    """Take the gap of one company apart."""
    known = dated.known_company(leads, seed)
    limit = true_auc(known.truth, known.truth)
    began = time.perf_counter()
    model = fit_model.fit(known.rows, points=known.points_of("good"), seed=SEED)
    ours = true_auc(known.truth, model.probability(known.test.values))
    seconds = time.perf_counter() - began
    learned = _from_truth(known.rows, known.taught_truth, known.test)
    without_luck = true_auc(known.truth, learned)
    changed = _change_of_times(known)
    return {
        "rows": len(known.rows),
        "converted_rows": known.rows.conversions,
        "test_rows": len(known.test),
        "limit": limit,
        "mikomi": ours,
        "gap": limit - ours,
        "of_luck_in_outcomes": without_luck - ours,
        "of_change_of_times": changed,
        "of_features_and_trees": limit - without_luck - changed,
        "seconds": seconds,
    }


def true_auc(truth: Floats, predicted: Floats) -> float:
    """Return the expected AUC of an order, when every row converts by its true probability.

    Equal values count half, as if their order were drawn.

    >>> true_auc(np.array([0.0, 1.0, 1.0]), np.array([1.0, 1.0, 2.0]))
    0.75
    """
    _, tie = np.unique(predicted, return_inverse=True)
    hits, misses = np.bincount(tie, truth), np.bincount(tie, 1.0 - truth)
    below = np.cumsum(misses) - 0.5 * misses
    return float(hits @ below / (hits.sum() * misses.sum()))


def _change_of_times(known: dated.Known) -> float:
    """Measure what is lost by learning from earlier rows, and not from the test's own days."""
    teaches = _half(known.test.lead)
    test, truth = known.test.take(~teaches), known.truth[~teaches]
    few = np.random.default_rng(SEED).permutation(len(known.rows))[: np.count_nonzero(teaches)]
    same = _from_truth(known.test.take(teaches), known.truth[teaches], test)
    earlier = _from_truth(known.rows.take(few), known.taught_truth[few], test)
    return true_auc(truth, same) - true_auc(truth, earlier)


def _half(lead: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Draw half of the leads."""
    leads, place = np.unique(lead, return_inverse=True)
    drawn: NDArray[np.bool_] = (np.random.default_rng(SEED).random(len(leads)) < 0.5)[place]
    return drawn


def _from_truth(rows: TrainingSet, truth: Floats, test: TrainingSet) -> Floats:
    """Grow trees towards true probabilities; return their predictions for other rows."""
    data = lightgbm.Dataset(
        rows.values,
        label=truth,
        categorical_feature=np.flatnonzero(rows.categorical).tolist(),
        params=PARAMETERS,
    )
    predicted: Floats = lightgbm.train(PARAMETERS, data, TREES).predict(test.values)
    return predicted


if __name__ == "__main__":
    main(sys.argv[1:])
