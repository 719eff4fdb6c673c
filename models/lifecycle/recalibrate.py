"""Repair before retraining: new outcomes move the probabilities and never the order of leads.

Decided here: what is repaired is the log-odds z of the probability that was shown, first by a shift
(the base rate has moved), then by a shift and a slope above 0 (it was too sure, or not enough):

    repaired log-odds = slope * z + shift

Each must win before it is used, in time order and by lead at once: it is fitted on the outcomes of
some latest days as they were known when the judged rows began, so an embargo lies between the two,
and judged on the newest days, on leads that it was not fitted on. The 95 % interval of the gain in
log loss, over redraws by lead, must lie above zero; a slope must win beyond the shift. Only then is
the one that won fitted again, on the newest days. Otherwise nothing is changed, and why is said.
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
    Repair,
    RepairSettings,
    Tried,
    lacking,
    told,
    why,
    why_not,
)
from models.model import calibration, interval
from models.model.calibration import Calibration, log_losses
from models.model.lead_model import LeadModel
from models.stats.log_odds import logit
from models.stats.metrics import Interval
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats
from models.training import base_rate_shift

Fitter = Callable[[Floats, Floats], Line]

LEAST_SLOPE: Final = 0.05
"""A flatter line says that the order does not hold any more: nothing to repair by calibration."""
_FOLDS: Final = 5
_NONE: Final = Tried("none", Interval(0.0, 0.0, 0.0))


def decide(
    curve: Calibration, rows: Matured, embargo: int, settings: RepairSettings | None = None
) -> Repair:
    """Choose a repair of a calibration, or none.

    >>> rng = np.random.default_rng(0)
    >>> margin, cutoff = rng.normal(-2.0, 1.0, 6000), np.arange(6000) * DAY // 20
    >>> label = (rng.random(6000) < calibration.expit(margin + 1.0)).astype(float)
    >>> found = decide(Calibration(), Matured(margin, label, np.arange(6000), cutoff), 30 * DAY)
    >>> found.kind, bool(0.8 < found.line[1] < 1.2)
    ('shift', True)

    Parameters
    ----------
    curve
        The calibration that answers.
    rows
        What has matured since its model learned.
    embargo
        Microseconds from a cutoff until its label is known, at least the horizon.
    settings
        Missing means the defaults.
    """
    settings = settings or RepairSettings()
    cut = _cut(rows.cutoff, embargo, settings.days)
    too_few = lacking(rows, cut, settings.min_conversions)
    if too_few:
        return Repair("none", UNCHANGED, too_few)
    stands, best, tried = curve.probability(rows.margin[cut.judged]), _NONE, []
    for kind, fitter in _FITTERS.items():
        said = _held_out(curve, rows, cut, fitter, settings.seed)
        if said is None:
            continue
        tried.append(Tried(kind, _gain(rows.take(cut.judged), stands, said, settings)))
        if tried[-1].gain.low > 0.0:
            best, stands = tried[-1], said
    if best.kind == "none":
        return Repair("none", UNCHANGED, why_not(rows, cut, tried), tuple(tried), cut)
    line = _FITTERS[best.kind](_shown(curve, rows.take(cut.newest)), rows.label[cut.newest])
    if line[0] < LEAST_SLOPE:
        return Repair("none", UNCHANGED, FLAT, tuple(tried), cut)
    return Repair(best.kind, line, why(rows, cut, line, best.gain), tuple(tried), cut, stands)


def repaired(model: LeadModel, rows: Matured, found: Repair, horizon_days: float) -> LeadModel:
    """Give the model with its calibration repaired and its interval learned anew.

    The interval is learned from the rows of the fit, each by a repair of other leads. How far a
    base rate moves between periods, few days cannot show: the larger of what the model knew and of
    what they say holds.

    Parameters
    ----------
    model, rows, found
        As `decide` was given and gave; a repair was found.
    horizon_days
        Length of the periods.
    """
    newest = rows if found.cut is None else rows.take(found.cut.newest)
    said = _of_other_leads(model.calibration, newest, found.kind)
    period = interval.periods(newest.cutoff, round(horizon_days * DAY))
    sure = interval.learn(said, newest.label, newest.lead, period)
    return replace(
        model,
        calibration=model.calibration.moved(*found.line),
        interval=replace(sure, period=max(sure.period, model.interval.period)),
        choices=model.choices | {"repair": told(found)},
    )


def _of_other_leads(curve: Calibration, rows: Matured, kind: Kind, seed: int = 0) -> Floats:
    """Give every row the repaired probability by a repair that was fitted on other leads."""
    every = np.arange(len(rows.label))
    said = _held_out(curve, rows, Cut(every, every, every), _FITTERS[kind], seed)
    return curve.probability(rows.margin) if said is None else said


def _cut(cutoff: Moments, embargo: int, days: float) -> Cut:
    """Lay out the rows: the newest days judge, as many before the embargo teach the judged."""
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
    """Repair the judged rows by what was known before them, of other leads; None if too flat."""
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
    """Give the log-odds of what was shown."""
    return logit(curve.probability(rows.margin))


def _shift(shown: Floats, label: Floats) -> Line:
    return 1.0, base_rate_shift.shift(shown, label)


def _slope(shown: Floats, label: Floats) -> Line:
    slope, shift = calibration.fit("sigmoid", shown, label).parameters
    return slope, shift


_FITTERS: Final[dict[Kind, Fitter]] = {"shift": _shift, "slope": _slope}


def _gain(rows: Matured, before: Floats, after: Floats, settings: RepairSettings) -> Interval:
    gain = log_losses(before, rows.label) - log_losses(after, rows.label)
    return paired_trial.by_lead(gain, rows.lead, settings.redraws, settings.seed)
