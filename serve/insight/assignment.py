"""Which salesperson gets which lead: the assignment with the most expected conversions.

Decided here: what a lead is worth with a salesperson is its probability, times a factor for every
kind of skill that does not fit, times a factor of experience for hot leads, which are for
experienced people. The factors are assumptions, stated here and on the page. A language that a
salesperson does not speak forbids the pair. Nobody gets more than there is room for in their week,
nor more than `SPREAD` times their share of the leads by free room. Within these bounds the optimum
is exact (`scipy.optimize.linear_sum_assignment`).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from features.catalog.naming import ACCOUNT_PREFIX
from models.stats.training_set import Floats
from serve.wire.records import Value
from serve.wire.team.reps import SKILLS, Level, Rep

OTHER: Final = 0.75
"""The factor for each kind of skill in which a lead and a salesperson differ."""
HOT_FACTOR: Final[Mapping[Level, float]] = {"senior": 1.0, "regular": 0.9, "junior": 0.75}
"""The factor for hot leads, by experience."""
SPREAD: Final = 1.25
"""Nobody gets more than this many times their share by free room."""
_FORBIDDING: Final = "language"


class OfferedLead(NamedTuple):
    """A lead to be assigned."""

    lead_id: str
    probability: float
    hot: bool
    attributes: Mapping[str, Value]


class OfferedRep(NamedTuple):
    """A salesperson, and how many leads still fit into their week."""

    rep: Rep
    free: int


class AssignedPair(NamedTuple):
    """A lead for a salesperson, what it is worth there, and which skills fit and which do not."""

    lead: OfferedLead
    owner_id: str
    expected: float
    fitting: tuple[str, ...]
    other: tuple[str, ...]


class Assignment(NamedTuple):
    """The proposal: pairs, leads that are left, and the expected conversions.

    `in_turn` is what would be expected if the leads were dealt out in turn, within the same bounds.
    """

    pairs: list[AssignedPair]
    left: list[OfferedLead]
    expected: float
    in_turn: float


def propose(leads: Sequence[OfferedLead], reps: Sequence[OfferedRep]) -> Assignment:
    """Propose the assignment that maximises the expected conversions.

    Parameters
    ----------
    leads
        The leads; if there is too little room, those of little worth are left.
    reps
        The salespeople.
    """
    leads = sorted(leads, key=lambda one: (-one.probability, one.lead_id))
    reps = sorted((one for one in reps if one.free > 0), key=lambda one: one.rep.owner_id)
    slots = _slots(len(leads), [one.free for one in reps])
    if not leads or not slots:
        return Assignment([], list(leads), 0.0, 0.0)
    worth = np.array([[_worth(lead, one.rep) for one in reps] for lead in leads])
    forbidden = 1.0 + worth.clip(0.0).sum()
    of_slot = np.repeat(np.arange(len(reps)), slots)
    price = np.where(worth < 0.0, -forbidden, worth)[:, of_slot]
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - a tenth of a server's start

    rows, columns = linear_sum_assignment(price, maximize=True)
    chosen = dict(zip(rows.tolist(), of_slot[columns].tolist(), strict=True))
    pairs, left = [], []
    for n, lead in enumerate(leads):
        rep = chosen.get(n)
        if rep is None or worth[n, rep] < 0.0:
            left.append(lead)
        else:
            pairs.append(_pair(lead, reps[rep].rep, float(worth[n, rep])))
    total = sum(one.expected for one in pairs)
    return Assignment(pairs, left, total, _in_turn(worth, slots))


def fit_of(lead: OfferedLead, rep: Rep) -> dict[str, bool]:
    """Return the kinds of skills that both know something about, and whether they fit.

    Parameters
    ----------
    lead
        The lead.
    rep
        The salesperson.
    """
    known = {kind: _value(lead.attributes, kind) for kind in SKILLS if rep.speaks_of(kind)}
    return {kind: value in rep.speaks_of(kind) for kind, value in known.items() if value}


def _value(attributes: Mapping[str, Value], kind: str) -> str:
    value = attributes.get(kind) or attributes.get(ACCOUNT_PREFIX + kind)
    return "" if value is None else str(value)


def _worth(lead: OfferedLead, rep: Rep) -> float:
    """Return the expected conversions of a lead with a salesperson; -1 if they may not meet."""
    fit = fit_of(lead, rep)
    if fit.get(_FORBIDDING) is False:
        return -1.0
    factor = math.prod(1.0 if fits else OTHER for fits in fit.values())
    return lead.probability * factor * (HOT_FACTOR[rep.level] if lead.hot else 1.0)


def _slots(leads: int, free: Sequence[int]) -> list[int]:
    """Return how many leads each salesperson may get.

    >>> _slots(10, [10, 10, 20]), _slots(100, [2, 3])
    ([4, 4, 7], [2, 3])
    """
    room = sum(free)
    return [min(one, math.ceil(SPREAD * leads * one / room)) for one in free] if room else []


def _pair(lead: OfferedLead, rep: Rep, expected: float) -> AssignedPair:
    fit = fit_of(lead, rep)
    fitting, other = (tuple(k for k, fits in fit.items() if fits is of) for of in (True, False))
    return AssignedPair(lead, rep.owner_id, expected, fitting, other)


def _in_turn(worth: Floats, slots: Sequence[int]) -> float:
    """Return what is expected if each lead goes to the next in turn who has room and may."""
    left, total, turn = list(slots), 0.0, 0
    for own in worth:
        for step in range(len(left)):
            rep = (turn + step) % len(left)
            if left[rep] > 0 and own[rep] >= 0.0:
                left[rep] -= 1
                total += float(own[rep])
                turn = rep + 1
                break
    return total
