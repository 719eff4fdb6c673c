"""The interval holds the share that converts, as often as it says, and is wide without evidence."""

import numpy as np
import pytest

from models.model import interval
from models.model.interval import ProbabilityInterval


def _world(
    random: np.random.Generator, leads: int, *, error: float = 0.0, moved: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw leads of four rows that share their luck, over six periods, wrong by `error`."""
    lead = np.repeat(np.arange(leads), 4)
    period = random.integers(0, 6, leads)[lead]
    z = random.normal(-3.0, 1.0, leads)[lead] + 0.1 * random.normal(size=lead.size)
    month = random.normal(0.0, moved, 6)
    truth = z + error + month[period]
    label = (random.uniform(size=leads)[lead] < _expit(truth)).astype(float)
    return _expit(z), label, lead, period, _expit(z + error)


def _expit(z: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-z))


def test_without_outcomes_the_interval_is_wide_and_says_so() -> None:
    empty = np.array([])
    none = interval.learn(empty, empty, empty.astype(int), empty.astype(int))
    low, high, sufficient = none.of(np.array([0.05]))
    assert none == ProbabilityInterval()
    assert low[0] < 0.015
    assert high[0] > 0.2
    assert not sufficient[0]


def test_it_narrows_with_every_tenfold_of_leads() -> None:
    random = np.random.default_rng(3)
    widths = []
    for leads in (0, 100, 1_000, 10_000, 100_000):
        p, label, lead, period, _ = _world(random, leads)
        low, high, _ = interval.learn(p, label, lead, period).of(np.array([0.05]))
        widths.append(high[0] - low[0])
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.05


def test_the_probability_shown_lies_inside() -> None:
    p, label, lead, period, _ = _world(np.random.default_rng(4), 2_000, error=2.0)
    low, high, _ = interval.learn(p, label, lead, period).of(p)
    assert (low <= p).all()
    assert (p <= high).all()


@pytest.mark.parametrize("leads", [20, 200, 2_000])
def test_coverage_is_what_it_says(leads: int) -> None:
    """Of 300 worlds whose error is drawn, nine in ten intervals hold the true share."""
    random = np.random.default_rng(5)
    held = [_held(random, leads, clustered=True) for _ in range(300)]
    assert 0.86 <= np.mean(held) <= 0.99


def test_coverage_fails_where_rows_of_a_lead_are_taken_as_independent() -> None:
    """The planted fault: each row a lead of its own."""
    random = np.random.default_rng(5)
    held = [_held(random, 2_000, clustered=False) for _ in range(300)]
    assert np.mean(held) < 0.86


def _held(random: np.random.Generator, leads: int, *, clustered: bool) -> bool:
    p, label, lead, _, truth = _world(random, leads, error=random.normal(0.0, 0.5))
    whose = lead if clustered else np.arange(lead.size)
    learned = interval.learn(p, label, whose, np.zeros(lead.size, int))
    narrow = ProbabilityInterval(learned.center, learned.error, learned.covariance, period=0.0)
    at = random.integers(lead.size)
    low, high, _ = narrow.of(p[at : at + 1])
    return bool(low[0] <= truth[at] <= high[0])


def test_a_base_rate_that_moves_widens_it() -> None:
    random = np.random.default_rng(6)
    still = interval.learn(*_world(random, 20_000)[:4])
    moving = interval.learn(*_world(random, 20_000, moved=0.6)[:4])
    assert still.period < interval.PERIOD < moving.period


def test_it_survives_as_plain_data() -> None:
    learned = interval.learn(*_world(np.random.default_rng(7), 500)[:4])
    assert ProbabilityInterval.from_json(learned.to_json()) == learned
