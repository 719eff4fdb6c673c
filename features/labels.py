"""Labels: whether the conversion outcome fell in the horizon; missing until the horizon is over.

Decided here: the label looks at `occurred_at` alone, in [cutoff, cutoff + horizon). It is missing
exactly while cutoff + horizon lies after `observed_until`, even for a lead that has converted
already: counting early conversions before failures can be known would inflate the base rate.

With a cutoff of 2026-04-01 and a horizon of 90 days, the label is missing until 2026-06-30 00:00;
a deal won on 2026-04-01 00:00 makes it 1, one won on 2026-06-30 00:00 does not.

Only training and evaluation may import this module; no feature and no server does.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadInput
from features.timeline import DAY, NEVER, Moments, to_moments, visible_from


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Attributes
    ----------
    outcome
        The conversion outcome: `won`, `opened`, or the name of a stage.
    horizon_days
        Length of the horizon, in days of 24 hours.
    repeat
        Whether every such outcome of a lead counts; otherwise only its first.
    """

    outcome: str = "won"
    horizon_days: float = 90.0
    repeat: bool = False

    def __post_init__(self) -> None:
        """Refuse a horizon that has no length."""
        if not 0 < self.horizon_days < math.inf:
            raise BadInput.of(
                f"horizon_days: {self.horizon_days}", "a positive number of days", "correct it"
            )

    @property
    def horizon(self) -> int:
        """The horizon in microseconds."""
        return round(self.horizon_days * DAY)


def attach(
    snapshots: pd.DataFrame, outcomes: pd.DataFrame, target: Target, observed_until: pd.Timestamp
) -> pd.Series:
    """Compute the label of every snapshot.

    Parameters
    ----------
    snapshots
        Rows with `lead_id` and `cutoff`, in any order.
    outcomes
        The outcomes table, in any order; it may hold outcomes of other leads.
    target
        What is predicted.
    observed_until
        Up to when outcomes are complete.

    Returns
    -------
    `label` on the index of `snapshots`: 1.0, 0.0, or missing (not matured).

    Examples
    --------
    >>> days = pd.to_datetime(["2026-04-01", "2026-06-01", "2026-06-30"], utc=True).as_unit("us")
    >>> snapshots = pd.DataFrame({"lead_id": "a", "cutoff": days})
    >>> won = pd.DataFrame({"lead_id": ["a"], "outcome": "won", "occurred_at": days[1:2]})
    >>> attach(snapshots, won, Target(), pd.Timestamp("2026-08-30", tz="UTC")).tolist()
    [1.0, 1.0, nan]
    """
    cutoff = to_moments(snapshots["cutoff"])
    end = cutoff + target.horizon
    converted = next_conversion(snapshots, outcomes, target) < end
    until = int(observed_until.tz_convert("UTC").as_unit("us").asm8.astype(np.int64))
    label = np.where(end <= until, converted.astype(np.float64), np.nan)
    return pd.Series(label, index=snapshots.index, name="label")


def conversion_days(
    snapshots: pd.DataFrame, outcomes: pd.DataFrame, target: Target, observed_until: pd.Timestamp
) -> pd.DataFrame:
    """Compute the days from each cutoff to the next conversion, inside the horizon or beyond it.

    Parameters
    ----------
    snapshots, outcomes, target, observed_until
        As in `attach`.

    Returns
    -------
    On the index of `snapshots`: `converted_after_days`, until it occurred, and
    `conversion_known_after_days`, until our systems knew of it; missing where none was observed.
    """
    until = int(observed_until.tz_convert("UTC").as_unit("us").asm8.astype(np.int64))
    cutoff, at = to_moments(snapshots["cutoff"]), next_conversion(snapshots, outcomes, target)
    known = _known_at(snapshots["lead_id"], at, outcomes, target)
    observed = at < until
    return pd.DataFrame(
        {
            "converted_after_days": np.where(observed, (at - cutoff) / DAY, np.nan),
            "conversion_known_after_days": np.where(observed, (known - cutoff) / DAY, np.nan),
        },
        index=snapshots.index,
    )


def _known_at(lead_id: pd.Series, at: Moments, outcomes: pd.DataFrame, target: Target) -> Moments:
    """Return when conversions were known: those of these leads that occurred at these moments."""
    if "known_at" not in outcomes:
        return at
    rows = outcomes[outcomes["outcome"] == target.outcome]
    occurred = to_moments(rows["occurred_at"])
    known = visible_from(occurred, to_moments(rows["known_at"].fillna(rows["occurred_at"])))
    keys = pd.MultiIndex.from_arrays([rows["lead_id"], occurred])
    first = pd.Series(known, index=keys).groupby(level=[0, 1]).min()
    place = first.index.get_indexer(pd.MultiIndex.from_arrays([lead_id, at]))
    return np.where(place < 0, NEVER, np.append(first.to_numpy(np.int64), NEVER)[place])


def next_conversion(snapshots: pd.DataFrame, outcomes: pd.DataFrame, target: Target) -> Moments:
    """Return the moment of the first conversion at or after each cutoff; `NEVER` without one.

    Parameters
    ----------
    snapshots, outcomes, target
        As in `attach`.
    """
    cutoff = to_moments(snapshots["cutoff"])
    lead, at = _conversions(snapshots["lead_id"], outcomes, target)
    ticks = np.unique(at)
    width = len(ticks) + 1
    keys = lead * width + np.searchsorted(ticks, at)
    codes = pd.factorize(snapshots["lead_id"])[0].astype(np.int64)
    place = np.searchsorted(keys, codes * width + np.searchsorted(ticks, cutoff))
    converts = np.append(lead, -1)[place] == codes
    return np.where(converts, np.append(at, NEVER)[place], NEVER)


def _conversions(
    lead_id: pd.Series, outcomes: pd.DataFrame, target: Target
) -> tuple[NDArray[np.int64], Moments]:
    """Sort the conversions of these leads by (lead, moment); leads coded as `factorize` does."""
    rows = outcomes.loc[outcomes["outcome"] == target.outcome, ["lead_id", "occurred_at"]]
    lead = pd.Index(pd.unique(lead_id)).get_indexer(pd.Index(rows["lead_id"])).astype(np.int64)
    at = to_moments(rows["occurred_at"])
    usable = (lead >= 0) & (at < NEVER)
    lead, at = lead[usable], at[usable]
    order = np.lexsort((at, lead))
    lead, at = lead[order], at[order]
    if not target.repeat:
        first = np.append(True, lead[1:] != lead[:-1])[: len(lead)]
        lead, at = lead[first], at[first]
    return lead, at
