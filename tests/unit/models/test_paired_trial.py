"""The trial: truly better is promoted, truly worse refused, and no segment is given away."""

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.paired_trial import Trial, TrialRows, by_lead, trial
from models.evaluation.settings import TrialSettings
from tests.promotion_trials import Pair, pair, trials

SETTINGS = TrialSettings(redraws=200)


@pytest.fixture(scope="module")
def known() -> Pair:
    return pair(100, 2000, 3)


def test_truly_better_is_promoted_and_truly_worse_refused(known: Pair) -> None:
    """The small version of `benchmarks/verdicts/promotion.py`."""
    assert known.better_loss < known.worse_loss * (1 - 4 * SETTINGS.allowed_loss)
    better, worse = np.array(list(trials(known, 1500, range(20)))).sum(axis=0)
    assert better >= 18
    assert worse == 0


def test_a_rule_that_looks_at_no_interval_would_be_noticed(known: Pair) -> None:
    def hopeful(both: TrialRows, settings: TrialSettings) -> Trial:
        held = trial(both, settings)
        return replace(held, gain=replace(held.gain, low=1.0), segments=())

    assert any(worse for _, worse in trials(known, 1500, range(3), hopeful))


def drawn(count: int = 6000, seed: int = 0) -> TrialRows:
    rng = np.random.default_rng(seed)
    true = rng.uniform(0.05, 0.5, count)
    label = (rng.random(count) < true).astype(float)
    region = np.where(np.arange(count) % 4 == 0, "north", "south")
    return TrialRows(label, np.arange(count), true, true, {"region": region})


def test_an_equal_challenger_may_take_over() -> None:
    result = trial(drawn(), SETTINGS)
    assert result.grounds == ()
    assert result.gain.value == 0.0
    assert {one.value for one in result.segments} == {"north", "south"}


def test_a_segment_that_is_hurt_refuses_what_is_better_on_the_whole() -> None:
    both = drawn()
    north = both.segments["region"] == "north"
    blurred = np.where(north, both.champion, 0.5 * both.champion + 0.4)
    spoiled = np.where(north, 0.5 * both.champion + 0.4, both.champion)
    result = trial(replace(both, champion=blurred, challenger=spoiled), SETTINGS)
    assert result.gain.low > 0
    assert [one.startswith("worse for region north") for one in result.grounds] == [True]


def test_many_segments_hurt_nobody_by_chance() -> None:
    """Forty segments, a challenger that is only differently noisy: few of 40 trials refuse."""
    refused = 0
    for seed in range(40):
        both = drawn(seed=seed)
        rng = np.random.default_rng(100 + seed)
        noisy = [
            np.clip(both.champion * np.exp(rng.normal(0, 0.3, len(both.label))), 0.01, 0.95)
            for _ in range(2)
        ]
        many = {"product": (np.arange(len(both.label)) % 40).astype(np.str_)}
        result = trial(
            replace(both, champion=noisy[0], challenger=noisy[1], segments=many),
            replace(SETTINGS, allowed_segment_loss=0.0, redraws=40),
        )
        assert len(result.segments) > 30
        refused += any(one.hurt for one in result.segments)
    assert refused <= 6


def test_too_few_outcomes_are_no_proof() -> None:
    both = drawn(40)
    result = trial(replace(both, champion=np.full(40, 0.9), segments={}), SETTINGS)
    assert [one.startswith("too few outcomes") for one in result.grounds] == [True]


def test_rows_of_a_lead_count_together() -> None:
    """Each lead copied nine times tells no more than once; rows taken alone would claim it does."""
    rng = np.random.default_rng(0)
    gain = rng.normal(0.01, 0.2, 400)
    once = by_lead(gain, np.arange(400), 400, 0)
    copied = by_lead(np.repeat(gain, 9), np.repeat(np.arange(400), 9), 400, 0)
    careless = by_lead(np.repeat(gain, 9), np.arange(3600), 400, 0)
    assert copied.low == pytest.approx(once.low)
    assert careless.high - careless.low < 0.5 * (once.high - once.low)
