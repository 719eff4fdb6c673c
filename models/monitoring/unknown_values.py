"""What the model was not taught: values of attributes, and types of activities.

Decided here: a vocabulary keeps what had enough support, so a small share of rare words is normal.
The question is whether that share has risen by more than `unseen_share` beyond what leads of the
same ages showed in the reference. Today's commonest new words are told by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.catalog.catalog import OTHER_CODE, Catalog
from models.monitoring.activities import counted
from models.monitoring.age_matching import Both, match
from models.monitoring.ratio import Counted
from models.monitoring.settings import MonitorSettings
from models.stats.training_set import Floats

ACTIVITY_TYPES: Final = "activity types"
"""The row of activity types, beside those of attributes."""
UNKNOWN_TYPES: Final = "(other)"
"""All activity types outside the model's vocabulary, together."""


@dataclass(frozen=True)
class Unseen:
    """How much of something the model was not taught.

    Attributes
    ----------
    what
        The attribute, or `activity types`.
    now, then
        Share today, and share to be expected of leads of these ages.
    words
        Today's most frequent ones that were not taught, with their counts.
    alarm
        Whether the share has risen by more than is allowed.
    """

    what: str
    now: float
    then: float
    words: tuple[tuple[str, int], ...]
    alarm: bool


def unseen(
    both: Both,
    catalog: Catalog,
    words: Mapping[str, tuple[tuple[str, int], ...]],
    settings: MonitorSettings,
) -> tuple[Unseen, ...]:
    """Compare the shares of what was not taught.

    Parameters
    ----------
    both
        The rows.
    catalog
        What was taught.
    words
        Attribute or `activity types` -> today's words that were not taught.
    settings
        Size and rate.
    """
    matched = match(both, np.ones(len(both), np.bool_))
    if matched.leads < settings.min_leads:
        return ()
    one_each: Floats = np.ones(len(both))
    asked = {
        feature.key: ((both.values[:, place] == OTHER_CODE).astype(np.float64), one_each)
        for place, feature in enumerate(catalog.features)
        if feature.view == "profile" and feature.is_category
    }
    taught = catalog.vocabulary.activity_types
    strange = [each for name, each in both.counts.items() if name not in taught]
    total: Floats = np.sum([*both.counts.values(), np.zeros(len(both))], axis=0)
    asked[ACTIVITY_TYPES] = (np.sum([*strange, np.zeros(len(both))], axis=0), total)
    error = settings.family_rate / len(asked)
    found = []
    for what, (quantity, whole) in asked.items():
        seen, of = counted(both, matched, quantity), matched.expected(whole)
        then = seen.expected / of[1] if of[1] > 0.0 else 0.0
        now = seen.observed / of[0] if of[0] > 0.0 else 0.0
        most = of[0] * (then + settings.unseen_share)
        scale = of[0] / of[1] if of[1] > 0.0 else 1.0
        risen = Counted(seen.observed, most, seen.spread, seen.noise * scale**2)
        alarm = most >= 1.0 and risen.ratio(error).low > 1.0
        found.append(Unseen(what, now, then, words.get(what, ()), bool(alarm)))
    return tuple(found)
