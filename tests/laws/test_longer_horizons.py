"""Law 14: probabilities of longer horizons are never smaller, and no horizon changes the order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.model.conversion_curve import ConversionCurve
from models.model.interval import ProbabilityInterval
from models.stats.follow_up import FollowUp
from models.training.time import conversion_times

HORIZON = 90.0


def curve(seed: int, leads: int, span: float) -> ConversionCurve:
    """Learn from leads whose hot ones may be quicker or slower than the cold ones."""
    rng = np.random.default_rng(seed)
    probability = rng.beta(1.0, 4.0, leads)
    slow = np.exp(rng.normal(0.0, 1.5) * (probability - 0.2))
    takes = HORIZON * slow * rng.exponential(1.0 / -np.log1p(-probability))
    observed = rng.uniform(HORIZON, span, leads)
    follow_up = FollowUp(np.where(takes < observed, takes, np.inf), observed)
    learned = conversion_times.learn(probability, np.arange(leads), follow_up, HORIZON)
    assert learned is not None  # among thirty leads and more somebody converts
    return learned


def holds(learned: ConversionCurve) -> bool:
    """Return whether no probability or end falls with the horizon, and none with the rank."""
    probability = np.linspace(0.001, 0.999, 300)
    interval = ProbabilityInterval(period=0.3).of(probability)[:2]
    stated = learned.stated(probability, interval)
    days = np.linspace(0.0, learned.days[-1], 50)
    every = np.column_stack([learned.at(probability, float(one)) for one in days])
    own = learned.horizons.index(HORIZON)
    shown = np.column_stack([probability, *interval])
    return bool(
        (np.diff(every, axis=1) >= -1e-12).all()
        and (np.diff(stated, axis=2) >= 0.0).all()
        and (np.diff(every, axis=0) >= -1e-12).all()
        and (stated[:, 1] <= stated[:, 0] + 1e-12).all()
        and (stated[:, 0] <= stated[:, 2] + 1e-12).all()
        and np.array_equal(stated[:, :, own], shown)
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), leads=st.integers(30, 2_000), span=st.floats(100.0, 400.0))
def test_no_probability_falls_with_the_horizon(seed: int, leads: int, span: float) -> None:
    assert holds(curve(seed, leads, span))


def test_a_share_that_falls_is_noticed() -> None:
    learned = curve(1, 2_000, 400.0)
    falling = tuple(tuple(reversed(row)) for row in learned.share)
    assert not holds(replace(learned, share=falling))


def test_quartiles_are_those_of_who_converts() -> None:
    learned = curve(2, 2_000, 400.0)
    probability = np.array([0.1, 0.4])
    quartiles = learned.quartiles(probability)
    whole = learned.at(probability, learned.days[-1])
    for level, days in zip((0.25, 0.5, 0.75), quartiles.T, strict=True):
        reached = [learned.at(probability[[n]], float(days[n]))[0] for n in range(2)]
        assert reached == pytest.approx(level * whole, rel=0.05)
