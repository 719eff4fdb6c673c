"""What recalibration brings back, beside never touching a model and beside training it again.

Decided here: the bank's calls in order of time, whose base rate rises from one in twenty to one in
four. The models of `mikomi backtest` answer the last quarter of the calls: trained once before it,
or again every so many days; each also recalibrated every 28 days by the rule of `mikomi
recalibrate`, from outcomes that were known by then. A call decides on the spot, so the embargo is a
day.
"""

from dataclasses import asdict, replace

import numpy as np

from benchmarks import harness
from benchmarks.quality.datasets import Dataset, bank_chronological
from features.timeline import DAY, NEVER
from models.evaluation.evaluation import MODEL
from models.lifecycle import backtest
from models.lifecycle.backtest import Stream
from models.lifecycle.capacity import AnsweredRows
from models.lifecycle.origins import BacktestSettings, Rolling, day_of, matured_by
from models.model.settings import TrainSettings
from models.stats.metrics import Interval
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model

SETTINGS = BacktestSettings(
    retrain_days=(91.0, 28.0), period_days=182.0, recalibrate_days=91.0, capacity=50
)
FIGURES = ("log_loss", "ece", "auc")


def main(_words: list[str]) -> None:
    """Measure and write `results/repair.json`."""
    data = bank_chronological()
    rows = together(data)
    embargo = round(data.horizon_days * DAY)
    first, end = int(data.test.cutoff.min()), int(rows.cutoff.max()) + 1
    course = Rolling(first, end, SETTINGS)
    judged_rows = np.flatnonzero(rows.cutoff >= first)
    judged = AnsweredRows(
        rows.label[judged_rows],
        rows.lead[judged_rows],
        rows.cutoff[judged_rows],
        np.full(len(judged_rows), NEVER),
    )
    answers = dict(streams(rows, judged_rows, course, embargo))

    def labels_at(moment: int) -> Floats:
        known = matured_by(judged.cutoff, moment, embargo)
        return np.where(known, judged.label, np.nan)

    for stream in list(answers):
        again = backtest.recalibrated(answers[stream], judged, course, labels_at, embargo)
        answers[replace(stream, recalibrated=True)] = again
    result = backtest.judge(judged, answers, course)
    harness.write("repair", facts(data, rows.take(judged_rows), result), "lightgbm", "scikit-learn")


def together(data: Dataset) -> TrainingSet:
    """Put the rows that teach and those that test together again."""
    parts = (data.train, data.test)
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("values", "label", "cutoff")
    }
    return replace(data.train, lead=np.arange(len(joined["label"])), **joined)


def streams(
    rows: TrainingSet, judged_rows: np.ndarray, course: Rolling, embargo: int
) -> list[tuple[Stream, Floats]]:
    """Train at every origin, and give what was answered at each cadence."""
    train = TrainSettings(horizon_days=embargo / DAY)
    probabilities = {}
    for origin in course.origins():
        taught = rows.take(matured_by(rows.cutoff, origin.at, embargo))
        probabilities[origin.at] = fit_model.fit(taught, train, seed=0).probability(
            rows.values[judged_rows]
        )
    predicted = []
    for cadence in SETTINGS.cadences:
        model_of = course.origin_of(rows.cutoff[judged_rows], cadence)
        out = np.empty(len(judged_rows))
        for at in np.unique(model_of).tolist():
            out[model_of == at] = probabilities[at][model_of == at]
        predicted.append((Stream(MODEL, cadence), out))
    return predicted


def facts(data: Dataset, judged: TrainingSet, result: backtest.Backtest) -> dict[str, object]:
    """Return the results, over all rows and by half-years."""
    return {
        "data": "bank_chronological",
        "base_rate": {"before": data.train.label.mean(), "judged": judged.label.mean()},
        "first_origin": day_of(result.whole.start),
        "last_cutoff": day_of(result.whole.end - 1),
        "rows": result.whole.rows,
        "settings": asdict(SETTINGS),
        "whole": {stream.key: figures(one) for stream, one in result.whole.streams.items()},
        "periods": [
            {
                "from": day_of(period.start),
                "rows": period.rows,
                "base_rate": period.base_rate,
                "log_loss": {
                    s.key: one.figures["log_loss"].value for s, one in period.streams.items()
                },
                "mean_probability": {
                    s.key: one.mean_probability for s, one in period.streams.items()
                },
            }
            for period in result.periods
        ],
    }


def figures(one: backtest.StreamResult) -> dict[str, object]:
    """Return the figures of a stream, with intervals by lead."""

    def ends(interval: Interval) -> dict[str, float]:
        return {"value": interval.value, "low": interval.low, "high": interval.high}

    return {
        "mean_probability": one.mean_probability,
        **{name: ends(one.figures[name]) for name in FIGURES},
        "log_loss_more_than_trained_every_28_days": ends(one.gains["log_loss"].gain),
    }


if __name__ == "__main__":
    main([])
