"""Times as they stand in an export, turned into UTC.

Decided here: an offset that is written wins; a time without one is local time of the stated zone,
and UTC when no zone is stated. A local time that happens twice (clocks go back) is the earlier one
and one that is skipped (clocks go forward) is the moment after the gap, unless the mapping says
otherwise; both are counted, so that a check can report them.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import MOMENT_DTYPE
from pipelines.intake.mapping.schema import TimeRule
from pipelines.intake.rows.text import as_text, folded

Flags = NDArray[np.bool_]
EPOCHS: Final = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_HAS_OFFSET: Final = r"\d:\d\d.*(?:Z|z|UTC|[+-]\d\d(?::?\d\d)?)$"


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
        """How many times carried their own offset."""
        return int((self.moments.notna().to_numpy() & ~self.local).sum())


def read_times(raw: pd.Series, rule: TimeRule) -> Times:
    """Read a column whose missing values are already missing.

    >>> rule = TimeRule(zone="Europe/Amsterdam")
    >>> times = read_times(pd.Series(["2011-10-30 02:30", "2012-03-25T02:30"]), rule)
    >>> [moment.isoformat() for moment in times.moments]
    ['2011-10-30T00:30:00+00:00', '2012-03-25T01:00:00+00:00']
    """
    read = _read(raw.reset_index(drop=True), rule)
    return replace(read, moments=read.moments.set_axis(raw.index))


def _read(raw: pd.Series, rule: TimeRule) -> Times:
    there = raw.notna().to_numpy()
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return _times(raw.astype(MOMENT_DTYPE), there)
    if pd.api.types.is_datetime64_dtype(raw):
        return _local(raw.astype("datetime64[us]"), there, rule)
    if rule.format in EPOCHS:
        return _times(_from_epoch(raw, EPOCHS[rule.format]), there)
    text = folded(as_text(raw))
    if rule.format != "iso":
        return _by_pattern(text, there, rule)
    has_offset = text.str.contains(_HAS_OFFSET, regex=True, na=False).to_numpy(bool)
    absolute = pd.to_datetime(
        text.where(has_offset), format="ISO8601", utc=True, errors="coerce"
    ).astype(MOMENT_DTYPE)
    local = _naive(text.where(~has_offset), "ISO8601")
    return _joined(absolute, _local(local, there & ~has_offset, rule), has_offset)


def _by_pattern(text: pd.Series, there: Flags, rule: TimeRule) -> Times:
    if "%z" in rule.format or "%Z" in rule.format:
        moments = pd.to_datetime(text, format=rule.format, utc=True, errors="coerce")
        return _times(moments.astype(MOMENT_DTYPE), there)
    return _local(_naive(text, rule.format), there, rule)


def _naive(text: pd.Series, pattern: str) -> pd.Series:
    return pd.to_datetime(text, format=pattern, errors="coerce").astype("datetime64[us]")


def _from_epoch(raw: pd.Series, microseconds: int) -> pd.Series:
    if pd.api.types.is_integer_dtype(raw):
        return pd.to_datetime(raw * microseconds, unit="us", utc=True).astype(MOMENT_DTYPE)
    number = pd.to_numeric(folded(as_text(raw)), errors="coerce").to_numpy("float64")
    fits = np.isfinite(number) & (np.abs(number) < 2**62 / microseconds)
    whole = np.round(np.where(fits, number, 0) * microseconds).astype("int64")
    moments = pd.Series(whole.astype("datetime64[us]"), index=raw.index).where(fits)
    return moments.dt.tz_localize("UTC")


def _local(naive: pd.Series, there: Flags, rule: TimeRule) -> Times:
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
