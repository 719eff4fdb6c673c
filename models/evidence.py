"""The evidence behind a reason: how many comparable snapshots there were, and how many converted.

Decided here: a training snapshot is comparable if its value lies in the same bin of the feature
that leads the reason; these bins are wider than the scorecard's, so that even the rarest values of
a number have company. A concept that is not proven (`models.proof`), and is not in the hand-given
points either, is never a reason.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog import Catalog
from models import proof
from models.binning import Binning
from models.binning import learn as learn_bins
from models.concepts import Concepts
from models.lead_model import LeadModel
from models.points import Points
from models.proof import ProofSettings
from models.scorecard import draw_leads
from models.scorecard_solver import histogram
from models.settings import ScorecardSettings, TrainSettings
from models.training_set import Floats, TrainingSet

_BIN_ROWS = 200_000
_BINS = ScorecardSettings(max_bins=12, min_bin_rows=50)


@dataclass(frozen=True)
class Evidence:
    """What training saw, bin by bin, and which concepts it proved.

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
        """Count comparable training snapshots of one value, and their conversions."""
        row = np.zeros((1, len(self.binning.edges)), dtype=np.float32)
        row[0, feature] = value
        place = self.binning.starts[feature] + self.binning.codes(row)[feature, 0]
        return int(self.snapshots[place]), int(self.conversions[place])

    def to_json(self) -> dict[str, Any]:
        """Write everything but the counts as plain data."""
        return {
            "categorical": self.binning.categorical.tolist(),
            "edges": self.binning.to_json(),
            "proven": list(self.proven),
            "strength": self.strength,
        }

    def counts(self) -> pd.DataFrame:
        """Give the counts as a table: one row a bin."""
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
        """Read what `to_json` and `counts` wrote."""
        categorical = np.array(raw["categorical"], dtype=np.bool_)
        return cls(
            binning=Binning.from_json(raw["edges"], categorical),
            snapshots=counts["snapshots"].to_numpy(dtype=np.int64),
            conversions=counts["conversions"].to_numpy(dtype=np.int64),
            proven=tuple(raw["proven"]),
            strength=dict(raw["strength"]),
        )


def learn(
    rows: TrainingSet,
    model: LeadModel,
    catalog: Catalog,
    how: tuple[TrainSettings, Points | None, int],
    settings: ProofSettings | None = None,
) -> Evidence:
    """Count the training snapshots and prove the concepts.

    Parameters
    ----------
    rows
        What the model was trained on.
    model
        The model.
    catalog
        Its features.
    how
        Training settings, hand-given points and seed that the model was trained with.
    settings
        How sure one must be; missing means the defaults.
    """
    settings = settings or ProofSettings()
    concepts = Concepts.of(catalog)
    binning = _binning(rows, how[2])
    snapshots, conversions = _counts(rows, binning)
    held_out = proof.held_out(rows, model, concepts.of_feature, how, settings)
    strength = np.zeros(len(concepts.codes)) if held_out is None else proof.strength(held_out)
    shown = _given(how[1], catalog)
    if held_out is not None:
        passed = proof.proven(held_out, settings.error_rate)
        shown |= {code for code, ok in zip(concepts.codes, passed, strict=True) if ok}
    return Evidence(
        binning=binning,
        snapshots=snapshots,
        conversions=conversions,
        proven=tuple(code for code in concepts.codes if code in shown),
        strength=dict(zip(concepts.codes, strength.tolist(), strict=True)),
    )


def _given(points: Points | None, catalog: Catalog) -> set[str]:
    rules = points.rules if points else ()
    return {catalog.features[rule.column].concept for rule in rules}


def _binning(rows: TrainingSet, seed: int) -> Binning:
    few = rows.take(draw_leads(rows.lead, _BIN_ROWS, seed))
    return learn_bins(few.values, few.categorical, _BINS)


def _counts(rows: TrainingSet, binning: Binning) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    codes = binning.codes(rows.values)
    once: Floats = np.ones(len(rows))
    return (
        histogram(codes, once, binning.starts).astype(np.int64),
        histogram(codes, rows.label, binning.starts).astype(np.int64),
    )
