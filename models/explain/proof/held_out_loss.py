"""What leaving columns out costs: the rise of log loss on held-out leads.

Decided here: the model's plan is carried out on some rows, with and without the columns, and judged
on others. Where folds can be periods of time (`models.training.time.period_folds`), the others are
later ones, as in use: each quarter is judged by models of all rows before it, after an embargo. A
column that stands for the time in part (a kind of telephone that only later calls have) looks good
to whoever knows what came before and after. Margins are judged after the shift that fits them best,
moment by moment, since the base rate of a moment is not what a ranking is for; a moment is as short
as `A_MOMENT` conversions allow.

Elsewhere the rows are judged out of fold. Where few leads converted, halves are too small for it: a
column that helps a model of all leads may not help a model of half of them, and two models say it
with much chance (of five draws of 420 conversions of X Education, one did harm, which five folds
see and halves do not). Where many did, halves will do.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.explain.proof.concept_proof import carried_out, plan_of
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.settings import TrainSettings
from models.stats.metrics import margin_log_losses
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training.time import base_rate_shift, period_folds

FEW: Final = 500
"""With fewer converted leads there are `MANY_FOLDS`, else `FOLDS`."""
QUARTERS: Final = 4
FOLDS: Final = 2
MANY_FOLDS: Final = 5
A_MOMENT: Final = 50
"""Conversions of a moment: as many as a period has at least."""
Marks = NDArray[np.bool_]


def harm(
    rows: TrainingSet,
    without: TrainingSet,
    model: LeadModel,
    how: tuple[TrainSettings, Points | None, int],
) -> float:
    """Compute how much log loss rises, in standard errors.

    Parameters
    ----------
    rows
        Training rows of the model, or leads drawn from them.
    without
        The same rows, with the columns that are left out silenced.
    model
        The model, whose plan is carried out.
    how
        Settings, hand-given points, seed.

    Returns
    -------
    The rise; negative if the columns did harm; infinite if the model has no plan.
    """
    plan = plan_of(model)
    if plan is None:
        return float("inf")
    later = list(_later(rows, how[0]))
    parts = later or list(_out_of_fold(rows, how[2]))
    rises = []
    for learned, judged in parts:
        losses = []
        for one in (without, rows):
            other, own = carried_out(one.take(learned), model, plan, how), one.take(judged)
            margin = other.margin(own.values)
            margin = level(margin, own) if later else margin
            losses.append(margin_log_losses(label=own.label, margin=margin))
        rises.append(losses[0] - losses[1])
    return in_errors(np.concatenate(rises), np.concatenate([rows.lead[own] for _, own in parts]))


def in_errors(rise: Floats, lead: NDArray[np.int64]) -> float:
    """Express a sum over rows in standard errors, rows of a lead taken as one.

    Parameters
    ----------
    rise, lead
        Shape (rows,): the amounts, and a code of the lead.

    Examples
    --------
    >>> in_errors(np.array([1.0, -1.0, 1.0, 1.0]), np.array([1, 2, 3, 4]))
    1.0
    """
    by_lead = np.bincount(np.unique(lead, return_inverse=True)[1], weights=rise)
    error = float(np.sqrt(np.sum(by_lead**2)))
    return float(rise.sum()) / error if error > 0.0 else 0.0


def _later(rows: TrainingSet, training: TrainSettings) -> Iterator[tuple[Marks, Marks]]:
    """Yield the rows before each later quarter, and that quarter; nothing if folds are drawn."""
    if period_folds.periods(rows, QUARTERS) is None:
        return
    embargo = round(training.horizon_days * DAY)
    borders = np.quantile(rows.cutoff, np.arange(1, QUARTERS) / QUARTERS)
    for begin, end in zip(borders, [*borders[1:], np.inf], strict=True):
        earlier = rows.cutoff + embargo <= begin
        later = (rows.cutoff >= begin) & (rows.cutoff < end)
        if min(_rarer_rows(rows.label[earlier]), _rarer_rows(rows.label[later])) >= A_MOMENT:
            yield earlier, later


def _rarer_rows(label: Floats) -> int:
    return min(int(np.count_nonzero(label == kind)) for kind in (0.0, 1.0))


def _out_of_fold(rows: TrainingSet, seed: int) -> Iterator[tuple[Marks, Marks]]:
    """Yield the rows of all folds but one, and those of that one."""
    folds = MANY_FOLDS if rows.converted_leads < FEW else FOLDS
    fold = folds_by_lead(rows.group, rows.label, folds, seed)
    for k in range(folds):
        yield fold != k, fold == k


def level(margin: Floats, rows: TrainingSet) -> Floats:
    """Shift margins so that they fit the rows best, moment by moment.

    Parameters
    ----------
    margin
        Shape (rows,).
    rows
        Their rows.
    """
    moments = max(1, rows.conversions // A_MOMENT)
    cuts = np.quantile(rows.cutoff, np.arange(1, moments) / moments, method="lower")
    moment = np.searchsorted(np.unique(cuts), rows.cutoff, side="left")
    out = margin.copy()
    for k in np.unique(moment).tolist():
        own = moment == k
        out[own] += base_rate_shift.shift(margin[own], rows.label[own])
    return out
