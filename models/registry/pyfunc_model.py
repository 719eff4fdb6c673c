"""The model as MLflow serves it: feature columns in, scored and explained leads out.

Decided here: the input is a frame of the catalog's columns (an absent column or value is missing; a
category is its code in the catalog); the output has one row per input row, in the same order.
"""

from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd

from features.build import FeatureFrame
from features.catalog.catalog import Catalog
from models.artifact import artifact
from models.scoring.scorer import Scorer

ANSWER_COLUMNS: Final[dict[str, Literal["number", "text", "texts"]]] = {
    "probability": "number",
    "score": "number",
    "band": "text",
    "base_probability": "number",
    "reasons_ja": "texts",
    "reasons_en": "texts",
}
"""The columns of the output, and their types."""


class RankedLeads:
    """An artifact that scores frames of feature columns; it must be loaded first."""

    def __init__(self) -> None:
        self._scorer: Scorer | None = None

    def load(self, directory: Path) -> None:
        """Read the artifact and make the scorer."""
        self._scorer = Scorer(artifact.load(directory))

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Score and explain rows of feature columns.

        Raises
        ------
        RuntimeError
            If no artifact is loaded.
        """
        if self._scorer is None:
            raise RuntimeError("load the artifact first")
        frame = as_features(rows, self._scorer.artifact.catalog)
        answer = self._scorer.score(frame).to_frame()[list(ANSWER_COLUMNS)]
        return answer.set_axis(rows.index)


def as_features(rows: pd.DataFrame, catalog: Catalog) -> FeatureFrame:
    """Arrange the columns in the order of the catalog; an absent column is missing.

    Parameters
    ----------
    rows
        Feature columns by name.
    catalog
        The catalog of the artifact.
    """
    values = rows.reindex(columns=list(catalog.names)).to_numpy(np.float32)
    keys = pd.DataFrame({"lead_id": rows.index.astype("str"), "cutoff": pd.NaT})
    return FeatureFrame(keys, np.ascontiguousarray(values), catalog)
