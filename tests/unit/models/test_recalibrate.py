"""Recalibration: wins on later outcomes of other leads or changes nothing, and keeps the order."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest

from features.timeline import DAY
from models.lifecycle import recalibrate
from models.lifecycle.recalibrate import decide
from models.lifecycle.recalibration import Cut, Matured
from models.lifecycle.settings import RecalibrationSettings
from models.model.calibration import Calibration
from models.stats.log_odds import expit
from pipelines.stages import champion_trial
from tests.small_model import rows, small_model

EMBARGO = 30 * DAY


def matured(
    slope: float, shift: float, *, days: int = 240, count: int = 8000, seed: int = 0
) -> Matured:
    """Draw outcomes whose true log-odds are `slope` times those shown, plus `shift`."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(-1.5, 1.0, count)
    label = (rng.random(count) < expit(slope * margin + shift)).astype(float)
    cutoff = np.sort(rng.integers(0, days, count)) * DAY
    return Matured(margin, label, np.arange(count) // 2, cutoff)


@pytest.mark.parametrize(
    ("slope", "shift", "kind"),
    [(1.0, 0.0, "none"), (1.0, 0.8, "shift"), (0.5, -0.7, "slope"), (1.6, 0.9, "slope")],
)
def test_it_finds_what_has_moved_and_no_more(slope: float, shift: float, kind: str) -> None:
    decision = decide(Calibration(), matured(slope, shift), EMBARGO)
    assert decision.kind == kind, decision.why
    if kind != "none":
        assert decision.line == pytest.approx((slope, shift), abs=0.2)


QUICK = RecalibrationSettings(redraws=100)


def test_noise_rarely_changes_anything() -> None:
    drawn = [matured(1.0, 0.0, count=1500, seed=seed) for seed in range(12)]
    changed = [decide(Calibration(), one, EMBARGO, QUICK).kind != "none" for one in drawn]
    assert sum(changed) <= 1


def test_judged_on_the_rows_that_it_was_fitted_on_it_would_change_for_noise() -> None:
    """The planted fault: the guard is given the rows of the fit."""

    def careless(
        curve: Calibration, rows: Matured, cut: Cut, fitter: recalibrate.Fitter, _seed: int
    ) -> np.ndarray:
        mine = rows.take(cut.judged)
        return curve.moved(*fitter(mine.margin, mine.label)).probability(mine.margin)

    few = RecalibrationSettings(redraws=50, min_conversions=8)
    drawn = [matured(1.0, 0.0, count=400, seed=seed) for seed in range(12)]

    def gains() -> list[float]:
        decided = [decide(Calibration(), one, EMBARGO, few) for one in drawn]
        return [one.gain.value for decision in decided for one in decision.tried]

    honest = gains()
    with patch.object(recalibrate, "_held_out", careless):
        fooled = gains()
    assert min(honest) < 0.0 < min(fooled)
    assert np.mean(fooled) > np.mean(honest) + 0.003


def test_what_taught_had_matured_before_what_is_judged_began() -> None:
    one = matured(1.0, 0.8)
    cut = decide(Calibration(), one, EMBARGO).cut
    assert cut is not None
    assert one.cutoff[cut.earlier].max() + EMBARGO <= one.cutoff[cut.judged].min()
    assert one.cutoff[cut.newest].max() == one.cutoff[cut.judged].max() == one.cutoff.max()


def test_the_guard_knows_nothing_of_the_judged_leads_or_labels() -> None:
    """The labels of one judged lead, told otherwise, do not move what is said of it."""
    one = matured(1.0, 0.8)
    before = decide(Calibration(), one, EMBARGO)
    assert before.cut is not None
    changed = before.cut.judged[:2]
    flipped = one.label.copy()
    flipped[changed] = 1.0 - flipped[changed]
    with patch.object(recalibrate, "folds_by_lead", lambda lead, _label, n, _seed: lead % n):
        predicted = [
            decide(Calibration(), replace(one, label=label), EMBARGO).held_out[:2]
            for label in (one.label, flipped)
        ]
    assert predicted[0].tolist() == predicted[1].tolist()


def test_an_order_that_does_not_hold_is_no_matter_of_calibration() -> None:
    decision = decide(Calibration(), matured(-1.0, 0.0), EMBARGO)
    assert decision.line[0] > 0.0
    assert all(one.kind != "slope" for one in decision.tried)


@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_history_too_short_to_judge_changes_nothing_and_says_so(days: int) -> None:
    one = matured(1.0, 2.0, days=max(days, 1), count=2000 if days else 1)
    decision = decide(Calibration(), one, EMBARGO)
    assert decision.kind == "none"
    assert "too few matured outcomes" in decision.why


def test_a_repaired_model_keeps_order_scores_and_trees_and_learns_its_interval_anew() -> None:
    model = small_model().model
    later = rows(6000, seed=9)
    rng = np.random.default_rng(0)
    margin = model.margin(later.values)
    label = (rng.random(len(later)) < expit(margin + 1.2)).astype(float)
    later_rows = Matured(margin, label, later.lead, later.cutoff)
    decision = decide(model.calibration, later_rows, EMBARGO, RecalibrationSettings(days=60.0))
    assert decision.kind != "none", decision.why
    done = recalibrate.recalibrated(model, later_rows, decision, 30.0)
    assert done.booster is model.booster
    assert (
        np.argsort(done.probability(later.values)[:50], kind="stable")
        == np.argsort(model.probability(later.values)[:50], kind="stable")
    ).all()
    assert done.interval.period >= model.interval.period
    low, high, _ = done.interval.of(done.probability(later.values))
    mean = done.probability(later.values).mean()
    assert low.mean() < label.mean() < high.mean()
    assert abs(mean - label.mean()) < 0.02 < label.mean() - model.probability(later.values).mean()
    assert done.choices["repair"]["kind"] == decision.kind


def test_a_recalibrated_champion_meets_a_challenger_with_what_it_had_not_learned() -> None:
    """Each row is answered by the calibration from before it was learned from; twice repaired."""
    made = small_model().artifact
    first, second = Calibration(), Calibration("sigmoid", (1.0, 1.0))
    last = Calibration("sigmoid", (1.0, 2.0))
    days = ["2026-03-01T00:00:00+00:00", "2026-06-01T00:00:00+00:00"]
    repairs = [
        {"before": before.to_json(), "learned_until": day, "learned_before": "2026-01-01T00:00Z"}
        for before, day in zip((first, second), days, strict=True)
    ]
    one = replace(
        made, model=replace(made.model, calibration=last), about={"recalibrated": repairs}
    )
    values = small_model().rows.take(np.arange(3)).values  # noqa: PD011 - not a frame
    cutoff = pd.Series(pd.to_datetime(["2026-02-01", "2026-03-01", "2026-06-01"], utc=True))
    predicted = champion_trial.probability(one, values, cutoff)
    margin = made.model.margin(values)
    assert predicted == pytest.approx(expit(margin + np.array([0.0, 1.0, 2.0])))
    assert champion_trial.learned_until(one) == pd.Timestamp("2026-01-01", tz="UTC")
