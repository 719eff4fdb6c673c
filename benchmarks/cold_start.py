"""The start: from no conversion to a thousand, the model against the points and the base rate.

    python -m benchmarks.cold_start [--draws N] [--leads N]

Decided here: whole leads of the sample company are drawn until so many of them converted; the test
period is that of the quality benchmark. The company knows the true probability of every snapshot
given what can be seen, so the intervals are checked against the truth: in each tenth of the test
rows, by probability, the mean truth must lie between the mean ends. With no conversion the points
rank the leads alone; ten leads are drawn then, none of which converted.
"""

import argparse
import sys
from typing import Any

import numpy as np

from benchmarks import dated, harness
from models import metrics, scorecard, training
from models.calibration import log_losses
from models.points import Points
from models.training_set import Floats, TrainingSet

CONVERSIONS = (0, 10, 50, 200, 1_000)
FIRST_LEADS = 10
TENTHS = 10


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--draws", type=int, default=20)
    asked.add_argument("--leads", type=int, default=dated.SAMPLE_LEADS)
    told = asked.parse_args(arguments)
    rows, test, truth, given = dated.sample_with_truth(told.leads)
    lines = []
    for conversions in CONVERSIONS:
        draws = max(2, told.draws * 50 // max(conversions, 50))
        found = [
            _one(draw(rows, conversions, seed), (test, truth), given, seed) for seed in range(draws)
        ]
        middle = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
        spread = np.std([one["log_loss"] - one["points_log_loss"] for one in found], ddof=1)
        lines.append(
            {
                "conversions": conversions,
                "draws": draws,
                **middle,
                "behind_points": middle["log_loss"] - middle["points_log_loss"],
                "noise": float(2.0 * spread / np.sqrt(draws)),
            }
        )
        print(lines[-1], flush=True)
    harness.write("cold_start", {"leads": told.leads, "sizes": lines}, "numpy", "lightgbm")


def draw(rows: TrainingSet, conversions: int, seed: int) -> TrainingSet:
    """Draw whole leads until so many of them converted."""
    leads = np.random.default_rng(seed).permutation(np.unique(rows.lead))
    won = np.isin(leads, rows.lead[rows.label == 1.0])
    if conversions == 0:
        kept = leads[~won][:FIRST_LEADS]
    else:
        last = np.flatnonzero(np.cumsum(won) == conversions)
        kept = leads[: last[0] + 1] if len(last) else leads
    return rows.take(np.flatnonzero(np.isin(rows.lead, kept)))


def _one(
    rows: TrainingSet, judged: tuple[TrainingSet, Floats], given: Points, seed: int
) -> dict[str, float]:
    test, truth = judged
    model = training.fit(rows, points=given, seed=seed)
    by_points = scorecard.from_points(rows, given).margin(test.values)
    probability = model.probability(test.values)
    low, high, sufficient = model.interval.of(probability)
    tenth = np.argsort(np.argsort(probability, kind="stable")) * TENTHS // len(probability)
    held = [
        low[tenth == k].mean() <= truth[tenth == k].mean() <= high[tenth == k].mean()
        for k in range(TENTHS)
    ]
    rate = max(rows.conversions, 0.5) / len(rows)
    told: dict[str, Any] = {
        "rows": len(rows),
        "auc": metrics.auc(test.label, probability),
        "log_loss": log_losses(probability, test.label).mean(),
        "points_auc": metrics.auc(test.label, by_points),
        "points_log_loss": log_losses(1.0 / (1.0 + np.exp(-by_points)), test.label).mean(),
        "base_rate_log_loss": log_losses(np.full(len(truth), rate), test.label).mean(),
        "coverage": np.mean(held),
        "sufficient_share": sufficient.mean(),
        "trees": 0 if model.booster is None else model.booster.trees,
    }
    return {name: float(value) for name, value in told.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
