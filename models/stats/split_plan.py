"""The split as it will be used: cutoffs, windows, horizon, embargo, rows; before any feature.

Decided here: the plan comes from the same `models.stats.splits.split_by_cutoff` as training, on
snapshots and labels alone, so what is shown is what training will do.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import DAY, Moments, from_moments, to_moments
from models.stats.settings import SplitSettings
from models.stats.splits import split_by_cutoff

PARTS: Final = ("train", "calibration", "embargo", "test", "not_matured")
"""The parts of a plan, in the order of time as far as they have one."""


@dataclass(frozen=True)
class SplitPart:
    """One part of the split.

    Attributes
    ----------
    name
        One of `PARTS`.
    rows, leads, conversions
        Snapshots, distinct leads, snapshots that convert within the horizon.
    cutoffs
        Distinct cutoffs of the calendar, in microseconds, ascending.
    first_cutoff, last_cutoff
        The first and last cutoff of all its snapshots, early ages included; None without rows.
    """

    name: str
    rows: int
    leads: int
    conversions: int
    cutoffs: tuple[int, ...]
    first_cutoff: int | None
    last_cutoff: int | None

    @property
    def base_rate(self) -> float | None:
        """The share of its snapshots that convert; None without rows."""
        return self.conversions / self.rows if self.rows else None


@dataclass(frozen=True)
class SplitPlan:
    """The whole plan; times in microseconds UTC, spans in days.

    Attributes
    ----------
    parts
        The parts, in the order of `PARTS`.
    horizon_days, embargo_days
        The horizon of the labels; the gap between training and test.
    windows_days
        The windows of the features.
    observed_until
        The end of observation.
    """

    parts: tuple[SplitPart, ...]
    horizon_days: float
    embargo_days: float
    windows_days: tuple[float, ...]
    observed_until: int

    def part(self, name: str) -> SplitPart:
        """Return the part of that name."""
        return next(part for part in self.parts if part.name == name)

    def to_pandas(self) -> pd.DataFrame:
        """Return the table that `mikomi splits` prints: one row a part."""
        rows = []
        for part in self.parts:
            first, last = (_day(at) for at in (part.first_cutoff, part.last_cutoff))
            counts = (part.name, first, last, len(part.cutoffs), part.rows, part.leads)
            rows.append((*counts, part.conversions, part.base_rate))
        columns = ["part", "first_cutoff", "last_cutoff", "cutoffs", "rows", "leads"]
        return pd.DataFrame(rows, columns=[*columns, "conversions", "base_rate"])


def plan(
    snapshots: pd.DataFrame,
    label: pd.Series,
    settings: SplitSettings,
    windows_days: tuple[float, ...],
    observed_until: pd.Timestamp,
) -> SplitPlan:
    """Plan the split of these snapshots.

    Parameters
    ----------
    snapshots
        Rows with `lead_id`, `cutoff`, `kind`.
    label
        One a row; missing rows are in the part `not_matured`.
    settings
        How to split.
    windows_days
        The windows of the features.
    observed_until
        The end of observation.
    """
    cutoff = to_moments(snapshots["cutoff"])
    matured = np.flatnonzero(label.notna().to_numpy())
    split = split_by_cutoff(cutoff[matured], settings)
    part_of = np.full(len(snapshots), PARTS.index("not_matured"))
    part_of[matured] = PARTS.index("embargo")
    for name in ("train", "calibration", "test"):
        part_of[matured[getattr(split, name)]] = PARTS.index(name)
    parts = [_part(name, snapshots, label, part_of == index) for index, name in enumerate(PARTS)]
    until = int(observed_until.tz_convert("UTC").as_unit("us").asm8.astype(np.int64))
    return SplitPlan(
        tuple(parts), settings.horizon_days, settings.embargo / DAY, windows_days, until
    )


def _part(
    name: str, snapshots: pd.DataFrame, label: pd.Series, mine: NDArray[np.bool_]
) -> SplitPart:
    rows = snapshots[mine]
    cutoff = to_moments(rows["cutoff"])
    on_calendar: Moments = np.unique(cutoff[(rows["kind"] == "calendar").to_numpy()])
    return SplitPart(
        name=name,
        rows=len(rows),
        leads=int(rows["lead_id"].nunique()),
        conversions=int((label[mine] == 1.0).sum()),
        cutoffs=tuple(on_calendar.tolist()),
        first_cutoff=int(cutoff.min()) if len(rows) else None,
        last_cutoff=int(cutoff.max()) if len(rows) else None,
    )


def _day(moment: int | None) -> str | None:
    return None if moment is None else f"{from_moments(np.array([moment]))[0]:%Y-%m-%d %H:%M}"
