"""Which cells of the sweep are written to which columns, in runs as long as the catalog allows."""

from collections.abc import Iterable

import pytest

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.feature import Feature
from features.kernel.sweep.sweep_layout import SweepPlan
from features.kernel.sweep.sweep_plan import PlannedColumn, runs
from features.views import engagement

WORDS = Vocabulary(
    activity_types=("call", "visit"),
    topics=(("visit", "price"),),
    valued=(("call", "dwell_seconds"), ("visit", "dwell_seconds")),
)
FEATURES = engagement.features(WORDS, CatalogSettings())


def plan_of(features: Iterable[Feature]) -> SweepPlan:
    return engagement.plan([PlannedColumn(n, feature) for n, feature in enumerate(features)], WORDS)


def test_a_whole_catalog_is_written_in_one_run_a_measure() -> None:
    plan = plan_of(FEATURES)
    keys = 5
    assert plan.key_count == keys
    assert plan.counts[2].tolist() == [5 * keys]
    assert plan.ends[0][2].tolist() == [2 * keys]
    assert plan.dwell[1][2].tolist() == [2, 2]


def test_planted_fault_a_catalog_key_by_key_falls_into_short_runs() -> None:
    by_key = sorted(FEATURES, key=lambda feature: feature.key)
    assert max(plan_of(by_key).counts[2]) == 1


@pytest.mark.parametrize("every", [2, 3, 5])
def test_runs_cover_the_wanted_columns_once(every: int) -> None:
    wanted = FEATURES[::-every]
    _, columns, lengths = plan_of(wanted).counts
    covered = [
        column + i
        for column, length in zip(columns.tolist(), lengths.tolist(), strict=True)
        for i in range(length)
    ]
    assert covered == [n for n, feature in enumerate(wanted) if feature.measure == "count"]


def test_nothing_wanted_is_no_run() -> None:
    assert [part.size for part in runs([])] == [0, 0, 0]
