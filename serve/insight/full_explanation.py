"""The full explanation of a probability: as many reasons as it takes, and the summed rest.

Decided here: the reasons are named from the strongest down, those of the answer first, until no row
of the rest is larger than the smallest reason and all rows together are at most `_REST` of the way
from the base to the probability. Where so little cannot be left, small reasons are joined: those
that raise the probability in one row, those that lower it in another, each with the names of all of
them. A joined row that is still smaller than a row of the rest explains nothing, and is summed with
the rest. Of what leaves no row of the rest larger than the smallest row of reasons, that with most
reasons alone is taken if it leaves so little, else that which leaves least. Where that holds
nowhere, all that can be named is. Each reason, alone or joined, is proven, and the number of
comparable leads is stated for those alone: fewer than the answer demands will do, none for a value
that no lead of training had. The rest is summed by kind: attributes, what happened, what did not
happen. A concept of the rest is too small or not proven, so it is never named.
"""

from collections.abc import Iterator
from itertools import combinations
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


class Joined(NamedTuple):
    """Small reasons of one sign in one row: their sum as a probability, and each of them."""

    contribution: float
    reasons: list[ReasonBody]


class FullExplanation(NamedTuple):
    """The reasons, the joined ones and the rest; with the base they add up to the probability."""

    reasons: list[ReasonBody]
    joined: list[Joined]
    rest: list[Rest]


class Arrangement(NamedTuple):
    """Which reasons stand alone, and which are joined in a row for each sign."""

    alone: list[SelectedReason]
    joined: list[list[SelectedReason]]


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
    alone, joined = arranged(every, first, points, kinds)
    single = {one.concept for one in alone}
    named = single | {one.concept for row in joined for one in row}
    return FullExplanation(
        loaded.reason_bodies([one for one in every if one.concept in single], language),
        [Joined(sum_of(row), loaded.reason_bodies(row, language)) for row in joined],
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


def arranged(
    every: list[SelectedReason], first: set[int], points: Floats, kinds: NDArray[np.str_]
) -> Arrangement:
    """Select the reasons to name, and those to join.

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
    most = _REST * abs(float(points.sum()))
    for count in range(len(first), len(every) + 1):
        excess, whole = _left(Arrangement(first_first[:count], []), points, kinds)
        if excess <= 0.0 and whole <= most:
            return Arrangement(first_first[:count], [])
    could = [(one, *_left(one, points, kinds)) for one in _arrangements(by_size)]
    good = [(one, whole) for one, excess, whole in could if excess <= 0.0]
    if not good:
        return Arrangement(by_size, [])

    def order(candidate: tuple[Arrangement, float]) -> tuple[bool, float, float]:
        (alone, _), whole = candidate
        small = whole <= most
        return not small, -len(alone) if small else whole, whole if small else -len(alone)

    return min(good, key=order)[0]


def sum_of(reasons: list[SelectedReason]) -> float:
    """Return the sum of contributions.

    Parameters
    ----------
    reasons
        Selected reasons.
    """
    return sum(one.contribution for one in reasons)


def _arrangements(by_size: list[SelectedReason]) -> Iterator[Arrangement]:
    """Yield every number of largest reasons alone, with each side of the others joined or left."""
    for count in range(1, len(by_size) + 1):
        alone, small = by_size[:count], by_size[count:]
        sides = [
            [one for one in small if one.contribution > 0.0],
            [one for one in small if one.contribution < 0.0],
        ]
        several = [side for side in sides if len(side) > 1]
        for shown in range(len(several) + 1):
            yield from (Arrangement(alone, list(rows)) for rows in combinations(several, shown))


def _left(named: Arrangement, points: Floats, kinds: NDArray[np.str_]) -> tuple[float, float]:
    """Return by how much a row of the rest exceeds the smallest reason, and the sum of all rows."""
    singles = {one.concept for one in named.alone}
    together = {one.concept for row in named.joined for one in row}
    rest = [abs(one.contribution) for one in rest_of(singles | together, points, kinds)]
    shown = [abs(one.contribution) for one in named.alone] + [abs(sum_of(r)) for r in named.joined]
    return max(rest, default=0.0) - min(shown, default=0.0), sum(rest)


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
