"""The small model of `tests.served` with a test of contacts in it: calls help one industry."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from models.artifact.artifact import Artifact
from models.contact import contact_part
from models.contact.contact_part import ContactPart
from models.contact.contact_value import contact_value
from models.contact.rows import ContactRows
from tests import served

INDUSTRY = "profile__industry"
_TIMES = 12


@cache
def part(helps: float = 2.5, *, by_lot: bool = True) -> ContactPart:
    """Estimate a test in which a call adds `helps` to the log-odds of the first industry alone."""
    built, _ = served.features()
    values = np.tile(np.asarray(built.values), (_TIMES, 1))
    first = values[:, built.catalog.names.index(INDUSTRY)] == 1
    random = np.random.default_rng(5)
    called = random.random(len(values)) < 0.5
    margin = -1.5 + helps * (called & first)
    label = (random.random(len(values)) < 1.0 / (1.0 + np.exp(-margin))).astype(np.float64)
    chance = np.full(len(values), 0.5) if by_lot else None
    frame = contact_part.frame_of(values, built.catalog)
    rows = ContactRows(frame, called, label, np.arange(len(values)), chance)
    return contact_part.of_value(contact_value(rows, 100), values, built.catalog)


def artifact(known: ContactPart | None, ranking: str = "contact_value") -> Artifact:
    """Return the small model with what is known about contacts, and the order that was chosen."""
    made = served.artifact()
    about: dict[str, Any] = made.about | {"train": {"ranking": ranking}}
    return replace(made, contact=known, about=about)
