"""Whether a gain in log loss is more than chance, rows of a lead taken as one.

Decided here: where there are few conversions, whose spread is uncertain, more standard errors are
needed: one more at ten.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.metrics import margin_log_losses
from models.stats.training_set import Floats, TrainingSet

UNLIKELY: Final = -0.5
PROVEN: Final = 2.0
"""Standard errors: harm is likely below the first, a gain is proven above the second."""
_FEW_CONVERSIONS: Final = 10.0


def beats(proof: float, before: Floats, after: Floats, rows: TrainingSet) -> bool:
    """Return whether a margin beats another by that many standard errors.

    Parameters
    ----------
    proof
        Standard errors.
    before, after
        Shape (rows,): held-out margins.
    rows
        Their rows.
    """
    label = rows.label
    gain = margin_log_losses(label=label, margin=before) - margin_log_losses(
        label=label, margin=after
    )
    fewest = min(rows.conversions, len(rows) - rows.conversions)
    wanted = proof + _FEW_CONVERSIONS / max(1, fewest)
    return standard_errors(gain, rows.lead) > wanted


def mean_log_loss(label: Floats, margin: Floats) -> float:
    """Compute the mean log loss.

    Parameters
    ----------
    label, margin
        Shape (rows,).
    """
    return float(margin_log_losses(label=label, margin=margin).mean())


def standard_errors(gain: Floats, lead: NDArray[np.int64]) -> float:
    """Compute a gain as a multiple of its standard error, rows of a lead taken as one.

    Parameters
    ----------
    gain, lead
        Shape (rows,): the gain of every row, and a code of its lead.

    Examples
    --------
    >>> standard_errors(np.array([1.0, -1.0, 1.0, 1.0]), np.array([1, 2, 3, 4]))
    1.0
    """
    error = error_of_sum(gain, lead)
    return float(gain.sum()) / error if error > 0.0 else 0.0


def error_of_sum(parts: Floats, lead: NDArray[np.int64]) -> float:
    """Compute the standard error of a sum over rows, rows of a lead taken as one.

    Parameters
    ----------
    parts, lead
        Shape (rows,): what each row adds, and a code of its lead.
    """
    by_lead = np.bincount(np.unique(lead, return_inverse=True)[1], weights=parts)
    return float(np.sqrt(np.sum(by_lead**2)))
