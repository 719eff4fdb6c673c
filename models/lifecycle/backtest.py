"""Back-test: predictions at rolling origins, judged when their horizon is over.

Decided here: a stream is the sequence of predictions of one method, trained at one cadence, with or
without recalibration. All streams predict the same rows, so every period and the whole are judged
on the same redraws of leads, and gains are paired. At each of its moments, recalibration learns
only from the predictions of its own stream whose labels were known by then, by the rule of
`mikomi recalibrate` (see `models.lifecycle.recalibrate`); it can change the level and the slope,
but never the order between two of its moments.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.comparisons import Comparison, Redraws, redraw
from models.evaluation.evaluation import MODEL
from models.lifecycle import capacity, recalibrate
from models.lifecycle.capacity import AnsweredRows, CapturedConversions
from models.lifecycle.origins import BacktestSettings, Rolling
from models.lifecycle.recalibration import Matured
from models.lifecycle.settings import RecalibrationSettings
from models.model.calibration import Calibration
from models.stats.log_odds import logit
from models.stats.metrics import Interval
from models.stats.training_set import Floats

JUDGED: Final = ("auc", "log_loss", "ece", "lift_at_10", "capture_at_20")
FEWEST: Final = 20
"""The fewest conversions, and the fewest others, for recalibration."""
LabelsAt = Callable[[int], Floats]
"""Returns the labels of all rows as they were known at a moment; NaN where not matured."""


@dataclass(frozen=True, order=True)
class Stream:
    """A stream: the method, its cadence in days (0: never again), whether recalibrated."""

    method: str
    cadence: float
    recalibrated: bool = False

    @property
    def key(self) -> str:
        """The name of the stream in files.

        >>> Stream("mikomi", 0.0, True).key, Stream("odoo", 28.0).key
        ('mikomi never recalibrated', 'odoo 28d')
        """
        when = f"{self.cadence:g}d" if self.cadence else "never"
        return f"{self.method} {when}{' recalibrated' if self.recalibrated else ''}"


@dataclass(frozen=True)
class StreamResult:
    """The result of one stream in one period, or in all of them.

    Attributes
    ----------
    mean_probability
        Its mean probability, to be compared with the base rate.
    figures
        Name -> value with interval by lead.
    gains
        The gain of the model, trained at the shortest cadence, over it in AUC and in log loss.
    captured
        Conversions among the leads that sales could work.
    """

    mean_probability: float
    figures: Mapping[str, Interval]
    gains: Mapping[str, Comparison]
    captured: CapturedConversions


@dataclass(frozen=True)
class Period:
    """The rows with cutoffs in [start, end), and every stream on them; microseconds UTC.

    `conversions` counts rows, several of a lead; `converted` counts leads.
    """

    start: int
    end: int
    rows: int
    leads: int
    conversions: int
    converted: int
    base_rate: float
    streams: Mapping[Stream, StreamResult]


@dataclass(frozen=True)
class Backtest:
    """The results of a back-test.

    Attributes
    ----------
    model
        The stream that the others are compared with: the model, at the shortest cadence.
    periods, whole
        Each period, and all rows together.
    """

    model: Stream
    periods: tuple[Period, ...]
    whole: Period

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All streams, in order."""
        return tuple(self.whole.streams)


def judge(
    rows: AnsweredRows,
    answers: Mapping[Stream, Floats],
    rolling: Rolling,
    progress: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """Judge every stream in every period and on all rows.

    Parameters
    ----------
    rows
        The matured snapshots from the first origin on.
    answers
        Stream -> probability of every row; the model at the shortest cadence is among them.
    rolling
        The schedule of the back-test.
    progress
        Called with the name of each step.
    """
    settings = rolling.settings
    model = Stream(MODEL, settings.cadences[-1])
    progress("leads that sales could work")
    taken = {
        stream: capacity.taken(rows, answer, settings.capacity, rolling.first, settings.seed)
        for stream, answer in answers.items()
    }
    periods = []
    spans = [*rolling.periods(), (rolling.first, rolling.end)]
    for start, end in spans:
        progress(f"period from {np.datetime64(int(start), 'us').astype('datetime64[D]')}")
        mine = (rows.cutoff >= start) & (rows.cutoff < end)
        if mine.any():
            periods.append(_period((start, end), rows, (answers, taken), mine, (model, settings)))
    return Backtest(model, tuple(periods[:-1]), periods[-1])


def _period(
    span: tuple[int, int],
    rows: AnsweredRows,
    streams_of: tuple[Mapping[Stream, Floats], Mapping[Stream, Floats]],
    mine: NDArray[np.bool_],
    how: tuple[Stream, BacktestSettings],
) -> Period:
    answers, taken = streams_of
    model, settings = how
    label, lead = rows.label[mine], rows.lead[mine]
    named = {stream.key: answer[mine] for stream, answer in answers.items()}
    drawn = redraw(label, named, lead, settings.redraws, settings.seed)
    captured = capacity.captured({s: t[mine] for s, t in taken.items()}, lead, model, settings)
    streams = {
        stream: StreamResult(
            float(answers[stream][mine].mean()),
            {name: drawn[stream.key].interval(name) for name in JUDGED},
            _gains(drawn, model, stream),
            captured[stream],
        )
        for stream in answers
    }
    conversions = int(label.sum())
    return Period(
        *span,
        rows=len(label),
        leads=len(np.unique(lead)),
        conversions=conversions,
        converted=len(np.unique(lead[label == 1.0])),
        base_rate=conversions / len(label),
        streams=streams,
    )


def _gains(drawn: Mapping[str, Redraws], model: Stream, other: Stream) -> dict[str, Comparison]:
    mine, theirs = drawn[model.key], drawn[other.key]
    return {name: mine.against(other.key, theirs, name) for name in ("auc", "log_loss")}


def recalibrated(
    answers: Floats, rows: AnsweredRows, rolling: Rolling, labels_at: LabelsAt, embargo: int
) -> Floats:
    """Compute the probabilities of a stream with recalibration.

    Parameters
    ----------
    answers
        Shape (rows,): the stream's probabilities.
    rows
        The matured snapshots from the first origin on.
    rolling
        The schedule; recalibration uses the shortest cadence.
    labels_at
        The labels as they were known at a moment.
    embargo
        Microseconds from a cutoff until its label is known.

    Returns
    -------
    Shape (rows,): the probabilities; unchanged where recalibration is not applied.
    """
    settings = rolling.settings
    how = RecalibrationSettings(settings.recalibrate_days, FEWEST, settings.redraws, settings.seed)
    margin = logit(answers)
    out = answers.copy()
    moments = rolling.moments(settings.cadences[-1]).tolist()
    for at, following in zip(moments, [*moments[1:], rolling.end], strict=True):
        label = labels_at(at)
        known = np.flatnonzero(~np.isnan(label))
        matured = Matured(margin[known], label[known], rows.lead[known], rows.cutoff[known])
        decision = recalibrate.decide(Calibration(), matured, embargo, how)
        if decision.kind != "none":
            answered = (rows.cutoff >= at) & (rows.cutoff < following)
            out[answered] = Calibration().moved(*decision.line).probability(margin[answered])
    return out
