"""The points tables of the sample company: they fit the catalog and differ as they should."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from features import build, learn_catalog
from features.timeline import DAY, to_moments
from models.model.points import Points, read, resolve
from pipelines.sample import truth_snapshots
from tests.sample_companies import company

REPOSITORY = Path(__file__).parents[3]
COARSE = REPOSITORY / "examples" / "sample" / "scorecard.yaml"
GOOD, WRONG = (REPOSITORY / "benchmarks" / "points" / f"{name}.yaml" for name in ("good", "wrong"))


def sums(points: Points, values: np.ndarray) -> np.ndarray:
    """Add up the points of every row, as a salesperson would."""
    total = np.zeros(len(values))
    for rule in points.rules:
        column = values[:, rule.column]
        met = (column >= rule.low) & (column <= rule.high)
        total += rule.log_odds * (np.isin(column, rule.codes) if rule.codes else met)
    return total


def test_the_points_fit_the_catalog_and_the_teams_own_table_leaves_something_to_learn() -> None:
    sample = company(3000, 5)
    tables, snapshots = sample.tables(), truth_snapshots(sample, every_days=91, early_hours=())
    catalog = learn_catalog.learn(tables, snapshots)
    built = build.build(tables, snapshots, catalog)
    lead = sample.lead_ids.get_indexer(pd.Index(snapshots["lead_id"]))
    won, cutoff = sample.first_won_at[lead], to_moments(snapshots["cutoff"])
    matured = cutoff + 90 * DAY <= sample.ends_at
    label = (won < cutoff + 90 * DAY)[matured]
    auc = {}
    for file in (GOOD, COARSE, WRONG):
        points = resolve(read(file.read_text("utf-8")), catalog)
        assert points.unknown_words == ()
        auc[file] = roc_auc_score(label, sums(points, built.values)[matured])
    assert auc[GOOD] > auc[COARSE] + 0.02
    assert auc[COARSE] > 0.7
    assert auc[WRONG] < 0.65
