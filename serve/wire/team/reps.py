"""Salespeople as a request describes them: level, capacity a week, skills, absence.

Decided here: skills are texts as the attributes of leads hold them; a salesperson without any skill
of a kind takes leads of every such value. Days are those of the company's time zone.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

import msgspec

from features.errors import Fault

Level = Literal["junior", "regular", "senior"]
LEVELS: Final[tuple[Level, ...]] = ("junior", "regular", "senior")
SKILLS: Final = ("industry", "product", "region", "language")
"""The kinds of skills: attributes of a lead, or of its account."""
MOST_CAPACITY: Final = 1_000
_MOST_TEXTS: Final = 100
_LONGEST: Final = 200


class RepBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a salesperson can do: `capacity` is leads a week, `skills` values by kind."""

    level: Level = "regular"
    capacity: int = 30
    skills: dict[str, list[str]] = {}


class Rep(RepBody, frozen=True, kw_only=True):
    """A salesperson; `owner_id` is the owner of their leads."""

    owner_id: str

    def speaks_of(self, kind: str) -> frozenset[str]:
        """Return the values of a kind of skill; empty means every value."""
        return frozenset(self.skills.get(kind, ()))


class AbsenceBody(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which a salesperson takes no leads, both included."""

    first_on: date
    last_on: date


class Absence(AbsenceBody, frozen=True, kw_only=True):
    """An absence with its number."""

    absence_id: int
    owner_id: str


def rep_faults(body: RepBody) -> Iterator[Fault]:
    """Yield what is wrong with a salesperson."""
    if not 0 <= body.capacity <= MOST_CAPACITY:
        yield Fault(f"capacity: {body.capacity}", f"0 to {MOST_CAPACITY} a week", "correct it")
    for kind, texts in body.skills.items():
        if kind not in SKILLS:
            yield Fault(f"skill: {kind[:40]}", " or ".join(SKILLS), "correct the kind")
        if len(texts) > _MOST_TEXTS or any(not one or len(one) > _LONGEST for one in texts):
            yield Fault(f"{kind[:40]}: {len(texts)} texts", "at most 100 short texts", "cut them")


def absence_faults(body: AbsenceBody) -> Iterator[Fault]:
    """Yield what is wrong with an absence."""
    if body.last_on < body.first_on:
        observed = f"from {body.first_on} to {body.last_on}"
        yield Fault(observed, "a last day that is not before the first", "correct the days")
