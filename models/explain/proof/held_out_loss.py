"""What leaving columns out costs on held-out leads: the rise of log loss, the fall of the order.

Decided here: the model's plan is carried out on some rows, with and without the columns, and judged
on others. Where folds can be periods of time (`models.training.time.period_folds`), the others are
later ones, as in use: each quarter is judged by models of all rows before it, after an embargo. A
column that stands for the time in part (a kind of telephone that only later calls have) looks good
to whoever knows what came before and after. So there margins are judged moment by moment
(`models.training.time.moments`).

Elsewhere the rows are judged out of fold. Where few leads converted, halves are too small for it: a
column that helps a model of all leads may not help a model of half of them, and two models say it
with much chance (of five draws of 420 conversions of X Education, one did harm, which five folds
see and halves do not). Where many did, halves will do.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.explain.proof import held_out_order
from models.explain.proof.concept_proof import carried_out, plan_of
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.settings import TrainSettings
from models.stats.metrics import margin_log_losses
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training.gain import error_of_sum
from models.training.time import period_folds
from models.training.time.moments import CONVERSIONS, level, moments

FEW: Final = 500
"""With fewer converted leads there are `MANY_FOLDS`, else `FOLDS`."""
QUARTERS: Final = 4
FOLDS: Final = 2
MANY_FOLDS: Final = 5
UPPER_END: Final = 1.0
"""Standard errors that the upper end of a harm lies above its estimate."""
Marks = NDArray[np.bool_]


class Cost(NamedTuple):
    """What leaving columns out costs by one measure, summed over the held-out rows.

    Attributes
    ----------
    rise
        The estimate; negative if the columns did harm.
    error
        Its standard error, rows of a lead taken as one.
    gain
        What the model with the columns is better than none, in the same unit.
    """

    rise: float
    error: float
    gain: float

    @property
    def in_errors(self) -> float:
        """The estimate in standard errors."""
        return self.rise / self.error if self.error > 0.0 else 0.0

    def is_small(self, most: float) -> bool:
        """Return whether the upper end, `UPPER_END` above the estimate, is a small share.

        Parameters
        ----------
        most
            The largest share of the gain.

        Examples
        --------
        >>> Cost(0.0, 0.1, 100.0).is_small(0.005), Cost(0.0, 1.0, 100.0).is_small(0.005)
        (True, False)
        """
        return self.rise + UPPER_END * self.error <= most * max(self.gain, 0.0)


class Harm(NamedTuple):
    """What leaving columns out costs by both measures.

    Attributes
    ----------
    log_loss
        The rise of log loss.
    order
        The fall of the AUC within moments.
    """

    log_loss: Cost
    order: Cost

    def is_small(self, most: float) -> bool:
        """Return whether both costs are small: see `Cost.is_small`."""
        return all(cost.is_small(most) for cost in self)


UNKNOWN: Final = Harm(Cost(np.inf, np.inf, 0.0), Cost(np.inf, np.inf, 0.0))
"""The harm where nothing can be carried out on other rows."""


def harm(
    rows: TrainingSet,
    without: TrainingSet,
    model: LeadModel,
    how: tuple[TrainSettings, Points | None, int],
) -> Harm:
    """Compute what leaving columns out costs on held-out rows.

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
    Both costs; `UNKNOWN` if the model has no plan.
    """
    plan = plan_of(model)
    if plan is None:
        return UNKNOWN
    later = list(_later(rows, how[0]))
    parts = later or list(_out_of_fold(rows, how[2]))
    log_loss, order = [], []
    for learned, judged in parts:
        own = rows.take(judged)
        moment = moments(own) if later else np.zeros(len(own), dtype=np.int64)
        margins = []
        for one in (rows, without):
            other = carried_out(one.take(learned), model, plan, how)
            margin = other.margin(one.take(judged).values)
            margins.append(level(margin, own.label, moment) if later else margin)
        order.append(held_out_order.fall(own.label, moment, *margins))
        log_loss.append(_rise(own.label, moment, *margins))
    lead = np.concatenate([rows.lead[judged] for _, judged in parts])
    return Harm(_cost(log_loss, lead), _cost(order, lead))


def _rise(
    label: Floats, moment: NDArray[np.int64], before: Floats, after: Floats
) -> tuple[float, float, Floats]:
    """Return the rise of log loss, the gain over the base rate, and each row's part in the rise."""
    none = level(np.zeros(len(label)), label, moment)
    losses = [margin_log_losses(label=label, margin=one) for one in (none, before, after)]
    rise = losses[2] - losses[1]
    return float(rise.sum()), float((losses[0] - losses[1]).sum()), rise


def _cost(judged: list[tuple[float, float, Floats]], lead: NDArray[np.int64]) -> Cost:
    """Sum a measure over the parts that are judged."""
    error = error_of_sum(np.concatenate([parts for _, _, parts in judged]), lead)
    return Cost(sum(one[0] for one in judged), error, sum(one[1] for one in judged))


def _later(rows: TrainingSet, training: TrainSettings) -> Iterator[tuple[Marks, Marks]]:
    """Yield the rows before each later quarter, and that quarter; nothing if folds are drawn."""
    if period_folds.periods(rows, QUARTERS) is None:
        return
    embargo = round(training.horizon_days * DAY)
    borders = np.quantile(rows.cutoff, np.arange(1, QUARTERS) / QUARTERS)
    for begin, end in zip(borders, [*borders[1:], np.inf], strict=True):
        earlier = rows.cutoff + embargo <= begin
        later = (rows.cutoff >= begin) & (rows.cutoff < end)
        if min(_rarer_rows(rows.label[earlier]), _rarer_rows(rows.label[later])) >= CONVERSIONS:
            yield earlier, later


def _rarer_rows(label: Floats) -> int:
    return min(int(np.count_nonzero(label == kind)) for kind in (0.0, 1.0))


def _out_of_fold(rows: TrainingSet, seed: int) -> Iterator[tuple[Marks, Marks]]:
    """Yield the rows of all folds but one, and those of that one."""
    folds = MANY_FOLDS if rows.converted_leads < FEW else FOLDS
    fold = folds_by_lead(rows.group, rows.label, folds, seed)
    for k in range(folds):
        yield fold != k, fold == k
