"""Recalibration without retraining: new outcomes change probabilities, never the order of leads.

Decided here: recalibration changes the log-odds z of the predicted probability, first by a shift
(the base rate has changed), then by a shift and a slope above 0 (over- or underconfidence):

    recalibrated log-odds = slope * z + shift

Each candidate must win before it is used, out of time and out of lead: it is fitted on the outcomes
of some latest days as they were known when the judged rows began, so an embargo lies between the
two, and judged on the newest days, on leads that it was not fitted on. The 95 % interval of the
gain in log loss, over redraws by lead, must lie above zero; the slope must win over the shift. The
winner is fitted again on the newest days. Otherwise nothing is changed, and the reason is stated.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from features.timeline import DAY, Moments
from models.evaluation import paired_trial
from models.lifecycle.origins import matured_by
from models.lifecycle.recalibration import (
    FLAT,
    UNCHANGED,
    Cut,
    Kind,
    Line,
    Matured,
    Recalibration,
    Tried,
    as_plain,
    lacking,
    why,
    why_not,
)
from models.lifecycle.settings import RecalibrationSettings
from models.model import calibration, interval
from models.model.calibration import Calibration
from models.model.lead_model import LeadModel
from models.stats.log_odds import logit
from models.stats.metrics import Interval, log_losses
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats
from models.training.time import base_rate_shift

Fitter = Callable[[Floats, Floats], Line]

LEAST_SLOPE: Final = 0.05
"""A flatter line means that the order is lost, which calibration cannot mend."""
_FOLDS: Final = 5
_NONE: Final = Tried("none", Interval(0.0, 0.0, 0.0))


def decide(
    curve: Calibration, rows: Matured, embargo: int, settings: RecalibrationSettings | None = None
) -> Recalibration:
    """Choose a recalibration, or none.

    Parameters
    ----------
    curve
        The calibration in use.
    rows
        The predictions that have matured since its model was trained.
    embargo
        Microseconds from a cutoff until its label is known, at least the horizon.
    settings
        Missing means the defaults.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> margin, cutoff = rng.normal(-2.0, 1.0, 6000), np.arange(6000) * DAY // 20
    >>> label = (rng.random(6000) < calibration.expit(margin + 1.0)).astype(float)
    >>> decision = decide(Calibration(), Matured(margin, label, np.arange(6000), cutoff), 30 * DAY)
    >>> decision.kind, bool(0.8 < decision.line[1] < 1.2)
    ('shift', True)
    """
    settings = settings or RecalibrationSettings()
    cut = _cut(rows.cutoff, embargo, settings.days)
    too_few = lacking(rows, cut, settings.min_conversions)
    if too_few:
        return Recalibration("none", UNCHANGED, too_few)
    stands, best, tried = curve.probability(rows.margin[cut.judged]), _NONE, []
    for kind, fitter in _FITTERS.items():
        probability = _held_out(curve, rows, cut, fitter, settings.seed)
        if probability is None:
            continue
        tried.append(Tried(kind, _gain(rows.take(cut.judged), stands, probability, settings)))
        if tried[-1].gain.low > 0.0:
            best, stands = tried[-1], probability
    if best.kind == "none":
        return Recalibration("none", UNCHANGED, why_not(rows, cut, tried), tuple(tried), cut)
    line = _FITTERS[best.kind](_shown(curve, rows.take(cut.newest)), rows.label[cut.newest])
    if line[0] < LEAST_SLOPE:
        return Recalibration("none", UNCHANGED, FLAT, tuple(tried), cut)
    return Recalibration(
        best.kind, line, why(rows, cut, line, best.gain), tuple(tried), cut, stands
    )


def recalibrated(
    model: LeadModel, rows: Matured, decision: Recalibration, horizon_days: float
) -> LeadModel:
    """Return the model with its calibration changed and its interval learned again.

    The interval is learned from the rows of the fit, each by a recalibration of other leads. Few
    days cannot show the variation of the base rate between periods, so the larger of the model's
    own and of the new estimate is used.

    Parameters
    ----------
    model, rows
        The model, and the rows that `decide` used.
    decision
        The result of `decide`; its kind is not `none`.
    horizon_days
        Length of the periods.
    """
    newest = rows if decision.cut is None else rows.take(decision.cut.newest)
    probability = _of_other_leads(model.calibration, newest, decision.kind)
    period = interval.periods(newest.cutoff, round(horizon_days * DAY))
    sure = interval.learn(probability, newest.label, newest.lead, period)
    return replace(
        model,
        calibration=model.calibration.moved(*decision.line),
        interval=replace(sure, period=max(sure.period, model.interval.period)),
        choices=model.choices | {"repair": as_plain(decision)},
    )


def _of_other_leads(curve: Calibration, rows: Matured, kind: Kind, seed: int = 0) -> Floats:
    """Compute the probability of every row by a recalibration fitted on other leads."""
    every = np.arange(len(rows.label))
    probability = _held_out(curve, rows, Cut(every, every, every), _FITTERS[kind], seed)
    return curve.probability(rows.margin) if probability is None else probability


def _cut(cutoff: Moments, embargo: int, days: float) -> Cut:
    """Divide the rows: the newest days are judged, as many before the embargo are for the fit."""
    nothing = np.empty(0, np.intp)
    if not len(cutoff):
        return Cut(nothing, nothing, nothing)
    last, span = int(cutoff.max()), int(cutoff.max() - cutoff.min())
    most = round(days * DAY)
    newest = np.flatnonzero(cutoff > last - most)
    length = min(most, (span - embargo) // 2 + 1)
    if length <= 0:
        return Cut(nothing, nothing, newest)
    judged = cutoff > last - length
    begins = int(cutoff[judged].min())
    earlier = matured_by(cutoff, begins, embargo) & (cutoff > begins - embargo - length)
    return Cut(np.flatnonzero(earlier), np.flatnonzero(judged), newest)


def _held_out(
    curve: Calibration, rows: Matured, cut: Cut, fitter: Fitter, seed: int
) -> Floats | None:
    """Recalibrate the judged rows by earlier outcomes of other leads; None if the line is flat."""
    fold = folds_by_lead(rows.lead, rows.label, _FOLDS, seed)
    out = np.empty(len(cut.judged))
    for k in range(_FOLDS):
        taught = rows.take(cut.earlier[fold[cut.earlier] != k])
        line = fitter(_shown(curve, taught), taught.label)
        if line[0] < LEAST_SLOPE:
            return None
        mine = fold[cut.judged] == k
        out[mine] = curve.moved(*line).probability(rows.margin[cut.judged[mine]])
    return out


def _shown(curve: Calibration, rows: Matured) -> Floats:
    """Compute the log-odds of the predicted probability."""
    return logit(curve.probability(rows.margin))


def _shift(shown: Floats, label: Floats) -> Line:
    return 1.0, base_rate_shift.shift(shown, label)


def _slope(shown: Floats, label: Floats) -> Line:
    slope, shift = calibration.fit("sigmoid", shown, label).parameters
    return slope, shift


_FITTERS: Final[dict[Kind, Fitter]] = {"shift": _shift, "slope": _slope}


def _gain(
    rows: Matured, before: Floats, after: Floats, settings: RecalibrationSettings
) -> Interval:
    gain = log_losses(probability=before, label=rows.label) - log_losses(
        probability=after, label=rows.label
    )
    return paired_trial.by_lead(gain, rows.lead, settings.redraws, settings.seed)
