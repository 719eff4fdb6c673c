"""Unknown values: attribute values and activity types outside the model's vocabulary.

Decided here: a vocabulary contains values with enough support in training, so a small share of
unknown values is normal. The check is whether that share has risen by more than `unseen_share`
above that of leads of the same ages in the reference. Today's most frequent unknown values are
listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.catalog.catalog import OTHER_CODE, Catalog
from models.monitoring.activities import counted
from models.monitoring.age_matching import MonitoredRows, match
from models.monitoring.settings import MonitorSettings
from models.stats.ratio import CountRatio
from models.stats.training_set import Floats

ACTIVITY_TYPES: Final = "activity types"
"""The name of the row of activity types, beside those of attributes."""
UNKNOWN_TYPES: Final = "(other)"
"""All activity types outside the model's vocabulary, together."""


@dataclass(frozen=True)
class UnknownValues:
    """The share of unknown values of one attribute, or of the activity types.

    Attributes
    ----------
    what
        The attribute, or `activity types`.
    now, then
        Share today, and the share expected of leads of these ages.
    words
        Today's most frequent unknown values, with their counts.
    alarm
        Whether the share has risen by more than `unseen_share`.
    """

    what: str
    now: float
    then: float
    words: tuple[tuple[str, int], ...]
    alarm: bool


def unknown_shares(
    both: MonitoredRows,
    catalog: Catalog,
    words: Mapping[str, tuple[tuple[str, int], ...]],
    settings: MonitorSettings,
) -> tuple[UnknownValues, ...]:
    """Compare the shares of unknown values with the reference.

    Parameters
    ----------
    both
        Today's rows and the reference's.
    catalog
        The champion's vocabulary.
    words
        Attribute or `activity types` -> today's most frequent unknown values, with their counts.
    settings
        Threshold and rate.

    Returns
    -------
    One record per categorical attribute, and one of activity types; empty with too few leads.
    """
    matched = match(both, np.ones(len(both), np.bool_))
    if matched.leads < settings.min_leads:
        return ()
    one_each: Floats = np.ones(len(both))
    checked = {
        feature.key: ((both.values[:, place] == OTHER_CODE).astype(np.float64), one_each)
        for place, feature in enumerate(catalog.features)
        if feature.view == "profile" and feature.is_category
    }
    taught = catalog.vocabulary.activity_types
    unknown = [each for name, each in both.counts.items() if name not in taught]
    total: Floats = np.sum([*both.counts.values(), np.zeros(len(both))], axis=0)
    checked[ACTIVITY_TYPES] = (np.sum([*unknown, np.zeros(len(both))], axis=0), total)
    error = settings.family_rate / len(checked)
    shares = []
    for what, (quantity, whole) in checked.items():
        count, of = counted(both, matched, quantity), matched.expected(whole)
        then = count.expected / of[1] if of[1] > 0.0 else 0.0
        now = count.observed / of[0] if of[0] > 0.0 else 0.0
        most = of[0] * (then + settings.unseen_share)
        scale = of[0] / of[1] if of[1] > 0.0 else 1.0
        risen = CountRatio(count.observed, most, count.spread, count.noise * scale**2)
        alarm = most >= 1.0 and risen.ratio(error).low > 1.0
        shares.append(UnknownValues(what, now, then, words.get(what, ()), bool(alarm)))
    return tuple(shares)
