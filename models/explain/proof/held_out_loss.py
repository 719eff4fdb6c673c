"""What leaving columns out costs: the rise of log loss on held-out leads.

Decided here: the model's plan is carried out on all folds of the leads but one, each in turn, with
and without the columns. Where few leads converted, halves are too small for it: a column that helps
a model of all leads may not help a model of half of them, and two models say it with much chance
(of five draws of 420 conversions of X Education, one did harm, which five folds see and halves do
not). Where many did, halves will do, or periods of time, where these can be folds: a column that
helps among the leads of one moment may fail at the next, and the other way round.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.explain.proof.concept_proof import carried_out, plan_of
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.settings import TrainSettings
from models.stats.metrics import margin_log_losses
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training.combine import Plan
from models.training.time import period_folds
from models.training.time.period_folds import Folds

FEW: Final = 500
"""With fewer converted leads there are `MANY_FOLDS`, else `PERIODS` or `FOLDS`."""
PERIODS: Final = 3
FOLDS: Final = 2
MANY_FOLDS: Final = 5


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
    losses = [_losses(one, model, plan, how) for one in (without, rows)]
    return in_errors(losses[0] - losses[1], rows.lead)


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


def _losses(
    rows: TrainingSet,
    model: LeadModel,
    plan: Plan,
    how: tuple[TrainSettings, Points | None, int],
) -> Floats:
    """Compute the log loss of every row by a model that was not trained on its lead or period."""
    folds = folds_of(rows, how[2])
    margin = np.zeros(len(rows))
    for k in range(folds.count):
        own = folds.fold == k
        margin[own] = carried_out(rows.take(~own), model, plan, how).margin(rows.values[own])
    return np.asarray(margin_log_losses(label=rows.label, margin=folds.level(margin, rows)))


def folds_of(rows: TrainingSet, seed: int) -> Folds:
    """Divide the rows as the top of this module says.

    Parameters
    ----------
    rows
        Training rows.
    seed
        Seed of the draw, where folds are drawn.
    """
    by_period = period_folds.periods(rows, PERIODS)
    if by_period is not None:
        return Folds(by_period, periods=True)
    folds = MANY_FOLDS if rows.converted_leads < FEW else FOLDS
    return Folds(folds_by_lead(rows.group, rows.label, folds, seed))
