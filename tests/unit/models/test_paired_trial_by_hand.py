"""The trial by hand: its bounds, counts and intervals."""

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.paired_trial import Segment, TrialRows, by_lead, fewest, simultaneous, trial
from models.evaluation.settings import TrialSettings
from models.stats.metrics import Interval, log_loss

SETTINGS = TrialSettings(redraws=200)


def alike(count: int = 200) -> TrialRows:
    """Rows of two equal models, every third a conversion."""
    label = (np.arange(count) % 3 == 0).astype(float)
    return TrialRows(label, np.arange(count), np.full(count, 0.4), np.full(count, 0.4), {})


def test_the_bounds_themselves_are_no_proof() -> None:
    passed = trial(alike(), replace(SETTINGS, min_conversions=1))
    at_the_bound = replace(passed, gain=Interval(0.0, -passed.allowed, 0.1))
    assert [one.startswith("not shown") for one in at_the_bound.grounds] == [True]
    above = replace(passed, gain=Interval(0.0, -passed.allowed + 1e-9, 0.1))
    assert above.grounds == ()
    segment = Segment("region", "north", 9, 4, Interval(-0.2, -0.3, -0.1), allowed=0.1)
    assert not segment.hurt
    assert replace(segment, gain=Interval(-0.2, -0.3, -0.1001)).hurt


def test_as_many_outcomes_as_needed_are_enough() -> None:
    label, lead = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 1.0]), np.array([1, 1, 2, 3, 4, 5])
    assert fewest(label, lead) == 2  # leads 1 and 5 converted, 2, 3 and 4 did not
    assert fewest(1 - label, lead) == 2
    both = TrialRows(label, lead, np.full(6, 0.5), np.full(6, 0.5), {})
    assert trial(both, replace(SETTINGS, min_conversions=2)).enough
    assert not trial(both, replace(SETTINGS, min_conversions=3)).enough
    only = {"region": np.array(["north"] * 6)}
    for least, tested in ((2, 1), (3, 0)):
        result = trial(replace(both, segments=only), replace(SETTINGS, segment_conversions=least))
        assert len(result.segments) == tested


def test_the_figures_of_a_trial_by_hand() -> None:
    both = TrialRows(
        np.array([1.0, 0.0, 0.0]),
        np.array([4, 4, 9]),
        np.array([0.5, 0.5, 0.5]),
        np.array([0.8, 0.5, 0.5]),
        {"region": np.array(["north", "north", "south"])},
    )
    result = trial(both, replace(SETTINGS, segment_conversions=0, allowed_loss=0.5))
    assert (result.rows, result.leads, result.conversions) == (3, 2, 1)
    assert result.champion_loss == pytest.approx(np.log(2))
    mine = log_loss(label=both.label, probability=both.challenger)
    assert result.challenger_loss == pytest.approx(mine)
    assert result.gain.value == pytest.approx(np.log(1.6) / 3)
    assert result.allowed == pytest.approx(0.5 * np.log(2))
    north, south = result.segments
    assert (north.value, north.rows, north.conversions) == ("north", 2, 1)
    assert (south.value, south.rows, south.conversions) == ("south", 1, 0)
    assert north.gain.value == pytest.approx(np.log(1.6) / 2)
    assert north.allowed == pytest.approx(SETTINGS.allowed_segment_loss * np.log(2))


def test_simultaneous_intervals_by_hand() -> None:
    gain, lead = np.array([1.0, 3.0, 2.0, 2.0]), np.array([0, 1, 2, 2])
    # residuals of the leads: -1, 1 and 0, over four rows
    error = np.sqrt(2.0) / 4
    for tested, quantile in ((1, 1.959964), (2, 2.241403)):
        held = simultaneous(gain, lead, tested)
        assert held.value == 2.0
        assert (held.low, held.high) == pytest.approx((2 - quantile * error, 2 + quantile * error))


def test_redraws_weigh_leads_by_their_rows() -> None:
    gain, lead = np.array([0.0, 0.0, 0.0, 4.0]), np.array([0, 0, 0, 1])
    held = by_lead(gain, lead, 400, 0)
    # both leads once: 1; the first twice: 0; the second twice: 4
    assert (held.value, held.low, held.high) == (1.0, 0.0, 4.0)
    nobody = by_lead(np.array([]), np.array([], dtype=np.int64), 5, 0)
    assert np.isnan([nobody.value, nobody.low, nobody.high]).all()
