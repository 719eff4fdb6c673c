"""The evidence behind a reason: the number of comparable snapshots, and of their conversions.

Decided here: a training snapshot is comparable if its value lies in the same bin of the reason's
leading feature; these bins are wider than the scorecard's, so that rare values of a number have
comparable snapshots too. A concept that is neither proven (`models.explain.concept_proof`) nor in
the hand-written points is never a reason.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.model.binning import Binning


@dataclass(frozen=True)
class Evidence:
    """Counts of the training snapshots, bin by bin, and the proven concepts.

    Attributes
    ----------
    binning
        The bins of every feature.
    snapshots, conversions
        Shape (bins,): training snapshots in each bin, and how many of them converted.
    proven
        Codes of the concepts that may be reasons.
    strength
        Concept code -> test statistic of its proof.
    """

    binning: Binning
    snapshots: NDArray[np.int64]
    conversions: NDArray[np.int64]
    proven: tuple[str, ...]
    strength: dict[str, float]

    def of(self, feature: int, value: float) -> tuple[int, int]:
        """Count the comparable training snapshots of one value, and their conversions.

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
        return int(self.snapshots[place]), int(self.conversions[place])

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
            snapshots=counts["snapshots"].to_numpy(dtype=np.int64),
            conversions=counts["conversions"].to_numpy(dtype=np.int64),
            proven=tuple(raw["proven"]),
            strength=dict(raw["strength"]),
        )
