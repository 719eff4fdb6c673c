"""What a back-test comes to: answers given at rolling origins, judged when their horizon is over.

Decided here: a stream is the answers that one method would have given all along, trained at one
cadence, as it was or recalibrated. All streams answer the same rows, so every period and the whole
are judged on the same redraws of leads and gains are paired. Recalibration learns, at each of its
moments, from the answers of its own stream alone whose labels were known by then, by the rule of
`mikomi recalibrate` (see `models.lifecycle.recalibrate`), so it can move the level and the spread
and never the order within its stretch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.comparisons import Comparison, Redraws, redraw
from models.evaluation.evaluation import MODEL
from models.lifecycle import capacity, recalibrate
from models.lifecycle.capacity import Found, Rows
from models.lifecycle.origins import BacktestSettings, Rolling
from models.lifecycle.recalibration import Matured, RepairSettings
from models.model.calibration import Calibration
from models.stats.log_odds import logit
from models.stats.metrics import Interval
from models.stats.training_set import Floats

JUDGED: Final = ("auc", "log_loss", "ece", "lift_at_10", "capture_at_20")
FEWEST: Final = 20
"""Conversions, and others, that recalibration needs at least."""
LabelsAt = Callable[[int], Floats]
"""Gives the labels of all rows as they were known at a moment; missing where not matured."""


@dataclass(frozen=True, order=True)
class Stream:
    """Who answered: the method, its cadence in days (0: never again), whether recalibrated."""

    method: str
    cadence: float
    recalibrated: bool = False

    @property
    def key(self) -> str:
        """A name for files.

        >>> Stream("mikomi", 0.0, True).key, Stream("odoo", 28.0).key
        ('mikomi never recalibrated', 'odoo 28d')
        """
        when = f"{self.cadence:g}d" if self.cadence else "never"
        return f"{self.method} {when}{' recalibrated' if self.recalibrated else ''}"


@dataclass(frozen=True)
class Told:
    """One stream in one period, or in all of them.

    Attributes
    ----------
    mean_probability
        What it said on average; to be compared with the base rate.
    figures
        Name -> value with interval by lead.
    gains
        How much better the model is, trained at the shortest cadence, in AUC and in log loss.
    found
        Conversions among the leads that sales could work.
    """

    mean_probability: float
    figures: Mapping[str, Interval]
    gains: Mapping[str, Comparison]
    found: Found


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
    streams: Mapping[Stream, Told]


@dataclass(frozen=True)
class Backtest:
    """The whole answer.

    Attributes
    ----------
    model
        The stream that the others are compared with: the model, at the shortest cadence.
    periods, whole
        One by one, and all rows together.
    """

    model: Stream
    periods: tuple[Period, ...]
    whole: Period

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All streams, in order."""
        return tuple(self.whole.streams)


def judge(
    rows: Rows,
    answers: Mapping[Stream, Floats],
    rolling: Rolling,
    progress: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """Judge every stream in every period and in all.

    Parameters
    ----------
    rows
        The matured snapshots from the first origin on.
    answers
        Stream -> probability of every row; the model at the shortest cadence is among them.
    rolling
        The course of the back-test.
    progress
        Told what is being done.
    """
    settings = rolling.settings
    model = Stream(MODEL, settings.cadences[-1])
    progress("leads that sales could work")
    taken = {
        stream: capacity.taken(rows, given, settings.capacity, rolling.first, settings.seed)
        for stream, given in answers.items()
    }
    told = []
    spans = [*rolling.periods(), (rolling.first, rolling.end)]
    for start, end in spans:
        progress(f"period of {start}")
        mine = (rows.cutoff >= start) & (rows.cutoff < end)
        if mine.any():
            told.append(_period((start, end), rows, (answers, taken), mine, (model, settings)))
    return Backtest(model, tuple(told[:-1]), told[-1])


def _period(
    span: tuple[int, int],
    rows: Rows,
    given: tuple[Mapping[Stream, Floats], Mapping[Stream, Floats]],
    mine: NDArray[np.bool_],
    how: tuple[Stream, BacktestSettings],
) -> Period:
    answers, taken = given
    model, settings = how
    label, lead = rows.label[mine], rows.lead[mine]
    named = {stream.key: answer[mine] for stream, answer in answers.items()}
    drawn = redraw(label, named, lead, settings.redraws, settings.seed)
    found = capacity.found({s: t[mine] for s, t in taken.items()}, lead, model, settings)
    streams = {
        stream: Told(
            float(answers[stream][mine].mean()),
            {name: drawn[stream.key].interval(name) for name in JUDGED},
            _gains(drawn, model, stream),
            found[stream],
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
    answers: Floats, rows: Rows, rolling: Rolling, labels_at: LabelsAt, embargo: int
) -> Floats:
    """Give the answers of a stream as they would have been with recalibration.

    Parameters
    ----------
    answers
        Shape (rows,): the stream's probabilities.
    rows
        The matured snapshots from the first origin on.
    rolling
        The course; recalibration keeps the shortest cadence.
    labels_at
        The labels as they were known at a moment.
    embargo
        Microseconds from a cutoff until its label is known.
    """
    settings = rolling.settings
    how = RepairSettings(settings.recalibrate_days, FEWEST, settings.redraws, settings.seed)
    margin = logit(answers)
    out = answers.copy()
    moments = rolling.moments(settings.cadences[-1]).tolist()
    for at, following in zip(moments, [*moments[1:], rolling.end], strict=True):
        label = labels_at(at)
        known = np.flatnonzero(~np.isnan(label))
        seen = Matured(margin[known], label[known], rows.lead[known], rows.cutoff[known])
        found = recalibrate.decide(Calibration(), seen, embargo, how)
        if found.kind != "none":
            asked = (rows.cutoff >= at) & (rows.cutoff < following)
            out[asked] = Calibration().moved(*found.line).probability(margin[asked])
    return out
