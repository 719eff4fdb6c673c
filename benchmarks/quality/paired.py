"""How sure a difference between two contenders is.

Decided here: both gave probabilities of the same test rows, so only the rows where they differ
matter. The standard error of a difference has two parts, added in squares: which leads happen to be
in the test (rows of a lead taken together), and which rows happened to be drawn to learn from (the
spread over the draws; unknown with one draw). For the AUC the first part is DeLong's, with leads as
clusters. A difference is beyond noise when it is more than two standard errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.stats import metrics
from models.stats.auc_error import auc_parts
from models.stats.training_set import Floats, TrainingSet

NOISE = 2.0
"""Standard errors."""


@dataclass(frozen=True)
class Difference:
    """By how much one is better than another, and the standard error of that."""

    ahead: float
    error: float

    @property
    def beyond_noise(self) -> int:
        """1: better, -1: worse, 0: nobody can tell."""
        return int(np.sign(self.ahead)) if abs(self.ahead) > NOISE * self.error else 0


def by_auc(test: TrainingSet, mine: Sequence[Floats], theirs: Sequence[Floats]) -> Difference:
    """Compare two contenders by AUC, draw by draw.

    Parameters
    ----------
    test
        The test rows.
    mine, theirs
        One array of probabilities a draw; of the same draws.
    """
    pairs = [
        auc_parts(test.label, one) - auc_parts(test.label, other)
        for one, other in zip(mine, theirs, strict=True)
    ]
    ahead = [
        metrics.auc(label=test.label, probability=one)
        - metrics.auc(label=test.label, probability=other)
        for one, other in zip(mine, theirs, strict=True)
    ]
    return _difference(test, pairs, ahead)


def by_log_loss(test: TrainingSet, mine: Sequence[Floats], theirs: Sequence[Floats]) -> Difference:
    """Compare two contenders by log loss, draw by draw; ahead means less."""
    gains = [
        _losses(test.label, other) - _losses(test.label, one)
        for one, other in zip(mine, theirs, strict=True)
    ]
    ahead = [float(gain.mean()) for gain in gains]
    pairs = [(gain - gain.mean()) / len(gain) for gain in gains]
    return _difference(test, pairs, ahead)


def _difference(test: TrainingSet, pairs: list[Floats], ahead: list[float]) -> Difference:
    by_lead = np.bincount(
        np.unique(test.lead, return_inverse=True)[1], weights=np.mean(pairs, axis=0)
    )
    of_test = float(np.sum(by_lead**2))
    of_draws = float(np.var(ahead, ddof=1)) / len(ahead) if len(ahead) > 1 else 0.0
    return Difference(float(np.mean(ahead)), float(np.sqrt(of_test + of_draws)))


def _losses(label: Floats, probability: Floats) -> Floats:
    inside = np.clip(probability, 1e-12, 1.0 - 1e-12)
    return np.asarray(-label * np.log(inside) - (1.0 - label) * np.log1p(-inside))
