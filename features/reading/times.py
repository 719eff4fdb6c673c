"""Times as they stand in an export, turned into UTC.

Decided here: an offset that is written wins; a time without one is local time of the stated zone,
and UTC when no zone is stated. A local time that happens twice (clocks go back) is the earlier one
and one that is skipped (clocks go forward) is the moment after the gap, unless the mapping says
otherwise; both are counted, so that a check can report them.
"""

from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.text import as_text, folded
from features.reading.time_forms import (
    EXCEL,
    HAS_OFFSET,
    JAPANESE,
    absolute_times,
    iso_text,
    japanese_times,
    naive_times,
    serial_times,
)
from features.timeline import MOMENT_DTYPE

Flags = NDArray[np.bool_]
EPOCHS: Final = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}


class TimeForm(Protocol):
    """How times are written: their format, and the zone of those without an offset."""

    @property
    def format(self) -> str:
        """Return iso, epoch_s, epoch_ms, epoch_us, excel, japanese or a strptime pattern."""

    @property
    def zone(self) -> str | None:
        """Return the zone of times without an offset; None means UTC."""

    @property
    def ambiguous(self) -> str:
        """Return earlier, later or fault: a local time that happens twice."""

    @property
    def nonexistent(self) -> str:
        """Return forward or fault: a local time that is skipped."""


@dataclass(frozen=True)
class Times:
    """UTC times, and which rows were unreadable, ambiguous, nonexistent or without an offset."""

    moments: pd.Series
    unreadable: Flags
    ambiguous: Flags
    nonexistent: Flags
    local: Flags

    @property
    def own_offset_count(self) -> int:
        """Return how many times carried their own offset."""
        return int((self.moments.notna().to_numpy() & ~self.local).sum())


def read_times(raw: pd.Series, rule: TimeForm) -> Times:
    """Read a column whose missing values are already missing.

    Parameters
    ----------
    raw
        One value a row: text, numbers, or times of a typed source.
    rule
        The format (`iso`, `epoch_s`, `epoch_ms`, `epoch_us`, `excel`, `japanese` or a strptime
        pattern) and the zone of times that carry no offset.

    Returns
    -------
    Times
        One moment a row, with the index of `raw`. A cell that cannot be read is missing and
        flagged; it never raises.

    >>> from features.reading.values import TimeReading
    >>> rule = TimeReading(zone="Europe/Amsterdam")
    >>> times = read_times(pd.Series(["2011-10-30 02:30", "2012-03-25T02:30"]), rule)
    >>> [moment.isoformat() for moment in times.moments]
    ['2011-10-30T00:30:00+00:00', '2012-03-25T01:00:00+00:00']
    """
    read = _read(raw.reset_index(drop=True), rule)
    return replace(read, moments=read.moments.set_axis(raw.index))


def _read(raw: pd.Series, rule: TimeForm) -> Times:
    there = raw.notna().to_numpy()
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return _times(raw.astype(MOMENT_DTYPE), there)
    if pd.api.types.is_datetime64_dtype(raw):
        return _local(raw.astype("datetime64[us]"), there, rule)
    if rule.format in EPOCHS:
        return _times(_from_epoch(raw, EPOCHS[rule.format]), there)
    if rule.format == EXCEL:
        return _local(serial_times(raw), there, rule)
    text = folded(as_text(raw))
    if rule.format == JAPANESE:
        return _local(japanese_times(text), there, rule)
    return _by_pattern(text, there, rule) if rule.format != "iso" else _iso(text, there, rule)


def _iso(text: pd.Series, there: Flags, rule: TimeForm) -> Times:
    text = iso_text(text)
    has_offset = text.str.contains(HAS_OFFSET, regex=True, na=False).to_numpy(bool)
    absolute = absolute_times(text.where(has_offset), "ISO8601").astype(MOMENT_DTYPE)
    local = naive_times(text.where(~has_offset), "ISO8601")
    return _joined(absolute, _local(local, there & ~has_offset, rule), has_offset)


def _by_pattern(text: pd.Series, there: Flags, rule: TimeForm) -> Times:
    if "%z" in rule.format or "%Z" in rule.format:
        return _times(absolute_times(text, rule.format).astype(MOMENT_DTYPE), there)
    return _local(naive_times(text, rule.format), there, rule)


def _from_epoch(raw: pd.Series, microseconds: int) -> pd.Series:
    if pd.api.types.is_integer_dtype(raw):
        return pd.to_datetime(raw * microseconds, unit="us", utc=True).astype(MOMENT_DTYPE)
    number = pd.to_numeric(folded(as_text(raw)), errors="coerce").to_numpy("float64")
    fits = np.isfinite(number) & (np.abs(number) < 2**62 / microseconds)
    whole = np.round(np.where(fits, number, 0) * microseconds).astype("int64")
    moments = pd.Series(whole.astype("datetime64[us]"), index=raw.index).where(fits)
    return moments.dt.tz_localize("UTC")


def _local(naive: pd.Series, there: Flags, rule: TimeForm) -> Times:
    zone = rule.zone or "UTC"
    read = naive.notna().to_numpy()
    earlier = np.ones(len(naive), dtype=bool)
    once = naive.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    exists = naive.dt.tz_localize(zone, ambiguous=earlier, nonexistent="NaT")
    ambiguous = read & once.isna().to_numpy()
    nonexistent = read & exists.isna().to_numpy()
    chosen = earlier if rule.ambiguous == "earlier" else ~earlier
    moments = naive.dt.tz_localize(zone, ambiguous=chosen, nonexistent="shift_forward")
    refused = (ambiguous & (rule.ambiguous == "fault")) | (
        nonexistent & (rule.nonexistent == "fault")
    )
    moments = moments.dt.tz_convert("UTC").astype(MOMENT_DTYPE).where(~refused)
    times = _times(moments, there)
    return Times(
        moments, times.unreadable, ambiguous & ~refused, nonexistent & ~refused, there & read
    )


def _times(moments: pd.Series, there: Flags) -> Times:
    none = np.zeros(len(moments), dtype=bool)
    return Times(moments, there & moments.isna().to_numpy(), none, none, none)


def _joined(absolute: pd.Series, local: Times, has_offset: Flags) -> Times:
    return Times(
        absolute.where(has_offset, local.moments),
        local.unreadable | (has_offset & absolute.isna().to_numpy()),
        local.ambiguous,
        local.nonexistent,
        local.local,
    )
