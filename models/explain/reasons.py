"""From selected reasons to sentences.

Decided here: a sentence is made from the lead's own value of the leading feature; every distinct
(feature, value) is rendered once, however many leads share it. A family has one sentence, which
names none of its features.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Text
from features.wording.sentences import Language, render
from models.explain.concepts import Concepts
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
    leads, converted_leads
        Distinct comparable leads of training, and how many of them converted.
    """

    code: str
    label: Text
    feature: str
    contribution: float
    sentence: Text
    leads: int
    converted_leads: int

    @property
    def points(self) -> float:
        """The contribution in probability points (percent)."""
        return 100.0 * self.contribution


def sentences(
    selected: SelectedReasons, catalog: Catalog, concepts: Concepts, language: Language
) -> NDArray[np.object_]:
    """Render the reasons of all leads: shape (rows, places); "" where there is none.

    Parameters
    ----------
    selected
        The reasons.
    catalog
        The features.
    concepts
        The concepts, which say what stands for a family.
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
            "" if own < 0 else in_words((catalog, concepts), own, float(values[place]), language)
        )
    return rendered[which].reshape(selected.feature.shape)


def reason_sentence(catalog: Catalog, concepts: Concepts, feature: int, value: float) -> Text:
    """Write the sentence of a reason in both languages.

    Parameters
    ----------
    catalog
        The features and the vocabulary.
    concepts
        Their concepts.
    feature
        Position of the feature in the catalog.
    value
        The lead's value; NaN is missing.
    """
    model = catalog, concepts
    return Text(en=in_words(model, feature, value, "en"), ja=in_words(model, feature, value, "ja"))


def in_words(
    model: tuple[Catalog, Concepts], feature: int, value: float, language: Language
) -> str:
    """Write the sentence of a reason.

    Parameters
    ----------
    model
        The features and the vocabulary, and their concepts.
    feature
        Position of the reason's leading feature in the catalog.
    value
        The lead's value; NaN is missing.
    language
        `en` or `ja`.
    """
    catalog, concepts = model
    family = concepts.sentences[concepts.of_feature[feature]]
    if family is not None:
        return str(getattr(family, language))
    return render(catalog.features[feature], value, catalog.vocabulary, language)
