"""The evidence behind a reason: the number of comparable leads, and of those that converted.

Decided here: people are shown distinct leads, since a lead has many snapshots; snapshots are
counted as well, for drift. A training snapshot is comparable if its value lies in the same bin of
the reason's leading feature; these bins are wider than the scorecard's, so that rare values of a
number have comparable leads too. A concept that is neither proven
(`models.explain.proof.concept_proof`) nor in the hand-written points is never a reason.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.model.binning import Binning

_COUNTS: Final = ("snapshots", "conversions", "leads", "converted_leads")


@dataclass(frozen=True)
class Evidence:
    """Counts of the training rows, bin by bin, and the proven concepts.

    Attributes
    ----------
    binning
        The bins of every feature.
    snapshots, conversions
        Shape (bins,): training snapshots in each bin, and how many of them converted.
    leads, converted_leads
        Shape (bins,): distinct leads that ever stood in each bin, and how many of them converted
        within the horizon of such a snapshot.
    proven
        Codes of the concepts that may be reasons.
    strength
        Concept code -> test statistic of its proof.
    """

    binning: Binning
    snapshots: NDArray[np.int64]
    conversions: NDArray[np.int64]
    leads: NDArray[np.int64]
    converted_leads: NDArray[np.int64]
    proven: tuple[str, ...]
    strength: dict[str, float]

    def of(self, feature: int, value: float) -> tuple[int, int]:
        """Count the comparable leads of one value, and how many of them converted.

        Parameters
        ----------
        feature
            Position of the feature.
        value
            Its value; NaN is missing.
        """
        row = np.zeros((1, len(self.binning.edges)), dtype=np.float32)
        row[0, feature] = value
        place = self.binning.starts[feature] + self.binning.codes(row)[feature, 0]
        return int(self.leads[place]), int(self.converted_leads[place])

    def to_json(self) -> dict[str, Any]:
        """Return everything but the counts as plain data."""
        return {
            "categorical": self.binning.categorical.tolist(),
            "edges": self.binning.to_json(),
            "proven": list(self.proven),
            "strength": self.strength,
        }

    def counts(self) -> pd.DataFrame:
        """Return the counts as a table: one row per bin."""
        bins = self.binning.counts
        return pd.DataFrame(
            {
                "feature": np.repeat(np.arange(len(bins)), bins),
                "bin": np.arange(bins.sum()) - np.repeat(self.binning.starts[:-1], bins),
                "snapshots": self.snapshots,
                "conversions": self.conversions,
                "leads": self.leads,
                "converted_leads": self.converted_leads,
            }
        )

    @classmethod
    def from_parts(cls, raw: dict[str, Any], counts: pd.DataFrame) -> "Evidence":
        """Make the evidence from its parts.

        Parameters
        ----------
        raw
            The result of `to_json`.
        counts
            The result of `counts`.
        """
        categorical = np.array(raw["categorical"], dtype=np.bool_)
        return cls(
            binning=Binning.from_json(raw["edges"], categorical),
            **{name: counts[name].to_numpy(dtype=np.int64) for name in _COUNTS},
            proven=tuple(raw["proven"]),
            strength=dict(raw["strength"]),
        )
