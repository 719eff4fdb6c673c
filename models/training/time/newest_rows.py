"""What the newest rows teach: the level, before their horizon is over.

Decided here: a row whose horizon is not over has converted by now with the probability

    q = expit(z + shift) * within(days observed)

by the curve of those whose horizon is over. One shift of all log-odds is estimated from such rows,
shrunk to zero by how much a base rate moves from one horizon to the next, and used only if their
log loss falls by more than `PROVEN` standard errors, rows of a lead taken as one: the rule of
`base_rate_shift` on rows that it could not use. Half of the shift is used: what a base rate does in
one horizon lasts into the next in part only, seasons turn back. No order changes, and the interval
moves along.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from models.model.conversion_curve import ConversionCurve
from models.model.interval import PERIOD
from models.model.lead_model import LeadModel
from models.stats.follow_up import FollowUp, ObservedRows
from models.stats.log_odds import design_effect, expit, logit
from models.stats.metrics import log_losses
from models.stats.training_set import Floats
from models.training.time import conversion_times

PROVEN: Final = 1.5
LASTS: Final = 0.5
"""The part of a shift that is expected in the next horizon. Both were chosen on other companies and
cutoffs than those that are reported (docs/explanation/decisions.md)."""
_STEPS: Final = 50
_LEAST: Final = 1e-9


def teach(
    model: LeadModel, learning: ObservedRows, newest: ObservedRows, horizon_days: float
) -> LeadModel:
    """Add to a model its conversion curve and the level of the newest rows.

    Parameters
    ----------
    model
        The model of the matured rows.
    learning
        The rows it was trained on.
    newest
        Later rows, observed for less than the horizon; possibly none.
    horizon_days
        The model's horizon.
    """
    known = model.probability(learning.rows.values)
    lead = learning.rows.lead
    curve = conversion_times.learn(known, lead, learning.follow_up, horizon_days)
    if curve is None:
        return model
    moved = level(logit(model.probability(newest.rows.values)), newest, curve)
    curve = replace(
        curve,
        log_odds=tuple(z + moved for z in curve.log_odds),
        newest_rows=len(newest.follow_up),
        newest_shift=moved,
    )
    model = replace(model, curve=curve)
    if moved == 0.0:
        return model
    interval = replace(model.interval, center=model.interval.center + moved)
    return replace(model, calibration=model.calibration.moved(1.0, moved), interval=interval)


def level(z: Floats, newest: ObservedRows, curve: ConversionCurve) -> float:
    """Estimate the shift that the newest rows announce; 0 if it may be chance.

    Parameters
    ----------
    z
        Shape (rows,): log-odds of the probabilities at the horizon.
    newest
        The rows.
    curve
        When leads convert.
    """
    if len(z) == 0:
        return 0.0
    within, label = _so_far(z, newest.follow_up, curve)
    before = expit(z) * within
    repeated = design_effect(label - before, newest.rows.lead)
    moved = _shift(z, within, label, repeated / PERIOD**2)
    gain = log_losses(label=label, probability=before) - log_losses(
        label=label, probability=expit(z + moved) * within
    )
    by_lead = np.bincount(np.unique(newest.rows.lead, return_inverse=True)[1], weights=gain)
    proven = gain.sum() > PROVEN * np.sqrt(np.sum(by_lead**2))
    return LASTS * moved if proven else 0.0


def _so_far(z: Floats, follow_up: FollowUp, curve: ConversionCurve) -> tuple[Floats, Floats]:
    """Return the share of conversions that are due by now, and whether a row has converted."""
    within = np.empty(len(z))
    for days in np.unique(follow_up.observed_days):
        mine = follow_up.observed_days == days
        probability = expit(z[mine])
        within[mine] = curve.at(probability, float(days)) / np.maximum(probability, _LEAST)
    return np.clip(within, _LEAST, 1.0), np.isfinite(follow_up.days).astype(float)


def _shift(z: Floats, within: Floats, label: Floats, precision: float) -> float:
    """Estimate the most likely shift by Fisher scoring.

    Of these rows a quarter was due by now and a fifth came, so two in five will come, not a half:

    >>> half, a_fifth = np.full(4000, 0.5), np.full(4000, 0.2)
    >>> round(_shift(np.zeros(4000), half, a_fifth, 1.0), 1)
    -0.4
    """
    total = 0.0
    for _ in range(_STEPS):
        own = expit(z + total)
        due = np.minimum(own * within, 1.0 - _LEAST)
        slope = float(np.sum((1.0 - own) * (label - due) / (1.0 - due))) - precision * total
        bend = float(np.sum((1.0 - own) ** 2 * due / (1.0 - due))) + precision
        step = float(np.clip(slope / bend, -0.5, 0.5))
        total += step
        if abs(step) < _LEAST:
            break
    return total
