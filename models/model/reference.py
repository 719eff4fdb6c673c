"""The reference population: what a score and a band are measured against.

Decided here: a score is the percent of the reference population of open leads whose margin is
lower; up to 1,001 margins of that population are stored, between them the score is linear. The
bands are cut at stated scores; a server may cut them elsewhere, also by probability, which an
artifact never stores.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from features.errors import NotEnoughEvidence
from features.kernel.compiled import njit
from models.model.settings import BandSettings
from models.stats.interpolation import between
from models.stats.training_set import Floats

BANDS = ("cold", "warm", "hot")
"""The bands, from the lowest scores to the highest; a band code is a position here."""

BandMeasure = Literal["score", "probability"]
"""What the limits of the bands apply to; a probability counts in percent."""

_KNOTS = 1001


@dataclass(frozen=True)
class Reference:
    """A population of open leads, as its margins.

    Attributes
    ----------
    margin
        Ascending, without repetition.
    below
        The percent of the population that lies below each of them.
    population
        The number of leads.
    bands
        The thresholds.
    by
        Whether they are scores, or probabilities in percent.
    """

    margin: Floats
    below: Floats
    population: int
    bands: BandSettings = field(default_factory=BandSettings)
    by: BandMeasure = "score"

    def score(self, margin: Floats) -> Floats:
        """Compute the percent of the population that a lead is hotter than: shape of `margin`.

        >>> people = learn(np.array([-3.0, -2.0, -2.0, 0.0]))
        >>> people.score(np.array([-9.0, -2.0, 0.0, 9.0]))
        array([  0.,  25.,  75., 100.])
        """
        out = np.empty(len(margin))
        _scores(np.ascontiguousarray(margin, np.float64), self.margin, self.below, out)
        return out

    def band(self, score: Floats, probability: Floats | None = None) -> NDArray[np.int8]:
        """Compute the band codes, positions in `BANDS`: shape of `score`.

        Parameters
        ----------
        score
            The scores.
        probability
            Of the same rows; needed where the thresholds are probabilities.
        """
        out = np.empty(len(score), np.int8)
        by_score = self.by == "score" or probability is None
        measure = score if by_score else 100.0 * np.asarray(probability)
        _bands(np.ascontiguousarray(measure, np.float64), self.parts[2], out)
        return out

    @cached_property
    def parts(self) -> tuple[Floats, Floats, Floats]:
        """The margins, the percents and the thresholds, as `score_of` and `band_of` take them.

        The thresholds are the least of warm and of hot, then 1 if they are probabilities, else 0.
        """
        by = float(self.by == "probability")
        return self.margin, self.below, np.array([self.bands.warm, self.bands.hot, by])

    def to_json(self) -> dict[str, Any]:
        """Return the reference as plain data."""
        return {
            "margin": self.margin.tolist(),
            "below": self.below.tolist(),
            "population": self.population,
            "bands": {"hot": self.bands.hot, "warm": self.bands.warm},
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Reference":
        """Read what `to_json` wrote."""
        return cls(
            margin=np.array(raw["margin"], dtype=np.float64),
            below=np.array(raw["below"], dtype=np.float64),
            population=raw["population"],
            bands=BandSettings(**raw["bands"]),
        )


@njit(cache=True, nogil=True)
def score_of(margin: float, at: Floats, below: Floats) -> float:  # pragma: no cover (compiled)
    """Compute the score of one margin; outside of the stored margins it is 0 or 100.

    Parameters
    ----------
    margin
        The margin.
    at, below
        `Reference.margin` and `Reference.below`.
    """
    if margin > at[len(at) - 1]:
        return 100.0
    return 0.0 if margin < at[0] else between(margin, at, below)


@njit(cache=True, nogil=True)
def band_of(score: float, thresholds: Floats) -> int:  # pragma: no cover (compiled)
    """Compute the band code of one score, or of one probability in percent.

    Parameters
    ----------
    score
        From 0 to 100.
    thresholds
        The least of warm and of hot; what follows is not read.
    """
    return int(score >= thresholds[0]) + int(score >= thresholds[1])


@njit(cache=True, nogil=True)
def _scores(
    margin: Floats, at: Floats, below: Floats, out: Floats
) -> None:  # pragma: no cover (compiled)
    for row in range(len(margin)):
        out[row] = score_of(margin[row], at, below)


@njit(cache=True, nogil=True)
def _bands(
    score: Floats, thresholds: Floats, out: NDArray[np.int8]
) -> None:  # pragma: no cover (compiled)
    for row in range(len(score)):
        out[row] = band_of(score[row], thresholds)


def learn(margin: Floats, bands: BandSettings | None = None) -> Reference:
    """Learn the reference from the margins of the open leads at one cutoff.

    Parameters
    ----------
    margin
        Shape (leads,).
    bands
        The thresholds; missing means the defaults.

    Raises
    ------
    NotEnoughEvidence
        If there is no lead.
    """
    if len(margin) == 0:
        raise NotEnoughEvidence.of(
            "no open leads to compare with", "at least one", "take a cutoff with open leads"
        )
    ordered = np.sort(margin)
    levels = np.unique(ordered)
    if len(levels) > _KNOTS:
        levels = np.unique(np.quantile(ordered, np.linspace(0, 1, _KNOTS), method="nearest"))
    below = 100.0 * np.searchsorted(ordered, levels, side="left") / len(ordered)
    return Reference(levels, below, len(margin), bands or BandSettings())
