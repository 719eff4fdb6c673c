"""What account mates are worth: the information planted in committees, and how much is recovered.

    python -m benchmarks.quality.accounts

Decided here: the sample company with committees knows the true probability of every snapshot with
and without what the other leads of the account did. Planted is the expected log loss without them
less that with them; recovered is the same of two models, one with the features of the views
`account` and `buying_group` and one without, judged by the truth, so that no luck of the test is in
the figures. The accounts' own probabilities are judged by what became of them.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks import harness
from benchmarks.quality import dated
from benchmarks.quality.words import SETTINGS, expected_log_loss
from models.evaluation import accounts
from models.model.lead_model import LeadModel
from models.stats.training_set import TrainingSet
from models.training import account_dependence, fit_model
from pipelines.sample import answers

LEADS: Final = 10_000
SEEDS: Final = (7, 23)
VIEWS: Final = ("account", "buying_group")
"""The views that read what others of the account are and did."""


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.accounts")
    parser.add_argument("--leads", type=int, default=LEADS)
    leads = parser.parse_args(arguments).leads
    companies = []
    for seed in SEEDS:
        companies.append(measure(leads, seed))
        print(json.dumps(companies[-1]), flush=True)
    planted, recovered = (
        sum(float(str(one[name])) for one in companies) for name in ("planted", "recovered")
    )
    result = {"leads": leads, "companies": companies, "share": recovered / planted}
    print(harness.write("accounts", result, "numpy", "lightgbm"))


def measure(leads: int, seed: int) -> dict[str, object]:
    """Measure one company.

    Parameters
    ----------
    leads
        How many leads it has.
    seed
        Of the company.
    """
    known = dated.known_company(leads, seed, committees=True)
    truth = answers.truth_at(known.made, known.judged)
    own = truth["probability_given_own"].to_numpy()
    limit = expected_log_loss(known.truth, known.truth)
    planted = expected_log_loss(known.truth, own) - limit
    counts = np.array([one.view not in VIEWS for one in known.catalog.features])
    whole, alone = fit(known.rows), fit(columns(known.rows, counts))
    with_mates = expected_log_loss(known.truth, whole.probability(known.test.values))
    without = expected_log_loss(known.truth, alone.probability(columns(known.test, counts).values))
    rule = account_dependence.learn(known.rows, whole.probability(known.rows.values))
    judged = accounts.judge(rule, known.test, whole.probability(known.test.values))
    return {
        "seed": seed,
        "rows": len(known.rows),
        "converted_rows": known.rows.conversions,
        "log_loss": {"limit": limit, "with_mates": with_mates, "without_mates": without},
        "planted": planted,
        "recovered": without - with_mates,
        "accounts": None if judged is None else asdict(judged),
    }


def fit(rows: TrainingSet) -> LeadModel:
    """Train a model as the benchmark of words does."""
    return fit_model.fit(rows, SETTINGS, seed=0)


def columns(rows: TrainingSet, wanted: NDArray[np.bool_]) -> TrainingSet:
    """Return the same rows with some of their columns.

    Parameters
    ----------
    rows
        The rows.
    wanted
        Shape (features,): which columns.
    """
    return replace(
        rows,
        values=np.ascontiguousarray(rows.values[:, wanted]),
        names=tuple(np.array(rows.names)[wanted].tolist()),
        categorical=rows.categorical[wanted],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
