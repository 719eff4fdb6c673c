"""What is shown about the effect of a contact: two questions, asked once each.

Decided here, the spending of the error with which an effect that is not there is shown:

- half a percent: does a contact change the probability at all (two-sided, on the mean effect);
- half a percent: does it change it more for some leads than for others (one-sided: the doubly
  robust effects of rows rise with the effect that a model not fitted on them gives).

Both are tails of Student's t with as many degrees of freedom as the poorer side has conversions,
less one, since few conversions have heavier tails than a normal law. Simulated worlds without any
effect are alarmed about in at most 2 of 100 (`benchmarks/results/contact.json`).

Neither shown is the usual answer. It is "none" only where the 90 % interval of the mean effect lies
within a quarter of the share that converts, and "unknown" otherwise. Where people chose whom to
contact, what is shown is only suggested, and nothing is without overlap.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.special import stdtr

from models.contact.cross_fit import RowEffects
from models.contact.effect_model import weights
from models.contact.overlap import Overlap
from models.contact.rows import ContactRows
from models.contact.sums import ClusteredMean, clustered_mean
from models.stats.metrics import Interval
from models.stats.training_set import Floats

ERROR_OF_ANY: Final = 0.005
ERROR_OF_DIFFERENCE: Final = 0.005
ERROR_OF_INTERVALS: Final = 0.10
FEWEST_ROWS: Final = 50
FEWEST_CONVERSIONS: Final = 10
LEAST_EFFECT: Final = 0.25
"""An effect below this share of the share that converts is not worth noticing."""
Answer = Literal["differs", "same", "none", "unknown"]
Why = Literal["shown", "excluded", "not_shown", "too_few", "no_overlap"]


@dataclass(frozen=True)
class ContactVerdict:
    """What is shown.

    Attributes
    ----------
    answer
        `differs`: a contact helps some leads more than others; `same`: it has an effect, and no
        difference is shown; `none`: no effect worth noticing; `unknown`.
    why
        What the answer rests on.
    randomised
        Whether chance decided who was contacted; otherwise the answer is only suggested.
    mean
        The mean effect, in shares of leads, with its 90 % interval.
    p_any, p_differs
        Of the two questions.
    """

    answer: Answer
    why: Why
    randomised: bool
    mean: Interval
    p_any: float
    p_differs: float


def verdict(
    rows: ContactRows, effects: RowEffects, effect: Floats, overlap: Overlap | None
) -> ContactVerdict:
    """Answer both questions.

    Parameters
    ----------
    rows
        The rows that are compared.
    effects
        Their doubly robust effects.
    effect
        Shape (rows,): by a model that was not fitted on the row.
    overlap
        Where people chose; None where chance did.
    """
    mean = clustered_mean(effects.psi, rows.unit)
    freedom = max(_poorer(rows) - 1.0, 1.0)
    p_any = float(2.0 * stdtr(freedom, -abs(mean.z)))
    p_differs = float(stdtr(freedom, -slope(rows, effects, effect).z))
    shown = mean.interval(ERROR_OF_INTERVALS)
    answer, why = _answer(rows, shown, (p_any, p_differs))
    if too_few(rows):
        answer, why = "unknown", "too_few"
    elif overlap is not None and not overlap.suffices:
        answer, why = "unknown", "no_overlap"
    return ContactVerdict(answer, why, rows.randomised, shown, p_any, p_differs)


def too_few(rows: ContactRows) -> bool:
    """Check whether either side has too few rows or conversions."""
    leads = min(int(rows.contacted.sum()), int((~rows.contacted).sum()))
    return leads < FEWEST_ROWS or _poorer(rows) < FEWEST_CONVERSIONS


def _poorer(rows: ContactRows) -> float:
    """Count the conversions of the side that has fewer."""
    return min(float(rows.label[side].sum()) for side in (rows.contacted, ~rows.contacted))


def slope(rows: ContactRows, effects: RowEffects, effect: Floats) -> ClusteredMean:
    """Compute how the effects of rows go with the effect of the model, with its error.

    Both are centred within folds, so that no fold is compared with what it was fitted on.

    Parameters
    ----------
    rows, effects, effect
        As in `verdict`.
    """
    weight = weights(effects)
    each = np.zeros(len(rows))
    for one in np.unique(effects.fold):
        mine = effects.fold == one
        w = weight[mine] / weight[mine].sum()
        apart = effect[mine] - (w * effect[mine]).sum()
        each[mine] = weight[mine] * apart * (effects.psi[mine] - (w * effects.psi[mine]).sum())
    scale = float(np.abs(each).max(initial=0.0))
    return clustered_mean(each / scale if scale > 0.0 else each, rows.unit)


def _answer(rows: ContactRows, mean: Interval, p: tuple[float, float]) -> tuple[Answer, Why]:
    if p[1] <= ERROR_OF_DIFFERENCE:
        return "differs", "shown"
    if p[0] <= ERROR_OF_ANY:
        return "same", "shown"
    least = LEAST_EFFECT * float(rows.label.mean())
    if max(-mean.low, mean.high) <= least:
        return "none", "excluded"
    return "unknown", "not_shown"
