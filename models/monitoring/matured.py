"""Calibration of predictions whose horizon is over: conversions against predicted probabilities.

Decided here: the expected number of conversions is the sum of the probabilities; observed over
expected has an interval clustered by lead. It is reported for all predictions, by month of the
cutoff, by band and by segment, and raises an alarm when its interval, corrected for the number of
parts tested, lies outside `calibration_factor`. Below the alarm, a part that differs from 1 beyond
chance is reported as such. Slope and intercept of the logit show the kind of
error and raise no alarm. A prediction whose horizon is not over is counted but not judged, even if
its lead has converted: non-conversions cannot be known yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import Moments, from_moments
from models.evaluation.reliability import ReliabilityBin, reliability
from models.monitoring.age_matching import Codes
from models.monitoring.settings import MonitorSettings
from models.stats.log_odds import expit
from models.stats.metrics import Interval
from models.stats.ratio import SHOWN, CountRatio
from models.stats.training_set import Floats

ALL: Final = "all"
SINGLE: Final = (ALL, "band")
"""Parts whose deviation below the alarm is reported by their own 95 % interval."""
_STEPS: Final = 25
_LEAST_FITTED: Final = 10
_LEAST_APART: Final = 1e-3


@dataclass(frozen=True)
class MaturedPredictions:
    """Predictions that have matured.

    Attributes
    ----------
    label, probability, lead, cutoff
        Shape (rows,): the outcome, the predicted probability, a code of the lead, microseconds.
    band
        Shape (rows,): the band.
    segments
        Attribute -> shape (rows,): its value.
    waiting
        Number of further predictions that have not matured.
    """

    label: Floats
    probability: Floats
    lead: Codes
    cutoff: Moments
    band: NDArray[np.str_]
    segments: Mapping[str, NDArray[np.str_]]
    waiting: int = 0


@dataclass(frozen=True)
class CalibrationPart:
    """One part of the matured predictions.

    Attributes
    ----------
    by, name
        `all`, `month`, `band` or an attribute; and its value.
    rows, observed, expected
        Predictions, conversions, sum of the probabilities.
    ratio
        Observed over expected, with a 95 % interval by lead.
    testable
        Whether enough conversions were expected to test the ratio.
    alarm
        Whether the ratio is shown to be outside the factor.
    deviates
        Whether the ratio is shown to differ from 1: of all predictions and of a band by its 95 %
        interval, of months and segments by intervals that hold together.
    """

    by: str
    name: str
    rows: int
    observed: float
    expected: float
    ratio: Interval
    testable: bool = field(metadata={"key": "asked"})
    alarm: bool = False
    deviates: bool = False

    @property
    def distance(self) -> float:
        """How far the nearer end of the interval is from 1, as a factor; 1 if it includes 1."""
        return max(self.ratio.low, 1.0 / max(self.ratio.high, 1e-9), 1.0)


@dataclass(frozen=True)
class Calibrated:
    """The calibration of the matured predictions.

    Attributes
    ----------
    source
        `receipts` of the server, or `snapshots` of the workspace scored by the champion.
    rows, waiting
        Predictions that have matured, and that have not.
    parts
        All of them, and by month, band and segment.
    intercept, slope
        Of the logit, with 95 % intervals by lead; 0 and 1 are perfect.
    curve
        Share that converted, by predicted probability.
    """

    source: str
    rows: int
    waiting: int
    parts: tuple[CalibrationPart, ...]
    intercept: Interval
    slope: Interval
    curve: tuple[ReliabilityBin, ...]

    @property
    def enough(self) -> bool:
        """Whether at least one part could be tested."""
        return any(part.testable for part in self.parts)


def calibrated(
    predictions: MaturedPredictions, source: str, settings: MonitorSettings
) -> Calibrated:
    """Compare matured predictions with their outcomes.

    Parameters
    ----------
    predictions
        The predictions that have matured.
    source
        `receipts` or `snapshots`: where they come from.
    settings
        Factor, false-alarm rate and smallest expected count.

    Returns
    -------
    The ratio of every part, with the fit of the logit and the reliability curve.
    """
    counts = [
        (_counted(predictions, mask), by, name, int(mask.sum()))
        for by, name, mask in _parts(predictions, settings)
    ]
    least = settings.min_expected
    parts = [
        CalibrationPart(
            by, name, rows, one.observed, one.expected, one.ratio(), one.expected >= least
        )
        for one, by, name, rows in counts
    ]
    error = settings.family_rate / max(sum(part.testable for part in parts), 1)
    many = max(sum(part.testable and part.by not in SINGLE for part in parts), 1)
    judged = tuple(
        replace(
            part,
            alarm=part.testable and one.outside(settings.calibration_factor, error),
            deviates=part.testable and one.outside(1.0, SHOWN / (1 if part.by in SINGLE else many)),
        )
        for part, (one, *_) in zip(parts, counts, strict=True)
    )
    intercept, slope = logit_fit(predictions)
    rows = len(predictions.label)
    curve = (
        reliability(predictions.label, predictions.probability, predictions.lead) if rows else ()
    )
    return Calibrated(source, rows, predictions.waiting, judged, intercept, slope, curve)


def logit_fit(predictions: MaturedPredictions) -> tuple[Interval, Interval]:
    """Fit logit(conversion) = intercept + slope * logit(p), with errors clustered by lead.

    Returns
    -------
    Intercept and slope with 95 % intervals; NaN with too few conversions, or if all probabilities
    are about equal.
    """
    converted = int(predictions.label.sum())
    few = min(converted, len(predictions.label) - converted) < _LEAST_FITTED
    if few or float(np.ptp(predictions.probability)) < _LEAST_APART:
        return Interval(np.nan, np.nan, np.nan), Interval(np.nan, np.nan, np.nan)
    inside = np.clip(predictions.probability, 1e-6, 1.0 - 1e-6)
    design = np.column_stack([np.ones(len(inside)), np.log(inside / (1.0 - inside))])
    beta = np.array([0.0, 1.0])
    for _ in range(_STEPS):
        fitted = expit(design @ beta)
        curvature = design.T @ (design * (fitted * (1.0 - fitted))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (predictions.label - fitted))
        beta = beta + np.clip(step, -2.0, 2.0)
    score = design * (predictions.label - expit(design @ beta))[:, None]
    by_lead = np.column_stack([np.bincount(predictions.lead, score[:, n]) for n in range(2)])
    turned = np.linalg.inv(curvature)
    error = 1.96 * np.sqrt(np.diag(turned @ (by_lead.T @ by_lead) @ turned))
    first, second = (
        Interval(float(b), float(b - e), float(b + e)) for b, e in zip(beta, error, strict=True)
    )
    return first, second


def _counted(predictions: MaturedPredictions, mask: NDArray[np.bool_]) -> CountRatio:
    return CountRatio.of_rows(
        predictions.label[mask], predictions.probability[mask], predictions.lead[mask]
    )


def _parts(
    predictions: MaturedPredictions, settings: MonitorSettings
) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    yield ALL, ALL, np.ones(len(predictions.label), np.bool_)
    month = from_moments(predictions.cutoff).dt.strftime("%Y-%m").to_numpy().astype(np.str_)
    ways = {"month": month, "band": predictions.band, **predictions.segments}
    for by, values in ways.items():
        often = pd.Series(values).value_counts()
        names = often.index if by == "month" else often.index[: settings.max_segment_values]
        if by == "month" or len(often) > 1:
            for name in sorted(map(str, names)):
                yield by, name, values == name
