"""How features change with time alone, and when a score can next change.

Decided here: a view states the motion of each of its features: it stands still, grows as fast as
time passes, fades by halves, slides (it counts in a window), follows the calendar or the ages of
an account's leads in steps. Until the
moment computed here everything but the growing and fading features is the same to the bit, and
these pass no edge.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Feature
from features.kernel.change_times import (
    Groups,
    Watched,
    Windows,
    first_change,
    first_crossing,
)
from features.kernel.inputs import Indices, Integers, Matrix
from features.kernel.profile import month_of
from features.reading.zones import ZoneOffsets, offsets_of, shift_at
from features.records.histories import Histories
from features.timeline import DAY, NEVER
from features.view import Motion
from features.views import VIEWS, motion_of

_LONGEST_MONTH: Final = 31


class Passing(NamedTuple):
    """What of a catalog changes with time alone, as far as it can change a score.

    Attributes
    ----------
    watched
        The windows that records leave.
    growing, units, edges
        The growing columns, the microseconds in which each grows by one, and their edges (all in
        one array, and where each column's begin).
    fading
        Column, half-life in microseconds, edges.
    calendar
        Whether a column changes with the month.
    zone
        The offsets of the zone of the calendar.
    """

    watched: Watched
    growing: Indices
    fading: tuple[tuple[int, float, NDArray[np.float64]], ...]
    units: Integers
    edges: tuple[NDArray[np.float64], Integers]
    calendar: bool
    zone: ZoneOffsets


def passing_of(catalog: Catalog, edges: Sequence[NDArray[np.float64]]) -> Passing:
    """Collect what matters of a catalog.

    Parameters
    ----------
    catalog
        The features.
    edges
        Of every feature, ascending; a feature without any has no part in the score.
    """
    used = [(n, one, motion_of(one)) for n, one in enumerate(catalog.features) if edges[n].size]
    grows = [(n, motion) for n, _, motion in used if motion.unit_microseconds]
    of_account = [motion for _, one, motion in used if _by_group(one)]
    lengths = [edges[n].size for n, _ in grows]
    return Passing(
        Watched(
            _windows([motion for _, one, motion in used if not _by_group(one)]),
            _windows(of_account),
            _steps(of_account),
            bool(of_account),
        ),
        np.array([n for n, _ in grows], np.int32),
        tuple(
            (n, motion.half_life_days * DAY, edges[n])
            for n, _, motion in used
            if motion.half_life_days
        ),
        np.array([motion.unit_microseconds for _, motion in grows], np.int64),
        (
            np.concatenate([np.empty(0), *(edges[n] for n, _ in grows)]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        ),
        any(motion.by_month for _, _, motion in used),
        offsets_of(catalog.vocabulary.zone),
    )


def changes_at(
    histories: Histories, leads: Indices, cutoff: int, values: Matrix, passing: Passing
) -> Integers:
    """Compute when the score of each lead can next change, if no record is added.

    Parameters
    ----------
    histories
        The records of the leads and their account mates.
    leads
        The places of the leads.
    cutoff
        The moment at which `values` were computed, in microseconds.
    values
        Shape (leads, features).
    passing
        What of the catalog changes.

    Returns
    -------
    Integers
        Shape (leads,): microseconds, later than the cutoff; `NEVER` if it cannot change.
    """
    moments: Integers = np.empty(leads.size, np.int64)
    start, members = histories.leads.members
    groups = Groups(histories.leads.group, start, members, histories.leads.account)
    records = (histories.events, histories.deals, histories.changes)
    first_change(records, groups, (leads, cutoff), passing.watched, moments)
    if passing.growing.size:
        spans: Integers = np.empty(leads.size, np.int64)
        growing = np.ascontiguousarray(values[:, passing.growing])
        first_crossing(growing, passing.edges, passing.units, spans)
        spans = np.minimum(spans, NEVER - cutoff - 1)
        moments = np.minimum(moments, cutoff + spans)
    for column, half_life, edges in passing.fading:
        moments = np.minimum(moments, cutoff + _faded_past(values[:, column], half_life, edges))
    if passing.calendar:
        moments = np.minimum(moments, _next_month(cutoff, passing.zone))
    return np.maximum(moments, cutoff + 1)


def grown(feature: Feature, value: float, microseconds: int) -> float:
    """Return the value of a feature after some time in which nothing else has changed.

    Parameters
    ----------
    feature
        The feature.
    value
        Its value before; NaN stays NaN.
    microseconds
        How much time has passed. A value that slides or follows the calendar is returned as it is.
    """
    motion = motion_of(feature)
    if motion.half_life_days:
        return float(value * 2.0 ** (-microseconds / (motion.half_life_days * DAY)))
    if motion.unit_microseconds:
        return value + microseconds / motion.unit_microseconds
    return value


def _by_group(feature: Feature) -> bool:
    return feature.view in VIEWS and VIEWS[feature.view].BY_GROUP


def _faded_past(
    values: NDArray[np.float32], half_life: float, edges: NDArray[np.float64]
) -> Integers:
    """Compute how long until fading values pass an edge, a little early: shape of `values`."""
    whole = values.astype(np.float64)
    place = np.searchsorted(edges, whole) - 1
    below = np.where(place >= 0, edges[np.maximum(place, 0)], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spans = half_life * np.log2(whole / below) * 0.999 - 1.0
    falls = (below > 0.0) & np.isfinite(spans)
    return np.where(falls, np.maximum(spans, 0.0), NEVER // 2).astype(np.int64)


def _windows(motions: Sequence[Motion]) -> Windows:
    return Windows(_lengths(motions, "activities"), _lengths(motions, "outcomes"))


def _lengths(motions: Sequence[Motion], records: Literal["activities", "outcomes"]) -> Integers:
    days = {days for one in motions if one.records == records for days in one.windows_days}
    return np.array([round(length * DAY) for length in sorted(days)], np.int64)


def _steps(motions: Sequence[Motion]) -> Integers:
    days = {one.step_days for one in motions if one.step_days}
    return np.array([round(length * DAY) for length in sorted(days)], np.int64)


def _next_month(cutoff: int, zone: ZoneOffsets) -> int:
    """Return the moment at which the next month begins in a zone, never later."""
    shift = shift_at(zone, cutoff)
    month, day = month_of(cutoff + shift), (cutoff + shift) // DAY
    begins = next(
        (day + n) * DAY for n in range(1, _LONGEST_MONTH + 1) if month_of((day + n) * DAY) != month
    )
    return max(begins - max(shift, shift_at(zone, begins - shift)), cutoff + 1)
