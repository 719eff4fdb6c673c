"""Calibration of predictions whose horizon is over: conversions against what was told.

Decided here: of predictions p the sum is what was to be expected; observed over expected has an
interval with rows of a lead taken together. It is told for all, by month of the cutoff, by band and
by segment, and raises an alarm when, over all that is asked, the interval lies outside
`calibration_factor`. Slope and intercept of the logit say what kind of error it is, and raise none.
A prediction whose horizon is not over is counted and not looked at, however it has turned out: its
failures cannot be known yet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import Moments, from_moments
from models.evaluation.reliability import ReliabilityBin, reliability
from models.monitoring.age_matching import Codes
from models.monitoring.ratio import Counted, spread_of
from models.monitoring.settings import MonitorSettings
from models.stats.log_odds import expit
from models.stats.metrics import Interval
from models.stats.training_set import Floats

ALL: Final = "all"
_STEPS: Final = 25
_LEAST_FITTED: Final = 10
_LEAST_APART: Final = 1e-3


@dataclass(frozen=True)
class Told:
    """Predictions that have matured.

    Attributes
    ----------
    label, probability, lead, cutoff
        Shape (rows,): the outcome, what was told, a code of the lead, microseconds.
    band
        Shape (rows,): the band.
    segments
        Attribute -> shape (rows,): its value.
    waiting
        How many more predictions have not matured.
    """

    label: Floats
    probability: Floats
    lead: Codes
    cutoff: Moments
    band: NDArray[np.str_]
    segments: Mapping[str, NDArray[np.str_]]
    waiting: int = 0


@dataclass(frozen=True)
class Part:
    """One part of the matured predictions.

    Attributes
    ----------
    by, name
        `all`, `month`, `band` or an attribute; and which of them.
    rows, observed, expected
        Predictions, conversions, sum of the probabilities.
    ratio
        Observed over expected, with a 95 % interval by lead.
    asked
        Whether enough conversions were to be expected for a judgement.
    alarm
        Whether the ratio is shown to be outside the factor.
    """

    by: str
    name: str
    rows: int
    observed: float
    expected: float
    ratio: Interval
    asked: bool
    alarm: bool = False


@dataclass(frozen=True)
class Calibrated:
    """How true the matured predictions were.

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
        Share that converted by what was told.
    """

    source: str
    rows: int
    waiting: int
    parts: tuple[Part, ...]
    intercept: Interval
    slope: Interval
    curve: tuple[ReliabilityBin, ...]

    @property
    def enough(self) -> bool:
        """Whether anything could be judged."""
        return any(part.asked for part in self.parts)


def calibrated(told: Told, source: str, settings: MonitorSettings) -> Calibrated:
    """Hold matured predictions against their outcomes."""
    found = [
        (_counted(told, mask), by, name, int(mask.sum()))
        for by, name, mask in _parts(told, settings)
    ]
    least = settings.min_expected
    parts = [
        Part(by, name, rows, one.observed, one.expected, one.ratio(), one.expected >= least)
        for one, by, name, rows in found
    ]
    error = settings.family_rate / max(sum(part.asked for part in parts), 1)
    judged = tuple(
        replace(part, alarm=part.asked and one.outside(settings.calibration_factor, error))
        for part, (one, *_) in zip(parts, found, strict=True)
    )
    intercept, slope = logit_fit(told)
    some = len(told.label) > 0
    curve = reliability(told.label, told.probability, told.lead) if some else ()
    return Calibrated(source, len(told.label), told.waiting, judged, intercept, slope, curve)


def logit_fit(told: Told) -> tuple[Interval, Interval]:
    """Fit logit(conversion) = intercept + slope * logit(p); errors with rows of a lead together.

    Too few conversions, or one probability for all, tell nothing: NaN.
    """
    converted = int(told.label.sum())
    few = min(converted, len(told.label) - converted) < _LEAST_FITTED
    if few or float(np.ptp(told.probability)) < _LEAST_APART:
        return Interval(np.nan, np.nan, np.nan), Interval(np.nan, np.nan, np.nan)
    inside = np.clip(told.probability, 1e-6, 1.0 - 1e-6)
    design = np.column_stack([np.ones(len(inside)), np.log(inside / (1.0 - inside))])
    beta = np.array([0.0, 1.0])
    for _ in range(_STEPS):
        given = expit(design @ beta)
        curvature = design.T @ (design * (given * (1.0 - given))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (told.label - given))
        beta = beta + np.clip(step, -2.0, 2.0)
    score = design * (told.label - expit(design @ beta))[:, None]
    by_lead = np.column_stack([np.bincount(told.lead, score[:, n]) for n in range(2)])
    turned = np.linalg.inv(curvature)
    error = 1.96 * np.sqrt(np.diag(turned @ (by_lead.T @ by_lead) @ turned))
    first, second = (
        Interval(float(b), float(b - e), float(b + e)) for b, e in zip(beta, error, strict=True)
    )
    return first, second


def _counted(told: Told, mask: NDArray[np.bool_]) -> Counted:
    observed, expected = float(told.label[mask].sum()), float(told.probability[mask].sum())
    scale = observed / expected if expected > 0.0 else 1.0
    residual = told.label - scale * told.probability
    return Counted(observed, expected, spread_of(residual, told.lead, mask, observed))


def _parts(told: Told, settings: MonitorSettings) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    yield ALL, ALL, np.ones(len(told.label), np.bool_)
    month = from_moments(told.cutoff).dt.strftime("%Y-%m").to_numpy().astype(np.str_)
    ways = {"month": month, "band": told.band, **told.segments}
    for by, values in ways.items():
        often = pd.Series(values).value_counts()
        names = often.index if by == "month" else often.index[: settings.max_segment_values]
        if by == "month" or len(often) > 1:
            for name in sorted(map(str, names)):
                yield by, name, values == name
