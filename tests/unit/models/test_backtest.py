"""Rolling origins and what they come to: who answers which row, and what recalibration repairs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.errors import BadParams, NotEnoughEvidence
from features.timeline import DAY, NEVER
from models.evaluation.evaluation import MODEL
from models.lifecycle.backtest import Backtest, Stream, judge, recalibrated
from models.lifecycle.capacity import AnsweredRows
from models.lifecycle.origins import BacktestSettings, Rolling, matured_by, rolling
from models.model import points
from models.stats.metrics import log_loss
from models.stats.training_set import Floats
from pipelines.lifecycle.backtest.origin import points_of_the_day
from tests.small_model import catalog

SETTINGS = BacktestSettings(
    first_share=0.2, retrain_days=(20.0, 40.0), period_days=40.0, redraws=40, recalibrate_days=40.0
)
DAYS = 200


def drifting(count: int = 6000) -> tuple[AnsweredRows, Floats, Rolling]:
    """Draw rows whose rate rises over time, and the probabilities of a model of the first days."""
    rng = np.random.default_rng(0)
    cutoff = np.sort(rng.integers(0, DAYS, count)) * DAY
    own = rng.normal(size=count)
    now = own - 3.0 + 3.0 * cutoff / (DAYS * DAY)
    label = (rng.random(count) < 1 / (1 + np.exp(-now))).astype(float)
    plan = rolling(cutoff, 10 * DAY, SETTINGS)
    after = cutoff >= plan.first
    rows = AnsweredRows(
        label[after], np.arange(count)[after], cutoff[after], np.full(after.sum(), NEVER)
    )
    return rows, 1 / (1 + np.exp(3.0 - own[after])), plan


def labels_at(rows: AnsweredRows, moment: int) -> Floats:
    return np.where(matured_by(rows.cutoff, moment, 10 * DAY), rows.label, np.nan)


def result() -> Backtest:
    rows, fixed, plan = drifting()
    repaired = recalibrated(fixed, rows, plan, lambda at: labels_at(rows, at), 10 * DAY)
    level = np.full(len(fixed), 0.05)
    answers = {
        Stream(MODEL, 20.0): repaired,
        Stream(MODEL, 0.0): fixed,
        Stream("base_rate", 20.0): level,
    }
    return judge(rows, answers, plan)


def test_every_row_is_answered_by_the_latest_model_of_its_cadence() -> None:
    _, _, plan = drifting()
    cutoff = np.array([plan.first, plan.first + 20 * DAY - 1, plan.first + 20 * DAY, plan.end - 1])
    assert ((plan.origin_of(cutoff, 20.0) - plan.first) // DAY).tolist() == [0, 0, 20, 140]
    assert ((plan.origin_of(cutoff, 40.0) - plan.first) // DAY).tolist() == [0, 0, 0, 120]
    assert (plan.origin_of(cutoff, 0.0) == plan.first).all()
    for origin in plan.origins():
        origins = [
            plan.origin_of(np.array([origin.until - 1]), cadence)[0]
            for cadence in SETTINGS.cadences
        ]
        assert origin.at in origins


def test_nothing_to_learn_from_at_the_first_origin_is_reported() -> None:
    with pytest.raises(NotEnoughEvidence, match="first origin"):
        rolling(np.arange(100) * DAY, 90 * DAY, BacktestSettings(first_share=0.5))


def test_recalibration_brings_back_the_level_and_not_the_order() -> None:
    done = result()
    fixed, repaired = done.whole.streams[Stream(MODEL, 0.0)], done.whole.streams[done.model]
    short = [done.whole.base_rate - one.mean_probability for one in (fixed, repaired)]
    assert short[0] > 0.5 * done.whole.base_rate
    assert abs(short[1]) < 0.5 * short[0]
    assert repaired.figures["log_loss"].high < fixed.figures["log_loss"].low
    assert fixed.gains["log_loss"].gain.low > 0
    for period in done.periods:
        same = [period.streams[s].figures["auc"].value for s in (done.model, Stream(MODEL, 0.0))]
        assert abs(same[0] - same[1]) < 0.02


def test_recalibration_that_sees_labels_too_early_is_noticed() -> None:
    """With labels that are known before they mature, and wrong until then, the answers change."""
    rows, fixed, plan = drifting()
    flipped = replace(rows, label=1.0 - rows.label)

    def answers(embargo: int) -> Floats:
        def careless(at: int) -> Floats:
            matured = matured_by(rows.cutoff, at, embargo)
            truly = matured_by(rows.cutoff, at, 10 * DAY)
            return np.where(matured, np.where(truly, rows.label, flipped.label), np.nan)

        return recalibrated(fixed, rows, plan, careless, 10 * DAY)

    honest = recalibrated(fixed, rows, plan, lambda at: labels_at(rows, at), 10 * DAY)
    assert np.array_equal(answers(10 * DAY), honest)
    assert log_loss(label=rows.label, probability=answers(0)) > log_loss(
        label=rows.label, probability=honest
    )


def test_points_on_what_nobody_had_done_yet_are_left_out(tmp_path: Path) -> None:
    """A table of today asks for features that an early catalog cannot have."""
    table = tmp_path / "scorecard.yaml"
    table.write_text(
        "rules:\n"
        "  - {feature: profile__employees, when: {at_least: 100}, points: 10}\n"
        "  - {feature: engagement__fax_count__30d, when: {at_least: 1}, points: 10}\n",
        encoding="utf-8",
    )
    assert len(points_of_the_day(str(table), catalog()).rules) == 1  # type: ignore[union-attr]
    with pytest.raises(BadParams, match="fax"):
        points.resolve(points.read(table.read_text("utf-8")), catalog())


def test_periods_cover_every_row_once() -> None:
    done = result()
    assert sum(period.rows for period in done.periods) == done.whole.rows
    assert sum(period.conversions for period in done.periods) == done.whole.conversions
