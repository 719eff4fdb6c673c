"""The booster: LightGBM trees that start from a margin that is known already.

Decided here: small trees, so that reasons stay exact and cheap, stored as LightGBM's own text.
`models.training.tree_growth` grows them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.stats.training_set import Floats, Values


@dataclass(frozen=True)
class Booster:
    """Trees in LightGBM's text form, without the margin that they started from.

    Attributes
    ----------
    text
        What `Booster.model_to_string` of LightGBM wrote.
    """

    text: str

    @cached_property
    def model(self) -> Any:
        """The parsed trees, a `lightgbm.Booster`."""
        return lightgbm().Booster(model_str=self.text)

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return int(self.model.num_trees())

    @cached_property
    def expected(self) -> float:
        """The trees' average margin over their training rows: where SHAP values start from."""
        features = self.model.num_feature()
        parts = self.model.predict(np.zeros((1, features)), pred_contrib=True)
        return float(parts[0, -1])

    def margin(self, values: Values) -> Floats:
        """Compute the sum of the trees: shape (rows,)."""
        if len(values) == 0:
            return np.empty(0)
        return np.asarray(self.model.predict(values, raw_score=True), dtype=np.float64)


def lightgbm() -> Any:
    """Import LightGBM when trees are read or grown: it is slow, and some models have no trees."""
    import lightgbm  # noqa: PLC0415 - as the docstring says

    return lightgbm
