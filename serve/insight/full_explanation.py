"""The full explanation of a probability: more reasons than an answer has, and the summed rest.

Decided here: on each side the reasons of the answer come first, then weaker ones, each proven and
with enough comparable snapshots. The rest is summed by kind: attributes, what happened, what did
not happen. A concept of the rest is too small, too rare or not proven, so it is never named.
"""

from math import isnan
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.feature import Feature
from features.kernel.inputs import Matrix
from features.wording.sentences import Language, is_nothing
from models.explain.settings import ReasonSettings
from serve.scoring.loaded_model import LoadedModel
from serve.wire.responses import ReasonBody

MORE: Final = ReasonSettings(positive=8, negative=4)
Kind = Literal["attributes", "done", "not_done"]
KINDS: Final[tuple[Kind, ...]] = ("attributes", "done", "not_done")
_ATTRIBUTES_VIEW: Final = "profile"


class Rest(NamedTuple):
    """The rest of one kind: a signed probability, and the number of concepts in it."""

    kind: Kind
    contribution: float
    concepts: int


class FullExplanation(NamedTuple):
    """The reasons and the rest; with the base they add up to the probability."""

    reasons: list[ReasonBody]
    rest: list[Rest]


def full_explanation(loaded: LoadedModel, values: Matrix, language: Language) -> FullExplanation:
    """Explain the probability of a lead in full.

    Parameters
    ----------
    loaded
        The model.
    values
        The features of the lead, shape (1, features).
    language
        Of the sentences.
    """
    scorer = loaded.scorer
    selected = scorer.reasons_of(values, MORE)
    left = scorer.concept_contributions(values)[0].copy()
    left[[one.concept for one in selected]] = 0.0
    kinds = _kinds(loaded, values)
    rest = [
        Rest(kind, float(left[kinds == kind].sum()), int(np.count_nonzero(left[kinds == kind])))
        for kind in KINDS
    ]
    return FullExplanation(
        loaded.reason_bodies(selected, language), [one for one in rest if one.concepts]
    )


def _kinds(loaded: LoadedModel, values: Matrix) -> NDArray[np.str_]:
    """Return the kind of every concept, by its feature with the largest contribution."""
    scorer, features = loaded.scorer, loaded.artifact.catalog.features
    weight = np.abs(scorer.explainer.contributions(values)[0])
    kinds = np.full(len(scorer.concepts.codes), "done", dtype="U10")
    for column in np.argsort(weight, kind="stable").tolist():
        kind = kind_of(features[column], float(values[0, column]))
        kinds[scorer.concepts.of_feature[column]] = kind
    return kinds


def kind_of(feature: Feature, value: float) -> Kind:
    """Return the kind of a feature at a value.

    Parameters
    ----------
    feature
        The feature.
    value
        The lead's value; NaN if it is missing.
    """
    if feature.view == _ATTRIBUTES_VIEW:
        return "attributes"
    return "not_done" if isnan(value) or is_nothing(feature, value) else "done"
