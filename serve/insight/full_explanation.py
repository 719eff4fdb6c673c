"""All that moves a lead's probability, with nothing left over: more reasons than an answer tells.

Decided here: the reasons of an answer come first of their side, then weaker ones, each proven and
with enough comparable snapshots. What is left is summed by kind: attributes, what happened, what
did not happen. A concept of the rest is too small, too rare or not proven, so it is never named.
"""

from math import isnan
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from features.feature import Feature
from features.kernel.inputs import Matrix
from features.wording.sentences import Language, is_nothing
from models.explain.select_reasons import ReasonSettings
from serve.wire.responses import ReasonTold

MORE: Final = ReasonSettings(positive=8, negative=4)
Kind = Literal["attributes", "done", "not_done"]
KINDS: Final[tuple[Kind, ...]] = ("attributes", "done", "not_done")
_WHO: Final = "profile"


class Rest(NamedTuple):
    """What is left of one kind: a signed probability, and how many concepts it is made of."""

    kind: Kind
    contribution: float
    concepts: int


class Every(NamedTuple):
    """The reasons, and what is left; with the base they add up to the probability."""

    reasons: list[ReasonTold]
    rest: list[Rest]


def every_reason(loaded: Any, values: Matrix, language: Language) -> Every:
    """Tell all that moves a lead.

    Parameters
    ----------
    loaded
        The model.
    values
        Shape (1, features): the lead now.
    language
        Of the sentences.
    """
    scorer = loaded.scorer
    picked = scorer.reasons_of(values, MORE)
    left = scorer.concept_contributions(values)[0].copy()
    left[[one.concept for one in picked]] = 0.0
    kinds = _kinds(loaded, values)
    rest = [
        Rest(kind, float(left[kinds == kind].sum()), int(np.count_nonzero(left[kinds == kind])))
        for kind in KINDS
    ]
    return Every(loaded.reasons_told(picked, language), [one for one in rest if one.concepts])


def _kinds(loaded: Any, values: Matrix) -> Any:
    """Tell the kind of every concept, by the feature of it that weighs most."""
    scorer, features = loaded.scorer, loaded.artifact.catalog.features
    weight = np.abs(scorer.explainer.contributions(values)[0])
    kinds = np.full(len(scorer.concepts.codes), "done", dtype="U10")
    for column in np.argsort(weight, kind="stable").tolist():
        kind = kind_of(features[column], float(values[0, column]))
        kinds[scorer.concepts.of_feature[column]] = kind
    return kinds


def kind_of(feature: Feature, value: float) -> Kind:
    """Tell what kind of thing a lead's value of a feature says."""
    if feature.view == _WHO:
        return "attributes"
    return "not_done" if isnan(value) or is_nothing(feature, value) else "done"
