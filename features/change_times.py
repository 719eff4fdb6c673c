"""How features move while nothing is told, and from when a lead can be another.

Decided here: a feature stands still, grows as fast as time passes, fades by halves, slides (it
counts in a window) or follows the calendar; every measure is one of these. Until the moment given
here everything but the growing and fading features is the same to the bit, and these pass no edge.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Feature
from features.kernel.change_times import Groups, Watched, first_change, first_crossing
from features.kernel.inputs import Indices, Integers, Matrix
from features.kernel.profile import month_of
from features.kernel.sweep_plan import FADING, RATE_DAYS
from features.records.histories import Histories
from features.timeline import DAY, HOUR, NEVER

GROWING: Final = {
    "days_since_last": DAY,
    "days_since_first": DAY,
    "days_since_opened": DAY,
    "days_since_won": DAY,
    "days_since_lost": DAY,
    "lead_age_days": DAY,
    "waiting_hours": HOUR,
}
"""Measures that grow, by one in so many microseconds."""
CALENDAR: Final = ("cutoff_month",)
_LONGEST_MONTH: Final = 31


class Passing(NamedTuple):
    """What of a catalog moves, as far as it matters: windows, growing columns with their edges."""

    watched: Watched
    growing: Indices
    fading: tuple[tuple[int, float, NDArray[np.float64]], ...]
    units: Integers
    edges: tuple[NDArray[np.float64], Integers]
    calendar: bool


def passing_of(catalog: Catalog, edges: Sequence[NDArray[np.float64]]) -> Passing:
    """Find what matters.

    Parameters
    ----------
    catalog
        The features.
    edges
        Of every feature, ascending; one without any has no part in the score.
    """
    told = [(n, one) for n, one in enumerate(catalog.features) if edges[n].size]
    grows = [(n, one) for n, one in told if one.measure in GROWING]
    account = [one for _, one in told if one.view == "account"]
    lengths = [edges[n].size for n, _ in grows]
    return Passing(
        Watched(
            _windows([one for _, one in told if one.view != "account"]),
            _windows(account),
            bool(account),
        ),
        np.array([n for n, _ in grows], np.int32),
        tuple(
            (n, one.window_days * DAY, edges[n])
            for n, one in told
            if one.measure == FADING and one.window_days is not None
        ),
        np.array([GROWING[one.measure] for _, one in grows], np.int64),
        (
            np.concatenate([np.empty(0), *(edges[n] for n, _ in grows)]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        ),
        any(one.measure in CALENDAR for _, one in told),
    )


def changes_at(
    histories: Histories, leads: Indices, cutoff: int, values: Matrix, passing: Passing
) -> Integers:
    """Tell from when each lead can be another: shape (leads,), microseconds, `NEVER` if never.

    Parameters
    ----------
    histories
        What is known of the leads and their account mates.
    leads
        The places of the leads.
    cutoff
        The moment at which `values` were computed.
    values
        Shape (leads, features).
    passing
        What of the catalog moves.
    """
    told: Integers = np.empty(leads.size, np.int64)
    start, members = histories.leads.members
    groups = Groups(histories.leads.group, start, members, histories.leads.account)
    records = (histories.events, histories.deals, histories.changes)
    first_change(records, groups, (leads, cutoff), passing.watched, told)
    if passing.growing.size:
        spans: Integers = np.empty(leads.size, np.int64)
        grown = np.ascontiguousarray(values[:, passing.growing])
        first_crossing(grown, passing.edges, passing.units, spans)
        spans = np.minimum(spans, NEVER - cutoff - 1)
        told = np.minimum(told, cutoff + spans)
    for column, half_life, edges in passing.fading:
        told = np.minimum(told, cutoff + _faded_past(values[:, column], half_life, edges))
    if passing.calendar:
        told = np.minimum(told, _next_month(cutoff))
    return np.maximum(told, cutoff + 1)


def grown(feature: Feature, value: float, microseconds: int) -> float:
    """Give the value of a feature when so much time has passed and nothing else has changed."""
    if feature.measure == FADING and feature.window_days is not None:
        return float(value * 2.0 ** (-microseconds / (feature.window_days * DAY)))
    unit = GROWING.get(feature.measure)
    return value if unit is None else value + microseconds / unit


def _faded_past(
    values: NDArray[np.float32], half_life: float, edges: NDArray[np.float64]
) -> Integers:
    """Tell how long until fading values pass an edge, a little early: shape of `values`."""
    whole = values.astype(np.float64)
    place = np.searchsorted(edges, whole) - 1
    below = np.where(place >= 0, edges[np.maximum(place, 0)], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spans = half_life * np.log2(whole / below) * 0.999 - 1.0
    falls = (below > 0.0) & np.isfinite(spans)
    return np.where(falls, np.maximum(spans, 0.0), NEVER // 2).astype(np.int64)


def _windows(features: Sequence[Feature]) -> Integers:
    days = {
        one.window_days for one in features if one.window_days is not None and one.measure != FADING
    }
    if any(one.measure == "acceleration" for one in features):
        days |= set(RATE_DAYS)
    return np.array([round(length * DAY) for length in sorted(days)], np.int64)


def _next_month(cutoff: int) -> int:
    month, day = month_of(cutoff), cutoff // DAY
    return next(
        (day + n) * DAY for n in range(1, _LONGEST_MONTH + 1) if month_of((day + n) * DAY) != month
    )
