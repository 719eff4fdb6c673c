"""The monitor's checks: hand-worked sizes, planted changes, and a rate that holds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.catalog.catalog import Catalog, Vocabulary
from features.errors import BadParams
from features.timeline import DAY
from models.monitoring import activities, age_matching, columns, drift, matured, unknown_values
from models.monitoring.age_matching import MonitoredRows
from models.monitoring.columns import BinnedColumn
from models.monitoring.drift import NEW, OPEN, Drifted
from models.monitoring.findings import of_drift
from models.monitoring.matured import MaturedPredictions
from models.monitoring.settings import MonitorSettings
from models.stats.ratio import CountRatio

SETTINGS = MonitorSettings(redraws=1000)
MOMENTS = 20
FEATURES = 5
RUNS = 25


def both(
    seed: int, shift: float = 0.0, leads: int = 400, *, rows_alone: bool = False
) -> MonitoredRows:
    """Draw leads with habits of their own: today's, and others at many moments before.

    The first feature of today's leads is shifted. `rows_alone` is the planted fault: every row is
    taken for a lead of its own.
    """
    rng = np.random.default_rng(seed)
    before = leads + np.arange(leads // 4)
    unit = np.concatenate([np.arange(leads), np.repeat(before, MOMENTS)])
    now = np.arange(len(unit)) < leads
    habit = rng.normal(size=(2 * leads, FEATURES))[unit]
    values = (habit + 0.1 * rng.normal(size=habit.shape)).astype(np.float32)
    values[now, 0] += np.float32(shift)
    return MonitoredRows(
        now=now,
        unit=np.arange(len(unit)) if rows_alone else unit,
        age_days=rng.choice([10.0, 40.0, 100.0], len(unit)),
        values=values,
        margin=values[:, 0].astype(np.float64),
        segments={"size": np.where(rng.random(len(unit)) < 0.5, "small", "large")},
        counts={"call": rng.poisson(rng.exponential(2.0, 2 * leads)[unit]).astype(np.float64)},
    )


def binned(rows: MonitoredRows) -> list[BinnedColumn]:
    values = rows.values  # noqa: PD011 - not a frame
    cuts = np.quantile(values[~rows.now], np.arange(1, 8) / 8, axis=0)
    return [
        BinnedColumn(
            f"f{n}",
            f"c{n}",
            np.searchsorted(cuts[:, n], values[:, n]).astype(np.uint8),
            tuple(cuts[:, n].tolist()),
            (),
            time_proxy=n == FEATURES - 1,
        )
        for n in range(FEATURES)
    ]


def drifted(rows: MonitoredRows, settings: MonitorSettings = SETTINGS) -> tuple[Drifted, ...]:
    return drift.drift(rows, binned(rows), [columns.of_score(rows.margin, rows.now)], settings)


def alarmed(rows: MonitoredRows) -> bool:
    """Whether any evidence of drift is reported, whatever its size."""
    settings = replace(SETTINGS, false_alarm_rate=0.2, psi=1e-9, redraws=300)
    return any(one.alarm for one in drifted(rows, settings))


def test_the_index_is_the_hand_worked_one() -> None:
    now, then = np.array([0.2, 0.3, 0.5]), np.array([0.1, 0.4, 0.5])
    by_hand = 0.1 * np.log(2.0) + 0.1 * np.log(4.0 / 3.0)
    assert drift.psi(now, then) == pytest.approx(by_hand)
    assert drift.psi(then, then) == 0.0


def test_a_planted_shift_is_detected_where_it_is() -> None:
    results = drifted(both(1, shift=0.8))
    alarms = [one for one in results if one.alarm]
    assert {one.column for one in alarms} == {"f0", columns.SCORE}
    mine = next(one for one in alarms if (one.population, one.column) == (OPEN, "f0"))
    assert mine.psi - mine.by_chance > SETTINGS.psi
    assert mine.p_value <= SETTINGS.family_rate
    assert {one.population for one in alarms} >= {OPEN, NEW, "size=small", "size=large"}
    assert [alarm.what for alarm in of_drift(results)].count("f0") == 2


def test_a_shift_that_is_real_and_small_is_shown_and_raises_nothing() -> None:
    results = drifted(both(2, shift=0.25, leads=3000))
    mine = next(one for one in results if (one.population, one.column) == (OPEN, "f0"))
    assert mine.p_value <= SETTINGS.family_rate
    assert not mine.alarm


def test_what_moves_by_nature_is_shown_and_not_tested() -> None:
    rows = both(3)
    rows.values[rows.now, FEATURES - 1] += 3.0  # noqa: PD011 - not a frame
    mine = [one for one in drifted(rows) if one.column == f"f{FEATURES - 1}"]
    assert all(one.psi > 1.0 and np.isnan(one.p_value) and not one.alarm for one in mine)


def test_the_stated_rate_holds_and_rows_taken_for_leads_break_it() -> None:
    """One family may err in 5 % of these runs; the planted fault forgets whose the rows are."""
    correct = sum(alarmed(both(seed, leads=300)) for seed in range(RUNS))
    broken = sum(alarmed(both(seed, leads=300, rows_alone=True)) for seed in range(RUNS))
    assert correct <= 4  # the 99 % point of the binomial of 25 runs at 5 %
    assert broken >= RUNS // 2


def test_like_is_compared_with_like_and_unknown_ages_are_left_out() -> None:
    rows = both(4)
    old = np.flatnonzero(rows.now)[:100]
    age = rows.age_days.copy()
    age[old] = 5000.0
    rows = replace(rows, age_days=age)
    matched = age_matching.match(rows, np.ones(len(rows), np.bool_))
    assert (matched.leads, matched.left_out) == (300, 0.25)
    for days in (10.0, 40.0, 100.0):
        observed, expected = matched.expected((rows.age_days == days).astype(np.float64))
        assert observed == pytest.approx(expected)
    older = replace(rows, margin=rows.age_days)
    assert matched.beyond_age(older.margin) == pytest.approx(0.0)


def test_bins_are_named_after_what_was_merged() -> None:
    column = BinnedColumn("f", "c", np.zeros(1, np.uint8), (1.0, 5.0), (), time_proxy=False)
    assert column.bin_names(np.array([0, 1, 2, 3])) == ("≤ 1", "1 – 5", "> 5", "(missing)")
    assert column.bin_names(np.array([0, 0, 1, 1])) == ("≤ 5", "> 5 (missing)")
    named = replace(column, edges=(), names=("(other)", "it", "(missing)"))
    assert named.bin_names(np.array([0, 1, 0])) == ("(other)", "it")


def test_observed_over_expected_covers_the_truth() -> None:
    """Clustered counts: an interval that takes events for independent would miss twice as often."""
    rng = np.random.default_rng(0)
    counts = 3.0 * rng.poisson(20.0, 2000)
    held = [CountRatio(count, 60.0, spread=3.0).ratio() for count in counts]
    bare = [CountRatio(count, 60.0).ratio() for count in counts]
    missed = np.mean([not one.low <= 1.0 <= one.high for one in held])
    assert missed == pytest.approx(0.05, abs=0.015)
    assert np.mean([not one.low <= 1.0 <= one.high for one in bare]) > 0.15
    assert CountRatio(0.0, 0.0).ratio().value is not None
    assert not CountRatio(3.0, 0.0).outside(2.0, 0.01)


def test_volumes_silence_and_quiet() -> None:
    rows, at = both(5), 100 * DAY
    usual = activities.volumes(rows, {"call": at - DAY // 24}, at, SETTINGS)
    assert not any(one.moved or one.silent for one in usual)
    assert {one.population for one in usual} == {OPEN, "size=small", "size=large"}
    silent = activities.volumes(rows, {"call": at - 9 * DAY}, at, SETTINGS)
    assert next(one for one in silent if one.activity_type == "call").silent
    call = np.where(rows.now, 4.0, 1.0) * rows.counts["call"]
    changed = activities.volumes(replace(rows, counts={"call": call}), {"call": at}, at, SETTINGS)
    assert all(one.moved for one in changed)


def test_activities_are_counted_when_they_became_known() -> None:
    at = np.array([1, 5, 5, 9, 10], dtype=np.int64)
    lead = np.array([0, 0, 1, 0, 0], dtype=np.int64)
    rows = (np.array([0, 0, 1, 2]), np.array([10, 5, 10, 10], dtype=np.int64))
    assert activities.known_counts(at, lead, rows, 5).tolist() == [2.0, 1.0, 1.0, 0.0]


def test_words_that_were_never_taught() -> None:
    rows = both(6)
    strange = np.where(rows.now, 0.5 * rows.counts["call"], 0.0)
    more = replace(rows, counts={"call": rows.counts["call"], "(other)": strange})
    taught = Catalog((), Vocabulary(activity_types=("call",)))
    words = {unknown_values.ACTIVITY_TYPES: (("fax", 3),)}
    (one,) = unknown_values.unknown_shares(more, taught, words, SETTINGS)
    assert (one.alarm, one.then, one.words) == (True, 0.0, (("fax", 3),))
    assert one.now == pytest.approx(1.0 / 3.0)
    (usual,) = unknown_values.unknown_shares(rows, taught, {}, SETTINGS)
    assert not usual.alarm


def predictions(factor: float, rows: int = 3000, seed: int = 0) -> MaturedPredictions:
    rng = np.random.default_rng(seed)
    probability = rng.beta(1.0, 9.0, rows)
    cutoff = (np.arange(rows) * 90 // rows) * DAY
    return MaturedPredictions(
        label=(rng.random(rows) < np.minimum(factor * probability, 1.0)).astype(np.float64),
        probability=probability,
        lead=np.arange(rows) // 2,
        cutoff=cutoff,
        band=np.where(probability > 0.1, "hot", "cold"),
        segments={"size": np.where(np.arange(rows) % 3 == 0, "small", "large")},
        waiting=7,
    )


def test_matured_predictions_are_held_against_outcomes() -> None:
    true = matured.calibrated(predictions(1.0), "receipts", SETTINGS)
    assert not any(part.alarm for part in true.parts)
    assert true.slope.low < 1.0 < true.slope.high
    assert true.intercept.low < 0.0 < true.intercept.high
    assert {part.by for part in true.parts} == {"all", "month", "band", "size"}
    half = matured.calibrated(predictions(0.4), "receipts", SETTINGS)
    whole = half.parts[0]
    assert (whole.alarm, whole.observed) == (True, predictions(0.4).label.sum())
    assert whole.ratio.high < 1.0 / SETTINGS.calibration_factor
    assert half.waiting == 7


def test_a_deviation_below_the_alarm_is_listed_and_chance_rarely_is() -> None:
    low = matured.calibrated(predictions(0.78), "receipts", SETTINGS)
    assert not any(part.alarm for part in low.parts)
    named = {(part.by, part.name) for part in low.parts if part.deviates}
    assert {("all", "all"), ("band", "hot")} <= named
    runs = [
        matured.calibrated(predictions(1.0, seed=seed), "receipts", SETTINGS) for seed in range(9)
    ]
    chance = sum(part.deviates for run in runs for part in run.parts)
    assert chance <= 5  # of 9 runs with .2 expected each


def test_no_matured_prediction_is_no_alarm_and_is_reported() -> None:
    none = matured.calibrated(predictions(1.0, rows=0), "receipts", SETTINGS)
    assert (none.rows, none.enough) == (0, False)
    assert not any(part.alarm for part in none.parts)
    assert np.isnan(none.slope.value)


def test_a_rate_that_so_few_redraws_cannot_resolve_is_refused() -> None:
    with pytest.raises(BadParams, match="at least 8000 redraws"):
        MonitorSettings(false_alarm_rate=0.001)
    assert pd.notna(MonitorSettings().family_rate)
