"""Calibration: from margin to probability: none, sigmoid, beta, quadratic or isotonic.

Decided here: a calibration is plain data, never inverts an order, and returns probabilities in
[0, 1]. `models.training.calibration_choice` chooses among the kinds.

- none: the logistic function of the margin
- sigmoid: slope * margin + shift, slope >= 0
- beta: a * log p - b * log (1 - p) + shift, a and b >= 0 (Kull, Silva Filho, Flach 2017)
- quadratic: the margin corrected by its estimated error (`models.stats.log_odds`), with priors of
  standard deviations `PRIOR`: level + slope * far + bend * far**2, far = margin - center; beyond
  the point where its slope has fallen to `LEAST` of that at the center it is a straight line
- isotonic: a rising step curve, joined by straight lines, each level shrunk to the mean
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from features.errors import BadInput
from features.kernel.compiled import njit
from models.stats.interpolation import between
from models.stats.log_odds import estimate_error, expit, logit
from models.stats.training_set import Floats

Kind = Literal["none", "sigmoid", "beta", "isotonic", "quadratic"]
PRIOR: Final = (0.4, 0.3, 0.2)
LEAST: Final = 0.2

KINDS: Final[tuple[Kind, ...]] = ("none", "sigmoid", "beta", "isotonic", "quadratic")
_SIGMOID, _BETA, _ISOTONIC, _QUADRATIC = 1, 2, 3, 4
"""Positions in `KINDS`."""


@dataclass(frozen=True)
class Calibration:
    """A rising curve from margin to probability.

    Attributes
    ----------
    kind
        none, sigmoid, beta, isotonic or quadratic.
    parameters
        sigmoid: slope, shift; beta: a, b, shift; quadratic: center, level, slope, bend; isotonic:
        the probabilities at `at`; none: empty.
    at
        Isotonic only: margins, ascending.
    """

    kind: Kind = "none"
    parameters: tuple[float, ...] = ()
    at: tuple[float, ...] = ()

    def probability(self, margin: Floats) -> Floats:
        """Compute probabilities: shape of `margin`.

        >>> Calibration("sigmoid", (1.0, 0.0)).probability(np.array([0.0]))
        array([0.5])
        """
        flat = np.ascontiguousarray(margin, np.float64)
        out = np.empty(flat.shape)
        _probabilities(flat.ravel(), *self.parts, out.ravel())
        return out

    @cached_property
    def parts(self) -> tuple[int, Floats, Floats]:
        """The kind, the parameters and the margins, as `probability_of` takes them."""
        return KINDS.index(self.kind), np.array(self.parameters, float), np.array(self.at, float)

    def moved(self, slope: float, shift: float) -> "Calibration":
        """Return the curve whose log-odds are `slope` times those of this one, plus `shift`.

        The kind stays (`none` becomes `sigmoid`), so the curve is stored and compiled as before.
        Between two levels of an isotonic curve the line stays straight.

        >>> Calibration("sigmoid", (2.0, 1.0)).moved(0.5, 1.0)
        Calibration(kind='sigmoid', parameters=(1.0, 1.5), at=())
        >>> Calibration().moved(-1.0, 0.0)
        Traceback (most recent call last):
            ...
        features.errors.BadInput: found a slope of -1.0; expected a slope above 0; ...

        Parameters
        ----------
        slope
            Factor of the log-odds, above 0.
        shift
            What is added to them.

        Raises
        ------
        BadInput
            If the slope is not above 0.
        """
        if not slope > 0.0:
            raise BadInput.of(
                f"a slope of {slope}", "a slope above 0", "train anew: the order does not hold"
            )
        if self.kind == "isotonic":
            levels = expit(slope * logit(np.array(self.parameters)) + shift)
            return replace(self, parameters=tuple(levels.tolist()))
        if self.kind == "none":
            return Calibration("sigmoid", (slope, shift))
        if self.kind == "quadratic":
            center, level, *bent = self.parameters
            return replace(
                self, parameters=(center, slope * level + shift, *(slope * one for one in bent))
            )
        *slopes, own = self.parameters
        return replace(self, parameters=(*(slope * one for one in slopes), slope * own + shift))

    def to_json(self) -> dict[str, Any]:
        """Return the calibration as plain data."""
        return {"kind": self.kind, "parameters": list(self.parameters), "at": list(self.at)}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Calibration":
        """Read what `to_json` wrote."""
        return cls(raw["kind"], tuple(raw["parameters"]), tuple(raw["at"]))


@njit(cache=True, nogil=True)
def probability_of(
    margin: float, kind: int, parameters: Floats, at: Floats
) -> float:  # pragma: no cover (compiled)
    """Compute the probability of one margin.

    Parameters
    ----------
    margin
        The margin.
    kind, parameters, at
        As in `Calibration.parts`.
    """
    if kind == _ISOTONIC:
        return between(margin, at, parameters)  # type: ignore[no-any-return]
    logit = margin
    if kind == _SIGMOID:
        logit = parameters[0] * margin + parameters[1]
    elif kind == _BETA:
        above, below = np.logaddexp(0.0, -margin), np.logaddexp(0.0, margin)
        logit = -parameters[0] * above + parameters[1] * below + parameters[2]
    elif kind == _QUADRATIC:
        logit = _bent(margin - parameters[0], parameters[1], parameters[2], parameters[3])
    return np.exp(-np.logaddexp(0.0, -logit))  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _bent(
    far: float, level: float, slope: float, bend: float
) -> float:  # pragma: no cover (compiled)
    inner = far
    if bend < 0.0:
        inner = min(far, (LEAST - 1.0) * slope / (2.0 * bend))
    elif bend > 0.0:
        inner = max(far, (LEAST - 1.0) * slope / (2.0 * bend))
    return level + slope * inner + bend * inner * inner + LEAST * slope * (far - inner)


@njit(cache=True, nogil=True)
def _probabilities(
    margin: Floats, kind: int, parameters: Floats, at: Floats, out: Floats
) -> None:  # pragma: no cover (compiled)
    for row in range(len(margin)):
        out[row] = probability_of(margin[row], kind, parameters, at)


def fit(
    kind: Kind, margin: Floats, label: Floats, lead: NDArray[np.int64] | None = None
) -> Calibration:
    """Fit one kind of calibration.

    Parameters
    ----------
    kind
        Which kind.
    margin, label
        Shape (rows,).
    lead
        Shape (rows,): a code of the lead of each row; missing means that every row is of another
        lead.
    """
    if kind == "quadratic":
        return _quadratic(margin, label, np.arange(len(label)) if lead is None else lead)
    if kind == "isotonic":
        return _isotonic(margin, label)
    if kind == "sigmoid":
        slope, shift = _logistic(margin[:, None], label)
        return Calibration("sigmoid", (slope, shift))
    if kind == "beta":
        parts = np.column_stack([-np.logaddexp(0, -margin), np.logaddexp(0, margin)])
        return Calibration("beta", tuple(_logistic(parts, label)))
    return Calibration()


def _logistic(parts: Floats, label: Floats) -> tuple[float, ...]:
    """Fit non-negative slopes and a shift, weakly shrunk to slopes of one and no shift."""
    from scipy.optimize import minimize  # noqa: PLC0415 - for learning alone

    target = np.append(np.ones(parts.shape[1]), 0.0)

    def loss(x: Floats) -> tuple[float, Floats]:
        logit = parts @ x[:-1] + x[-1]
        residual = expit(logit) - label
        total = np.sum(np.logaddexp(0.0, logit) - label * logit) + 0.5 * np.sum((x - target) ** 2)
        return float(total), np.append(residual @ parts, residual.sum()) + (x - target)

    bounds = [(0.0, None)] * parts.shape[1] + [(None, None)]
    return tuple(float(x) for x in minimize(loss, target, jac=True, bounds=bounds).x)


def _quadratic(margin: Floats, label: Floats, lead: NDArray[np.int64]) -> Calibration:
    error = estimate_error(margin, label, lead, PRIOR)
    shift, slope, bend = error.likely.tolist()
    rising = max(1.0 + slope, LEAST)
    return Calibration("quadratic", (error.center, error.center + shift, rising, bend))


def _isotonic(margin: Floats, label: Floats) -> Calibration:
    """Fit a rising curve; each level counts its rows together with two average ones."""
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - for learning alone

    rising = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(margin, label)
    level, position = np.unique(rising.predict(margin), return_inverse=True)
    rows = np.bincount(position)
    shrunk = (level * rows + 2.0 * label.mean()) / (rows + 2.0)
    joined = IsotonicRegression(out_of_bounds="clip")  # levels may differ by rounding alone
    held = joined.fit(level, shrunk, sample_weight=rows).predict(level)
    first = np.full(len(level), np.inf)
    last = np.full(len(level), -np.inf)
    np.minimum.at(first, position, margin)
    np.maximum.at(last, position, margin)
    at = np.column_stack([first, last]).ravel()
    return Calibration(
        "isotonic", tuple(np.repeat(held, 2).tolist()), tuple(np.maximum.accumulate(at).tolist())
    )
