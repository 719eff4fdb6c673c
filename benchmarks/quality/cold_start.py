"""The start: from no conversion to a thousand, the model against the points and the base rate.

    python -m benchmarks.quality.cold_start [--leads N] [--companies N] [--points TABLE ...]
        [--most N]

Decided here: what is asked is how the product does at the next company, so several sample companies
of other seeds and lengths are drawn, whose test periods lie in other seasons; one company and one
test period tell of one fall or rise of the base rate, whatever the draws. Of each company whole
leads are drawn until so many of them converted. The true probability of every snapshot given what
can be seen is known, so the intervals are checked against the truth: in each tenth of the test
rows, by probability, the mean truth must lie between the mean ends. With no conversion the points
rank the leads alone; ten leads are drawn then, none of which converted. Every size starts from
three points tables (`dated.TABLES`): a good one, as if the world had been known; a coarse one that
forgets and errs, as of a real sales team (the demo's); and one that is mostly wrong. Tables that
are not named keep their lines in the result.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks import harness
from benchmarks.quality import dated
from models.model import scorecard
from models.model.points import Points
from models.stats import metrics
from models.stats.log_odds import expit
from models.stats.metrics import log_losses
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model

DRAWS = {0: 4, 10: 4, 50: 4, 200: 1, 1_000: 1}
"""Converted leads -> draws of each company."""
MONTHS = (24, 18, 20, 22, 26, 28, 30, 32)
"""Length of each company's history: its last quarter is the test."""
FEW_COMPANIES = 2
"""Of so many companies the largest size is drawn, which takes as long as all others together."""
LEADS = 30_000
FIRST_LEADS = 10
FIRST_SEED = 100
TENTHS = 10
Facts = dict[str, float]
Judge = tuple[TrainingSet, Floats]
"""Test rows and their true probabilities."""


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=LEADS)
    parser.add_argument("--companies", type=int, default=len(MONTHS))
    parser.add_argument("--points", nargs="+", choices=tuple(dated.TABLES), default=[*dated.TABLES])
    parser.add_argument("--most", type=int, default=max(DRAWS), help="most converted leads")
    options = parser.parse_args(arguments)
    if options.companies < 2:
        raise SystemExit("found --companies 1; expected at least 2, for a standard error")
    facts_by: dict[tuple[str, int], list[Facts]] = {}
    for company in range(options.companies):
        for table, size, facts in _of_company(company, options):
            facts_by.setdefault((table, size), []).append(facts)
            print(company, table, size, facts, flush=True)
    tables = _stored() | {
        table: {
            "leads": options.leads,
            "sizes": [line(size, own) for (name, size), own in facts_by.items() if name == table],
        }
        for table in options.points
    }
    ordered = {table: tables[table] for table in dated.TABLES if table in tables}
    harness.write("cold_start", {"tables": ordered}, "numpy", "lightgbm")


def _stored() -> dict[str, Any]:
    """Read the lines of all tables that were measured before."""
    path = harness.RESULTS / "cold_start.json"
    return dict(json.loads(path.read_text()).get("tables", {})) if path.exists() else {}


def _of_company(company: int, options: argparse.Namespace) -> Iterator[tuple[str, int, Facts]]:
    seed, months = FIRST_SEED + company, MONTHS[company]
    known = dated.known_company(options.leads, seed=seed, months=months)
    for size, draws in DRAWS.items():
        if size > options.most or (size == max(DRAWS) and company >= FEW_COMPANIES):
            continue
        for draw in range(draws):
            seed = draws * company + draw
            drawn = draw_leads(known.rows, size, seed)
            for table in options.points:
                judge = known.test, known.truth
                facts = _one(drawn, judge, known.points_of(table), seed)
                yield table, size, facts | {"company": company}


def line(size: int, facts: list[Facts]) -> dict[str, Any]:
    """Put the draws of a size together; companies, not draws, are independent.

    >>> both = {"log_loss": 0.1, "points_log_loss": 0.1, "coverage": 1.0}
    >>> summary = line(10, [both | {"company": 0.0}, both | {"company": 1.0, "coverage": 0.8}])
    >>> summary["coverage"], round(summary["coverage_se"], 3), summary["behind_points"]
    (0.9, 0.1, 0.0)
    """
    middle = {name: float(np.mean([one[name] for one in facts])) for name in facts[0]}
    behind = [one["log_loss"] - one["points_log_loss"] for one in facts]
    return {
        "conversions": size,
        "companies": len({one["company"] for one in facts}),
        "draws": len(facts),
        **{name: value for name, value in middle.items() if name != "company"},
        "coverage_se": _error(facts, [one["coverage"] for one in facts]),
        "behind_points": float(np.mean(behind)),
        "noise": 2.0 * _error(facts, behind),
    }


def _error(facts: list[Facts], values: list[float]) -> float:
    """Return the standard error of a mean, from the means of the companies."""
    companies = np.array([one["company"] for one in facts])
    means = [np.array(values)[companies == one].mean() for one in np.unique(companies)]
    return float(np.std(means, ddof=1) / np.sqrt(len(means)))


def draw_leads(rows: TrainingSet, conversions: int, seed: int) -> TrainingSet:
    """Draw whole leads until so many of them converted; fewer converted leads are an error."""
    leads = np.random.default_rng(seed).permutation(np.unique(rows.lead))
    won = np.isin(leads, rows.lead[rows.label == 1.0])
    if conversions == 0:
        selected = leads[~won][:FIRST_LEADS]
    elif np.count_nonzero(won) < conversions:
        raise SystemExit(f"{np.count_nonzero(won)} leads converted, {conversions} needed: --leads")
    else:
        selected = leads[: np.flatnonzero(np.cumsum(won) == conversions)[0] + 1]
    return rows.take(np.flatnonzero(np.isin(rows.lead, selected)))


def _one(rows: TrainingSet, judge: Judge, points_table: Points, seed: int) -> Facts:
    test, truth = judge
    model = fit_model.fit(rows, points=points_table, seed=seed)
    by_points = scorecard.from_points(rows, points_table).margin(test.values)
    probability = model.probability(test.values)
    low, high, sufficient = model.interval.of(probability)
    tenth = np.argsort(np.argsort(probability, kind="stable")) * TENTHS // len(probability)
    held = [
        low[tenth == k].mean() <= truth[tenth == k].mean() <= high[tenth == k].mean()
        for k in range(TENTHS)
    ]
    rate = max(rows.conversions, 0.5) / len(rows)
    figures: dict[str, Any] = {
        "rows": len(rows),
        "auc": metrics.auc(label=test.label, probability=probability),
        "log_loss": log_losses(probability=probability, label=test.label).mean(),
        "points_auc": metrics.auc(label=test.label, probability=by_points),
        "points_log_loss": log_losses(probability=expit(by_points), label=test.label).mean(),
        "base_rate_log_loss": log_losses(
            probability=np.full(len(truth), rate), label=test.label
        ).mean(),
        "coverage": np.mean(held),
        "sufficient_share": sufficient.mean(),
        "trees": 0 if model.booster is None else model.booster.trees,
    }
    return {name: float(value) for name, value in figures.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
