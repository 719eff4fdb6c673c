"""What a draw of leads costs in accuracy: equal chances against keeping all who converted.

    python -m benchmarks.growth.draw [--leads N] [--seeds S ...]

Decided here: of a sample company, which states its true probabilities, a model learns from all
accounts, from a share of them with equal chances (what `draw.max_snapshots` does), and from as many
distinct rows with all accounts that converted. There each row of the other accounts stands for
several: it is repeated so often, which is its weight. Judged is the log loss expected by the truth
on the same later rows, less that of the truth itself, so that no luck of the test is in it.
"""

import argparse
import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from benchmarks.quality import dated
from benchmarks.quality.limit import true_auc
from benchmarks.quality.words import SETTINGS, expected_log_loss
from models.stats.training_set import TrainingSet
from models.training import fit_model

LEADS: Final = 20_000
SEEDS: Final = (41, 42)
SHARES: Final = (0.5, 0.25)
Figures = dict[str, float]


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth.draw")
    parser.add_argument("--leads", type=int, default=LEADS)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    options = parser.parse_args(arguments)
    companies = []
    for seed in options.seeds:
        companies.append(measure(options.leads, seed))
        print(companies[-1], flush=True)
    result = {"leads": options.leads, "seeds": options.seeds, "companies": companies}
    print(harness.write("draw", result, "numpy", "lightgbm"))


def measure(leads: int, seed: int) -> dict[str, Figures]:
    """Measure one company: what each way of drawing loses.

    Parameters
    ----------
    leads
        How many leads it has.
    seed
        Of the company and of the draws.
    """
    known = dated.known_company(leads, seed)
    drawn = {"all": known.rows}
    for share in SHARES:
        drawn[f"equal chances, {share:g}"] = known.rows.take(equal(known.rows, share, seed))
        drawn[f"all conversions, {share:g}"] = with_all_conversions(known.rows, share, seed)
    return {name: _judged(known, rows) for name, rows in drawn.items()}


def equal(rows: TrainingSet, share: float, seed: int) -> NDArray[np.intp]:
    """Draw a share of the accounts with equal chances; return the positions of their rows.

    Parameters
    ----------
    rows
        The rows.
    share
        The chance of each account.
    seed
        Of the draw.
    """
    groups = np.unique(rows.group)
    chosen = groups[np.random.default_rng(seed).random(len(groups)) < share]
    return np.flatnonzero(np.isin(rows.group, chosen))


def with_all_conversions(rows: TrainingSet, share: float, seed: int) -> TrainingSet:
    """Take all accounts that converted; draw of the others until a share of the rows is there.

    Each row of the others stands for several, and is repeated so often (rounded by chance, account
    by account).

    Parameters
    ----------
    rows
        The rows.
    share
        Of the rows that are there afterwards, without repetitions.
    seed
        Of the draw.
    """
    random = np.random.default_rng(seed)
    converted = np.isin(rows.group, rows.group[rows.label == 1.0])
    chance = max(share * len(rows) - np.count_nonzero(converted), 1.0)
    chance /= np.count_nonzero(~converted)
    if chance >= 1.0:
        return rows
    others = np.unique(rows.group[~converted])
    chosen = others[random.random(len(others)) < chance]
    weight = np.floor(1.0 / chance + random.random(len(chosen))).astype(np.int64)
    times = converted.astype(np.int64)
    own = np.isin(rows.group, chosen)
    times[own] = weight[np.searchsorted(chosen, rows.group[own])]
    return rows.take(np.repeat(np.arange(len(rows)), times))


def _judged(known: dated.Known, rows: TrainingSet) -> Figures:
    model = fit_model.fit(rows, SETTINGS, points=known.points_of("coarse"), seed=0)
    predicted = model.probability(known.test.values)
    limit = expected_log_loss(known.truth, known.truth)
    distinct = len(np.unique(np.column_stack([rows.lead, rows.cutoff]), axis=0))
    return {
        "rows": distinct,
        "converted_rows": rows.conversions,
        "log_loss_above_truth": expected_log_loss(known.truth, predicted) - limit,
        "auc_of_truth": true_auc(known.truth, predicted),
        "mean_predicted": float(predicted.mean()),
        "mean_truth": float(known.truth.mean()),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
