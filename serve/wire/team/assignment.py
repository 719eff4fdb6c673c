"""The proposal of an assignment and its confirmation, as the API answers and reads them."""

import msgspec

from serve.wire.team.reps import Level, Rep
from serve.wire.team.steps import Assigning, LeadStep


class ProposedLead(msgspec.Struct, frozen=True, kw_only=True):
    """A lead with the owner that is proposed; `expected` is its expected conversions with them.

    `fitting` and `other` are the kinds of skills that fit and that do not; `version` is that of the
    lead as it was read.
    """

    lead_id: str
    owner_id: str
    owner_before: str | None
    probability: float
    expected: float
    fitting: list[str]
    other: list[str]
    version: int


class ProposedLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A salesperson's week: leads assigned until now, how many more fit, how many are proposed."""

    owner_id: str
    level: Level
    capacity: int
    assigned: int
    free: int
    proposed: int
    away: bool


class AssignmentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal; nothing is changed until it is confirmed.

    `expected` is the sum over all leads, `in_turn` what dealing them out in turn would bring;
    `left` are leads for which there is no room.
    """

    leads: list[ProposedLead]
    loads: list[ProposedLoad]
    left: list[str]
    expected: float
    in_turn: float


class AssignmentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The leads to be assigned."""

    leads: list[Assigning]


class AssignedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was done; `left` are leads with which somebody did something meanwhile."""

    steps: list[LeadStep]
    left: list[str]


class RepsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The salespeople that were described."""

    reps: list[Rep]
