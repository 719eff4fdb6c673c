"""From selected reasons to sentences.

Decided here: a sentence is made from the lead's own value of the leading feature; every distinct
(feature, value) is rendered once, however many leads share it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Text
from features.wording.sentences import Language, render
from models.explain.selected_reasons import SelectedReasons


@dataclass(frozen=True)
class Reason:
    """One reason of one lead.

    Attributes
    ----------
    code
        Stable code of the concept.
    label
        The concept in words.
    feature
        The leading feature.
    contribution
        Signed, as a probability: 0.03 is three probability points.
    sentence
        A sentence about the lead's own value, in English and Japanese.
    snapshots, conversions
        Comparable training snapshots, and how many of them converted.
    """

    code: str
    label: Text
    feature: str
    contribution: float
    sentence: Text
    snapshots: int
    conversions: int

    @property
    def points(self) -> float:
        """The contribution in probability points (percent)."""
        return 100.0 * self.contribution


def sentences(
    selected: SelectedReasons, catalog: Catalog, language: Language
) -> NDArray[np.object_]:
    """Render the reasons of all leads: shape (rows, places); "" where there is none.

    Parameters
    ----------
    picked
        The reasons.
    catalog
        The features.
    language
        `en` or `ja`.
    """
    feature = selected.feature.ravel().astype(np.int64)
    bits = np.ascontiguousarray(selected.value).ravel().view(np.uint32).astype(np.int64)
    distinct, first, which = np.unique(
        (feature << 32) | bits, return_index=True, return_inverse=True
    )
    values = selected.value.ravel()
    rendered = np.empty(len(distinct), dtype=np.object_)
    for position, place in enumerate(first.tolist()):
        own = int(feature[place])
        rendered[position] = (
            ""
            if own < 0
            else render(catalog.features[own], float(values[place]), catalog.vocabulary, language)
        )
    return rendered[which].reshape(selected.feature.shape)


def reason_sentence(catalog: Catalog, feature: int, value: float) -> Text:
    """Render one value of a feature in both languages.

    Parameters
    ----------
    catalog
        The features and the vocabulary.
    feature
        Position of the feature in the catalog.
    value
        The lead's value; NaN is missing.
    """
    record = catalog.features[feature]
    return Text(
        en=render(record, value, catalog.vocabulary, "en"),
        ja=render(record, value, catalog.vocabulary, "ja"),
    )
