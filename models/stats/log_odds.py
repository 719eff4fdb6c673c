"""Log-odds and probabilities, and how far log-odds are from the outcomes of their rows.

Decided here: the error of log-odds z is a curve,

    true log-odds = z + shift + slope * far + bend * far**2,  far = z - center

whose three numbers have normal priors about zero. Without outcomes the estimated error is zero;
every conversion adds to what is known of it. Rows of a lead repeat each other: the likelihood is
divided by their design effect (Kish 1965), the squared sums of the residuals of each lead over the
sum of their squares.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats

_ROUNDS: Final = 50
_EDGE: Final = 1e-12
_POWERS: Final = np.arange(3.0)


class LogOddsError(NamedTuple):
    """The estimated error of log-odds.

    Attributes
    ----------
    center
        The log-odds at which the shift is stated: where the outcomes carry most information.
    likely
        The most likely shift, slope and bend: shape (3,).
    covariance
        Of the three: shape (3, 3).
    repeated
        How many rows of a lead are worth one independent row; 1 or more.
    """

    center: float
    likely: Floats
    covariance: Floats
    repeated: float

    def at(self, z: Floats) -> Floats:
        """Return the most likely true log-odds: shape of `z`."""
        return z + powers(z, self.center) @ self.likely


def expit(margin: Floats) -> Floats:
    """Convert log-odds to probabilities: shape of `margin`."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -margin)))


def logit(probability: Floats) -> Floats:
    """Convert probabilities, clipped to [1e-12, 1 - 1e-12], to log-odds."""
    inside = np.clip(probability, _EDGE, 1.0 - _EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def powers(z: Floats, center: float) -> Floats:
    """Return 1, the distance from the center, and its square: shape (rows, 3).

    Parameters
    ----------
    z
        Shape (rows,): log-odds.
    center
        The log-odds that distances are measured from.
    """
    return np.asarray((z - center)[:, None] ** _POWERS)


def estimate_error(
    z: Floats, label: Floats, lead: NDArray[np.int64], deviations: tuple[float, float, float]
) -> LogOddsError:
    """Estimate the error of log-odds from outcomes, by the mode of the posterior.

    Parameters
    ----------
    z, label
        Shape (rows,): log-odds of rows that were not used to learn them; the labels of the rows.
    lead
        Shape (rows,): a code of the lead of each row.
    deviations
        Standard deviations of the priors of shift, slope and bend.
    """
    probability = expit(z)
    center = float(np.average(z, weights=probability * (1.0 - probability) + _EDGE))
    repeated = design_effect(label - probability, lead)
    prior = np.diag(np.array(deviations) ** -2.0)
    likely, bend = _mode(z, powers(z, center), label, prior * repeated)
    return LogOddsError(center, likely, np.asarray(np.linalg.inv(bend / repeated)), repeated)


def design_effect(residual: Floats, lead: NDArray[np.int64]) -> float:
    """Compute how many rows of a lead are worth one: 1 if they are independent (Kish 1965).

    Parameters
    ----------
    residual
        Shape (rows,): label minus probability.
    lead
        Shape (rows,): a code of the lead of each row.
    """
    _, place = np.unique(lead, return_inverse=True)
    together = np.bincount(place, weights=residual)
    return max(1.0, float(np.sum(together**2) / np.sum(residual**2)))


def _mode(z: Floats, parts: Floats, label: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Compute the most likely error by Newton's method; return it with the second derivatives.

    Steps that do not help are halved.
    """

    def loss(error: Floats) -> float:
        margin = z + parts @ error
        return float(np.sum(np.logaddexp(0.0, margin) - label * margin) + error @ prior @ error / 2)

    error, bend = np.zeros(len(prior)), prior
    best = loss(error)
    for _ in range(_ROUNDS):
        expected = expit(z + parts @ error)
        slope = parts.T @ (expected - label) + prior @ error
        bend = (parts * (expected * (1.0 - expected))[:, None]).T @ parts + prior
        step = np.linalg.solve(bend, slope)
        while loss(error - step) > best and np.abs(step).max() > _EDGE:
            step = step / 2
        error = error - step
        best = loss(error)
        if np.abs(step).max() < _EDGE**0.5:
            break
    return error, bend
