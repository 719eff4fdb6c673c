"""The full explanation of a probability: as many reasons as it takes, and the summed rest.

Decided here: the reasons are named from the strongest down, those of the answer first, until no row
of the rest is larger than the smallest reason and all rows together are at most `_REST` of the way
from the base to the probability. Where so little cannot be left, they end where no row of the rest
is larger than the smallest reason and least is left: a reason smaller than what nobody can name
explains nothing, and is summed with it. Where that holds nowhere, all that can be named is. Each is
proven, and the
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
    named = {one.concept for one in enough(every, first, points, kinds)}
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


def enough(
    every: list[SelectedReason], first: set[int], points: Floats, kinds: NDArray[np.str_]
) -> list[SelectedReason]:
    """Select the reasons to name.

    Parameters
    ----------
    every
        All that can be named.
    first
        The concepts of the reasons of the answer.
    points, kinds
        As in `rest_of`.
    """
    by_size = sorted(every, key=lambda one: -abs(one.contribution))
    first_first = sorted(by_size, key=lambda one: one.concept not in first)
    for count in range(len(first), len(every) + 1):
        excess, whole = _left(first_first[:count], points, kinds)
        if excess <= 0.0 and whole <= _REST * abs(float(points.sum())):
            return first_first[:count]
    left = [_left(by_size[:count], points, kinds) for count in range(len(every) + 1)]
    small = [count for count, (excess, _) in enumerate(left) if count and excess <= 0.0]
    return by_size[: min(small, key=lambda count: left[count][1], default=len(every))]


def _left(
    named: list[SelectedReason], points: Floats, kinds: NDArray[np.str_]
) -> tuple[float, float]:
    """Return by how much a row of the rest exceeds the smallest reason, and the sum of all rows."""
    rows = rest_of({one.concept for one in named}, points, kinds)
    rest = [abs(one.contribution) for one in rows]
    least = min((abs(one.contribution) for one in named), default=0.0)
    return max(rest, default=0.0) - least, sum(rest)


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
