"""The full explanation of a probability: as many reasons as it takes, and the summed rest.

Decided here: the reasons are named from the strongest down, those of the answer always, until no
row of the rest is larger than the smallest reason and all rows together are at most `_REST` of the
way from the base to the probability, or until nothing else can be named. Each is proven, and the
number of comparable leads is stated: fewer than the answer demands will do, none for a value that
no lead of training had. The rest is summed by kind: attributes, what happened, what did not happen.
A concept of the rest is too small or not proven, so it is never named.
"""

from math import isnan
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.feature import Feature
from features.kernel.inputs import Matrix
from features.wording.sentences import Language, is_nothing
from models.explain.settings import ReasonSettings
from models.scoring.lead_score import SelectedReason
from models.stats.training_set import Floats
from serve.scoring.loaded_model import LoadedModel
from serve.wire.responses import ReasonBody

MORE: Final = ReasonSettings(positive=40, negative=40, min_support=0, least=1e-4)
"""All that can be named."""
_REST: Final = 0.1
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
    points = scorer.concept_contributions(values)[0]
    kinds = kinds_of(loaded, values)
    first = {one.concept for one in scorer.reasons_of(values, scorer.settings)}
    every = scorer.reasons_of(values, MORE)
    by_size = sorted(every, key=lambda one: (one.concept not in first, -abs(one.contribution)))
    count = len(first)
    while count < len(by_size) and not suffices(by_size[:count], points, kinds):
        count += 1
    named = {one.concept for one in by_size[:count]}
    return FullExplanation(
        loaded.reason_bodies([one for one in every if one.concept in named], language),
        rest_of(named, points, kinds),
    )


def rest_of(named: set[int], points: Floats, kinds: NDArray[np.str_]) -> list[Rest]:
    """Sum by kind the contributions of the concepts that are not named.

    Parameters
    ----------
    named
        Positions of the named concepts.
    points
        Shape (concepts,): the contribution of every concept as a probability.
    kinds
        Shape (concepts,): the kind of every concept.
    """
    left = points.copy()
    left[list(named)] = 0.0
    by_kind = ((kind, left[kinds == kind]) for kind in KINDS)
    return [
        Rest(kind, float(own.sum()), int(np.count_nonzero(own)))
        for kind, own in by_kind
        if np.any(own)
    ]


def suffices(named: list[SelectedReason], points: Floats, kinds: NDArray[np.str_]) -> bool:
    """Return whether so many reasons leave a rest that is small in its rows and in all.

    Parameters
    ----------
    named
        The reasons.
    points, kinds
        As in `rest_of`.
    """
    rest = [abs(one.contribution) for one in rest_of({one.concept for one in named}, points, kinds)]
    least = min((abs(one.contribution) for one in named), default=0.0)
    return max(rest, default=0.0) <= least and sum(rest) <= _REST * abs(float(points.sum()))


def kinds_of(loaded: LoadedModel, values: Matrix) -> NDArray[np.str_]:
    """Return the kind of every concept, by its feature with the largest contribution.

    Parameters
    ----------
    loaded
        The model.
    values
        The features of the lead, shape (1, features).
    """
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
