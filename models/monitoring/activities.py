"""Activity volumes: how many activities of each type arrive, and whether a type has stopped.

Decided here: activities of open leads that became known in the period before the cutoff are
compared with those of leads of the same ages in the reference. A type raises an alarm when its
interval, corrected for the number of types and segments tested, lies outside `volume_factor`. A
type is silent when so many activities were expected since its last one that, even at a rate lower
by that factor, so long a gap arises by chance less often than the stated rate. Silence is
detected within days, although a period lasts weeks.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY
from models.monitoring.age_matching import Matched, MonitoredRows, match
from models.monitoring.drift import OPEN, masks
from models.monitoring.settings import MonitorSettings
from models.stats.metrics import Interval
from models.stats.ratio import CountRatio, by_unit, spread_of
from models.stats.training_set import Floats

ANY: Final = "any"
"""All types together."""


@dataclass(frozen=True)
class Volume:
    """The volume of one activity type in one population.

    Attributes
    ----------
    population, activity_type
        The population, and the activity type; `any` is all types together.
    observed, expected
        Number of activities in the period, and the expected number.
    ratio
        Observed over expected, with a 95 % interval.
    silent_days
        Days since the newest activity became known; NaN if there was none, or for a segment.
    testable
        Whether enough activities were expected to test the volume and the silence.
    moved, silent
        Whether the volume, or the silence, raises an alarm.
    """

    population: str
    activity_type: str
    observed: float
    expected: float
    ratio: Interval
    silent_days: float
    testable: bool = field(metadata={"key": "asked"})
    moved: bool = False
    silent: bool = False


def volumes(
    both: MonitoredRows, newest: Mapping[str, int], at: int, settings: MonitorSettings
) -> tuple[Volume, ...]:
    """Compare the volume of every type, and of all types in every segment.

    Parameters
    ----------
    both
        Today's rows and the reference's.
    newest
        Activity type -> when its newest activity became known; microseconds.
    at
        Today's cutoff; microseconds.
    settings
        Factor, period and false-alarm rate.

    Returns
    -------
    One record per population and type; populations with fewer than `min_leads` are left out.
    """
    total: Floats = np.sum([*both.counts.values(), np.zeros(len(both))], axis=0)
    everyone = match(both, np.ones(len(both), np.bool_))
    groups = [(OPEN, everyone, name, each) for name, each in both.counts.items()]
    groups.append((OPEN, everyone, ANY, total))
    groups += [
        (name, match(both, mask), ANY, total) for name, mask in masks(both, settings).items()
    ]
    latest = {**newest, ANY: max(newest.values(), default=0)}
    results = []
    for name, matched, kind, each in groups:
        if matched.leads >= settings.min_leads:
            count = counted(both, matched, each)
            last = latest.get(kind, 0) if name == OPEN else 0
            days = (at - last) / DAY if last else math.nan
            enough = count.expected >= settings.min_expected
            volume = Volume(name, kind, count.observed, count.expected, count.ratio(), days, enough)
            results.append((count, volume))
    return _judged(results, settings)


def counted(both: MonitoredRows, matched: Matched, quantity: Floats) -> CountRatio:
    """Compare the total of a quantity among today's leads with the expected total.

    Parameters
    ----------
    both
        Today's rows and the reference's.
    matched
        The weights that match the reference to today's ages.
    quantity
        Shape (rows,): what is summed, such as a count of activities.

    Returns
    -------
    The observed and expected totals, with the overdispersion of the count and the variance of the
    expectation.
    """
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
    return CountRatio(observed, expected, spread, noise)


def _judged(
    results: list[tuple[CountRatio, Volume]], settings: MonitorSettings
) -> tuple[Volume, ...]:
    """Test every volume and silence; the error rate is shared equally between the tests."""
    tests = sum(one.testable * (1 + (one.population == OPEN)) for _, one in results)
    error = settings.family_rate / max(tests, 1)
    judged = []
    for count, one in results:
        moved = one.testable and count.outside(settings.volume_factor, error)
        missed = count.expected * one.silent_days / settings.period_days
        silent = one.testable and missed >= -settings.volume_factor * count.spread * math.log(error)
        judged.append(replace(one, moved=bool(moved), silent=bool(silent)))
    return tuple(judged)


def known_counts(
    at: NDArray[np.int64], lead: NDArray[np.int64], rows: tuple[NDArray[np.int64], ...], span: int
) -> Floats:
    """Count the activities of each row's lead that became known in [cutoff - span, cutoff).

    Parameters
    ----------
    at, lead
        Shape (activities,): when each became known (microseconds), and the code of its lead.
    rows
        Code of the lead and cutoff of the rows, each of shape (rows,).
    span
        Length of the window; microseconds.

    Returns
    -------
    Shape (rows,): the counts.
    """
    row_lead, cutoff = rows
    ticks = np.unique(at)
    width = len(ticks) + 1
    keys = np.sort(lead * width + np.searchsorted(ticks, at))
    begin, end = (np.searchsorted(ticks, moment, side="left") for moment in (cutoff - span, cutoff))
    first, last = (
        np.searchsorted(keys, row_lead * width + edge, side="left") for edge in (begin, end)
    )
    return (last - first).astype(np.float64)
