"""Activities: how many there are of each type, whether one fell silent, and types never taught.

Decided here: what is counted is what became known in the period before the cutoff, of the leads
that are open, against what leads of the same ages had in the reference. A type raises an alarm when
its interval over all types and segments asked lies outside `volume_factor`; it has fallen silent
when so many activities of it were to be expected since the last one that, even at a rate lower by
that factor, so long a silence comes by chance less often than the stated rate. Silence is seen
within days where the period has weeks.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.monitoring.age_matching import Both, Matched, match
from models.monitoring.drift import OPEN, masks
from models.monitoring.ratio import Counted, by_unit, spread_of
from models.monitoring.settings import MonitorSettings
from models.stats.metrics import Interval
from models.stats.training_set import Floats

ANY: Final = "any"
"""All types together."""


@dataclass(frozen=True)
class Volume:
    """The activities of one type, of one population.

    Attributes
    ----------
    population, activity_type
        Whose, and which; `any` is all types.
    observed, expected
        Activities of the period, and what was to be expected.
    ratio
        One over the other, with a 95 % interval.
    silent_days
        Days since the newest one was known; NaN if there never was one, or for a segment.
    asked
        Whether enough were to be expected for a judgement.
    moved, silent
        Whether the volume, or the silence, is an alarm.
    """

    population: str
    activity_type: str
    observed: float
    expected: float
    ratio: Interval
    silent_days: float
    asked: bool
    moved: bool = False
    silent: bool = False


def volumes(
    both: Both, newest: Mapping[str, int], at: int, settings: MonitorSettings
) -> tuple[Volume, ...]:
    """Compare the volume of every type, and of all types in every segment.

    Parameters
    ----------
    both
        The rows.
    newest
        Activity type -> when its newest activity became known; microseconds.
    at
        The cutoff of today.
    settings
        Factor, period and rate.
    """
    total: Floats = np.sum([*both.counts.values(), np.zeros(len(both))], axis=0)
    everyone = match(both, np.ones(len(both), np.bool_))
    asked = [(OPEN, everyone, name, each) for name, each in both.counts.items()]
    asked.append((OPEN, everyone, ANY, total))
    asked += [(name, match(both, mask), ANY, total) for name, mask in masks(both, settings).items()]
    latest = {**newest, ANY: max(newest.values(), default=0)}
    found = []
    for name, matched, kind, each in asked:
        if matched.leads >= settings.min_leads:
            told = counted(both, matched, each)
            seen = latest.get(kind, 0) if name == OPEN else 0
            days = (at - seen) / DAY if seen else math.nan
            enough = told.expected >= settings.min_expected
            found.append(
                (told, Volume(name, kind, told.observed, told.expected, told.ratio(), days, enough))
            )
    return _judged(found, settings)


def counted(both: Both, matched: Matched, quantity: Floats) -> Counted:
    """Count a quantity among today's leads, with what was expected and how sure both are."""
    observed, expected = matched.expected(quantity)
    beyond = matched.beyond_age(quantity)
    today, then = matched.weight > 0, matched.weight < 0
    scale = observed / expected if expected > 0.0 else 1.0
    own = quantity - scale * (quantity - beyond)
    rows = float(quantity[then].sum())
    spread = max(
        spread_of(own, both.unit, today, observed),
        max(1.0, float(np.sum(beyond[then] ** 2)) / rows) if rows else 1.0,
    )
    noise = float(np.sum(by_unit(matched.weight * beyond, both.unit, then) ** 2))
    return Counted(observed, expected, spread, noise)


def _judged(found: list[tuple[Counted, Volume]], settings: MonitorSettings) -> tuple[Volume, ...]:
    """Share the rate among all that is asked: volumes and silences."""
    asked = sum(one.asked * (1 + (one.population == OPEN)) for _, one in found)
    error = settings.family_rate / max(asked, 1)
    judged = []
    for told, one in found:
        moved = one.asked and told.outside(settings.volume_factor, error)
        missed = told.expected * one.silent_days / settings.period_days
        silent = one.asked and missed >= -settings.volume_factor * told.spread * math.log(error)
        judged.append(replace(one, moved=bool(moved), silent=bool(silent)))
    return tuple(judged)


def known_counts(
    at: NDArray[np.int64], lead: NDArray[np.int64], rows: tuple[NDArray[np.int64], ...], span: int
) -> Floats:
    """Count, for every row, what became known of its lead in [cutoff - span, cutoff).

    Parameters
    ----------
    at, lead
        Shape (activities,): when each became known, and of which lead.
    rows
        Lead and cutoff of the rows, each of shape (rows,).
    span
        Microseconds.
    """
    who, cutoff = rows
    ticks = np.unique(at)
    width = len(ticks) + 1
    keys = np.sort(lead * width + np.searchsorted(ticks, at))
    begin, end = (np.searchsorted(ticks, moment, side="left") for moment in (cutoff - span, cutoff))
    first, last = (np.searchsorted(keys, who * width + edge, side="left") for edge in (begin, end))
    return (last - first).astype(np.float64)
