"""Concepts: groups of features with one name for a salesperson.

Decided here: the features of one concept (such as counts of the same activity over several windows)
describe one thing, so their contributions are summed before they are shown.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Text


@dataclass(frozen=True)
class Concepts:
    """The concepts of a catalog, in the order of their first features.

    Attributes
    ----------
    codes
        Stable codes.
    labels
        The names of the concepts, in both languages.
    of_feature
        Shape (features,): position of each feature's concept.
    """

    codes: tuple[str, ...]
    labels: tuple[Text, ...]
    of_feature: NDArray[np.int64]

    @classmethod
    def of(cls, catalog: Catalog) -> "Concepts":
        """List the concepts of a catalog."""
        labels: dict[str, Text] = {}
        for feature in catalog.features:
            labels.setdefault(feature.concept, feature.concept_label)
        place = {code: position for position, code in enumerate(labels)}
        return cls(
            codes=tuple(labels),
            labels=tuple(labels.values()),
            of_feature=np.array([place[f.concept] for f in catalog.features], dtype=np.int64),
        )
