"""Why a score changed: the difference of two scorings, split into four causes.

Decided here: the causes are applied one after the other, and each gets the change of the
probability that it brings: the new model on the old lead, passing time, changed attributes, new
activities (including outcomes and the activities of account mates). So nothing is left over.
Probabilities are rounded to a grid of 2**-51 (4e-16), on which their sums and differences are
exact: the parts sum to the change without rounding, in any order.
"""

from datetime import datetime
from typing import Final, NamedTuple

import msgspec
import numpy as np

from features.kernel.inputs import Matrix
from features.wording.sentences import Language
from serve.scoring.inputs.point_in_time import visible_only
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import numbers
from serve.wire.records import Account, LeadHistory, ScoreRequest
from serve.wire.targets import TargetField

CAUSES: Final = ("new_model", "passing_time", "changed_attributes", "new_activities")
_GRID: Final = 2.0**51
_SHOWN: Final = 5


class Side(NamedTuple):
    """One of the two scorings: a model and its request."""

    loaded: LoadedModel
    request: ScoreRequest


class ConceptMove(msgspec.Struct, frozen=True):
    """The change of the probability that one concept brought."""

    code: str
    label: str
    change: float


class ChangePart(msgspec.Struct, frozen=True):
    """One cause: the change of the probability that it brought, and its strongest concepts."""

    cause: str
    change: float
    concepts: list[ConceptMove]


class SideNumbers(msgspec.Struct, frozen=True):
    """One of the two scorings, in numbers."""

    at: datetime
    probability: float
    score: float
    band: str
    model: str


class ChangeSplit(msgspec.Struct, frozen=True):
    """The difference of two scorings; `change` is exactly the sum of the parts."""

    before: SideNumbers
    after: SideNumbers
    change: float
    parts: list[ChangePart]
    target: TargetField = msgspec.UNSET


def split(before: Side, after: Side, language: Language = "en") -> ChangeSplit:
    """Split the difference between two scorings of one lead.

    Parameters
    ----------
    before, after
        The scorings; the cutoff of each request is the moment of the scoring.
    language
        Of the labels of concepts.
    """
    old = visible_only(before.request)
    later = _at(old, after.request.cutoff)
    steps = [
        Side(before.loaded, old),
        Side(after.loaded, old),
        Side(after.loaded, later),
        Side(after.loaded, _with_attributes(later, after.request)),
        after,
    ]
    values = [step.loaded.values(step.request) for step in steps]
    numbers_of = [_numbers(step, own) for step, own in zip(steps, values, strict=True)]
    grid = [on_grid(one.probability) for one in numbers_of]
    concepts = [
        [] if n == 0 else _moves(after.loaded, values[n], values[n + 1], language)
        for n in range(len(CAUSES))
    ]
    parts = [
        ChangePart(cause, grid[n + 1] - grid[n], concepts[n]) for n, cause in enumerate(CAUSES)
    ]
    change, target = grid[-1] - grid[0], after.loaded.target_field
    return ChangeSplit(numbers_of[0], numbers_of[-1], change, parts, target)


def on_grid(probability: float) -> float:
    """Round a probability to the grid on which sums are exact.

    >>> abs(on_grid(0.1) - 0.1) < 1e-15
    True
    """
    return round(probability * _GRID) / _GRID


def _numbers(step: Side, values: Matrix) -> SideNumbers:
    result = numbers(step.loaded.scorer, values)
    return SideNumbers(
        at=step.request.cutoff,
        probability=float(result.probability[0]),
        score=float(result.score[0]),
        band=result.band(0),
        model=step.loaded.fingerprint,
    )


def _moves(loaded: LoadedModel, old: Matrix, new: Matrix, language: Language) -> list[ConceptMove]:
    """Return the concepts that moved most; with the others they add up to the part."""
    scorer = loaded.scorer
    contributions = scorer.concept_contributions(np.concatenate([old, new]))
    moved = contributions[1] - contributions[0]
    order = np.argsort(-np.abs(moved), kind="stable")[:_SHOWN]
    concepts = scorer.concepts
    return [
        ConceptMove(concepts.codes[n], getattr(concepts.labels[n], language), float(moved[n]))
        for n in order.tolist()
        if moved[n] != 0.0
    ]


def _at(request: ScoreRequest, cutoff: datetime) -> ScoreRequest:
    return msgspec.structs.replace(request, cutoff=cutoff)


def _with_attributes(old: ScoreRequest, new: ScoreRequest) -> ScoreRequest:
    """Return the old request with the new attributes of lead and account, and the old records."""
    first, *others = old.histories
    latest = new.histories[0]
    own = LeadHistory(
        lead=latest.lead,
        activities=first.activities,
        outcomes=first.outcomes,
        changes=latest.changes,
    )
    account: Account | None = new.account
    return ScoreRequest(histories=[own, *others], account=account, cutoff=old.cutoff)
