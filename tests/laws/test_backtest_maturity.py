"""Law: at an origin of a back-test only what had matured and was known by then is learned from."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.labels import Target
from features.timeline import DAY, from_moments
from models.stats.training_set import Floats
from pipelines.lifecycle.backtest.labelled_snapshots import Known

HORIZON = 30
FINAL: Callable[[Known, int], Floats] = lambda known, at: np.where(  # noqa: E731 - a planted fault
    known.cutoff < at, known.snapshots["label"].to_numpy(np.float64), np.nan
)


def of(seed: int) -> Known:
    """Draw leads asked every ten days; half convert, and some of that is heard of late."""
    rng = np.random.default_rng(seed)
    leads = np.array([f"lead-{n}" for n in range(60)])
    lead = np.repeat(leads, 12)
    cutoff = np.tile(np.arange(12) * 10 * DAY, 60)
    at = rng.integers(0, 150 * DAY, 30)
    outcomes = pd.DataFrame(
        {
            "lead_id": leads[:30],
            "outcome": "won",
            "occurred_at": from_moments(at),
            "known_at": from_moments(at + rng.choice([0, 25 * DAY], 30)),
        }
    )
    snapshots = pd.DataFrame({"lead_id": lead, "cutoff": from_moments(cutoff), "part": 0})
    target = Target("won", HORIZON)
    known = Known(snapshots, outcomes, target, HORIZON * DAY)
    end = known.converts_at < cutoff + HORIZON * DAY
    return replace(known, snapshots=snapshots.assign(label=end.astype(np.float64)))


def with_another_future(known: Known, origin: int) -> Known:
    """Take back every conversion that was not known before the origin."""
    heard = known.outcomes["known_at"] < from_moments(np.array([origin]))[0]
    changed = replace(known, outcomes=known.outcomes[heard])
    end = changed.converts_at < changed.cutoff + HORIZON * DAY
    return replace(changed, snapshots=known.snapshots.assign(label=end.astype(np.float64)))


def depends_on_the_future(labels_at: Callable[[Known, int], Floats], seed: int) -> bool:
    known, origin = of(seed), 80 * DAY
    here, there = (labels_at(one, origin) for one in (known, with_another_future(known, origin)))
    return not np.array_equal(here, there, equal_nan=True)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_learned_at_an_origin_does_not_depend_on_what_comes_later(seed: int) -> None:
    assert not depends_on_the_future(Known.labels_at, seed)


@pytest.mark.parametrize("seed", range(3))
def test_what_young_snapshots_teach_does_not_depend_on_what_comes_later(seed: int) -> None:
    assert not depends_on_the_future(lambda known, at: known.follow_up_at(at).days, seed)
    known = of(seed).follow_up_at(80 * DAY)
    assert 0 < np.isfinite(known.days).sum() < len(known)
    assert (
        known.days[np.isfinite(known.days)] < known.observed_days[np.isfinite(known.days)]
    ).all()


def test_final_labels_would_be_noticed() -> None:
    assert depends_on_the_future(FINAL, 0)


def test_a_snapshot_teaches_from_the_end_of_its_horizon_on() -> None:
    known, cutoff = of(0), 50 * DAY
    rows = known.cutoff == cutoff
    end = cutoff + HORIZON * DAY
    assert np.isnan(known.labels_at(end - 1)[rows]).all()
    assert not np.isnan(known.labels_at(end)[rows]).any()
    assert np.isnan(replace(known, embargo=31 * DAY).labels_at(end)[rows]).all()


def test_a_conversion_that_was_heard_of_late_is_not_yet_one() -> None:
    known = of(0)
    late = known.outcomes["known_at"] > known.outcomes["occurred_at"]
    sooner = replace(known, outcomes=known.outcomes.assign(known_at=known.outcomes["occurred_at"]))
    assert late.any()
    assert np.nansum(known.labels_at(80 * DAY)) < np.nansum(sooner.labels_at(80 * DAY))
    assert np.nansum(known.labels_at(400 * DAY)) == known.snapshots["label"].sum()
