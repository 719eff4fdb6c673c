"""Why a score changed: the difference of two scorings, split into four causes.

Decided here: the causes are put in one after the other, and each is given what the probability
moves by: the new model on the old lead, passing time, changed attributes, new activities (outcomes
and what others of the account did included). So nothing is left over. Probabilities are told on a
grid of 2**-51 (4e-16), on which sums and differences of them are exact: the parts sum to the change
without any rounding, in whatever order they are added.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from features.wording.sentences import Language
from serve.scoring.numbers import numbers
from serve.scoring.point_in_time import seen_only
from serve.wire.records import Account, Asked, LeadHistory

CAUSES: Final = ("new_model", "passing_time", "changed_attributes", "new_activities")
_GRID: Final = 2.0**51
_SHOWN: Final = 5


class Side(NamedTuple):
    """One of the two scorings: a loaded model and what it was asked."""

    loaded: Any
    asked: Asked


class ConceptMove(msgspec.Struct, frozen=True):
    """What one concept moved the probability by, as a probability."""

    code: str
    label: str
    change: float


class Part(msgspec.Struct, frozen=True):
    """One cause: what it moved the probability by, and the concepts that moved most."""

    cause: str
    change: float
    concepts: list[ConceptMove]


class Told(msgspec.Struct, frozen=True):
    """One of the two scorings, in numbers."""

    at: datetime
    probability: float
    score: float
    band: str
    model: str


class Split(msgspec.Struct, frozen=True):
    """The difference of two scorings; `change` is exactly the sum of the parts."""

    before: Told
    after: Told
    change: float
    parts: list[Part]


def split(before: Side, after: Side, language: Language = "en") -> Split:
    """Split the difference between two scorings of one lead.

    Parameters
    ----------
    before, after
        The scorings; each question's own cutoff is the moment of the scoring.
    language
        Of the concepts' names.
    """
    old = seen_only(before.asked)
    later = _at(old, after.asked.cutoff)
    steps = [
        Side(before.loaded, old),
        Side(after.loaded, old),
        Side(after.loaded, later),
        Side(after.loaded, _with_attributes(later, after.asked)),
        after,
    ]
    values = [step.loaded.values(step.asked) for step in steps]
    told = [_told(step, own) for step, own in zip(steps, values, strict=True)]
    grid = [on_grid(one.probability) for one in told]
    concepts = [
        [] if n == 0 else _moves(after.loaded, values[n], values[n + 1], language)
        for n in range(len(CAUSES))
    ]
    parts = [Part(cause, grid[n + 1] - grid[n], concepts[n]) for n, cause in enumerate(CAUSES)]
    return Split(told[0], told[-1], grid[-1] - grid[0], parts)


def on_grid(probability: float) -> float:
    """Round a probability to the grid on which sums are exact.

    >>> abs(on_grid(0.1) - 0.1) < 1e-15
    True
    """
    return round(probability * _GRID) / _GRID


def _told(step: Side, values: Any) -> Told:
    found = numbers(step.loaded.scorer, values)
    return Told(
        at=step.asked.cutoff,
        probability=float(found.probability[0]),
        score=float(found.score[0]),
        band=found.band(0),
        model=step.loaded.fingerprint,
    )


def _moves(loaded: Any, old: Any, new: Any, language: Language) -> list[ConceptMove]:
    """Tell which concepts moved most; with those not shown they add up to the part."""
    scorer = loaded.scorer
    told = scorer.concept_contributions(np.concatenate([old, new]))
    moved = told[1] - told[0]
    order = np.argsort(-np.abs(moved), kind="stable")[:_SHOWN]
    concepts = scorer.concepts
    return [
        ConceptMove(concepts.codes[n], getattr(concepts.labels[n], language), float(moved[n]))
        for n in order.tolist()
        if moved[n] != 0.0
    ]


def _at(asked: Asked, cutoff: datetime) -> Asked:
    return msgspec.structs.replace(asked, cutoff=cutoff)


def _with_attributes(old: Asked, new: Asked) -> Asked:
    """Give the old question what is said of lead and account now; what they did stays old."""
    first, *others = old.histories
    told = new.histories[0]
    own = LeadHistory(
        lead=told.lead,
        activities=first.activities,
        outcomes=first.outcomes,
        changes=told.changes,
    )
    account: Account | None = new.account
    return Asked(histories=[own, *others], account=account, cutoff=old.cutoff)
