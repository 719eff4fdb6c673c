"""How long conversions take, and which horizon and windows follow from it.

Decided here: times run from `created_at` to the first conversion of a lead. Leads that have not
converted are censored at `observed_until` (product-limit estimate, Kaplan and Meier 1958), so that
young leads do not make conversions look quick. Suggestions are round spans of a fixed ladder.

This reads outcomes: it is for people who choose a target, never for a feature.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import Tables
from features.timeline import DAY, NEVER, Moments, to_moments

LADDER: Final = (1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 365.0)
"""The spans in days that suggestions are chosen from."""
LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
_COVERED: Final = 0.75
"""A suggested horizon holds this share of the conversions that were ever observed."""
_WINDOW_LEVELS: Final = (0.1, 0.35, 0.65, 0.9)
"""Suggested windows hold these shares of the activities before a conversion."""
_MIN_OBSERVED: Final = 30
"""The curve is reported as far as that many leads are still observed."""
_POINTS: Final = 200
"""The most steps of a curve that are reported."""

Curve = tuple[tuple[float, float], ...]
"""(days, share within them), ascending."""


@dataclass(frozen=True)
class TimeToConversion:
    """The measured times and the suggestions that follow; spans in days.

    Attributes
    ----------
    leads, conversions
        Leads, and those of them that converted.
    observed_days
        From the first lead to the end of observation.
    quantiles_days
        (level, days from creation to conversion), of conversions observed at any time.
    converted_share
        (days, share of all leads converted within them), as far as enough leads were observed.
    activity_share
        (window in days, share of the activities before a conversion that lie within it).
    conversion_curve, activity_curve
        The steps behind `quantiles_days` (share of the conversions) and `activity_share`.
    horizon_days
        The suggested horizon; None without conversions.
    windows_days
        The suggested windows.
    """

    leads: int
    conversions: int
    observed_days: float
    quantiles_days: Curve
    converted_share: Curve
    activity_share: Curve
    conversion_curve: Curve
    activity_curve: Curve
    horizon_days: float | None
    windows_days: tuple[float, ...]


def measure(tables: Tables, outcome: str, observed_until: pd.Timestamp) -> TimeToConversion:
    """Measure how long it takes until an outcome, as of `observed_until`.

    >>> at = pd.to_datetime(["2026-01-01", "2026-01-11"], utc=True).as_unit("us")
    >>> leads = pd.DataFrame({"lead_id": ["a", "b"], "created_at": at[:1].repeat(2)})
    >>> won = pd.DataFrame({"lead_id": ["a"], "outcome": "won", "occurred_at": at[1:]})
    >>> times = measure(Tables(leads, outcomes=won), "won", at[0] + pd.Timedelta(days=365))
    >>> times.conversions, times.quantiles_days[2], times.horizon_days
    (1, (0.5, 10.0), 14.0)

    Parameters
    ----------
    tables
        The leads, their activities and outcomes.
    outcome
        The conversion outcome.
    observed_until
        Up to when outcomes are complete.
    """
    created = to_moments(tables.leads["created_at"])
    first = _first(tables, outcome)
    until = int(observed_until.tz_convert("UTC").as_unit("us").asm8.astype(np.int64))
    there = (created <= until) & (first >= created)
    created, first = created[there], first[there]
    converted = first <= until
    days = (np.minimum(first, until) - created) / DAY
    observed = float((until - created.min()) / DAY) if len(created) else 0.0
    at, share = converted_by(days, converted)
    lookback = np.sort(_lookback_days(tables, outcome, until))
    return TimeToConversion(
        leads=len(created),
        conversions=int(converted.sum()),
        observed_days=observed,
        quantiles_days=tuple((level, _reach(at, share, level)) for level in LEVELS if len(at)),
        converted_share=_converted_share(at, share, days),
        activity_share=tuple((w, float((lookback <= w).mean())) for w in LADDER if len(lookback)),
        conversion_curve=_steps(at, share / share[-1:]),
        activity_curve=_steps(lookback, np.arange(1, len(lookback) + 1) / max(len(lookback), 1)),
        horizon_days=_horizon(at, share, observed),
        windows_days=_windows(lookback),
    )


def _first(tables: Tables, outcome: str) -> Moments:
    """Return the first such outcome of each lead, in the order of `leads`; `NEVER` without."""
    rows = tables.outcomes[tables.outcomes["outcome"] == outcome]
    place = pd.Index(tables.leads["lead_id"]).get_indexer(pd.Index(rows["lead_id"]))
    first = np.full(len(tables.leads), NEVER)
    np.minimum.at(first, place[place >= 0], to_moments(rows["occurred_at"])[place >= 0])
    return first


def converted_by(
    days: NDArray[np.float64], converted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the share converted by each day of a conversion: 1 - product of (1 - d / at risk).

    Parameters
    ----------
    days, converted
        Shape (leads,): the days until the conversion, or that the lead was observed without one.

    Returns
    -------
    The days of conversions, ascending, and the share that had converted by then.
    """
    at, count = np.unique(days[converted], return_counts=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), at)
    waiting: NDArray[np.float64] = np.cumprod(
        1.0 - count / np.maximum(at_risk, 1), dtype=np.float64
    )
    return at, 1.0 - waiting


def _reach(at: NDArray[np.float64], share: NDArray[np.float64], level: float) -> float:
    return float(at[np.searchsorted(share, level * share[-1] * (1 - 1e-12))])


def _steps(at: NDArray[np.float64], share: NDArray[np.float64]) -> Curve:
    """Thin a curve to its first and last step and some in between."""
    steps = np.unique(np.linspace(0, len(at) - 1, min(len(at), _POINTS)).astype(np.int64))
    return tuple(zip(at[steps].tolist(), share[steps].tolist(), strict=True))


def _converted_share(
    at: NDArray[np.float64], share: NDArray[np.float64], days: NDArray[np.float64]
) -> Curve:
    shares = []
    for span in LADDER:
        if (days >= span).sum() < _MIN_OBSERVED:
            break
        shares.append((span, float(np.append(0.0, share)[np.searchsorted(at, span, side="right")])))
    return tuple(shares)


def _horizon(
    at: NDArray[np.float64], share: NDArray[np.float64], observed_days: float
) -> float | None:
    """Choose the shortest span that holds enough, at most a quarter of the time observed."""
    if not len(at):
        return None
    most = max(LADDER[0], observed_days / 4)
    wanted = _reach(at, share, _COVERED)
    long_enough = [span for span in LADDER if span >= wanted] or [LADDER[-1]]
    return min(long_enough[0], max(span for span in LADDER if span <= most))


def _lookback_days(tables: Tables, outcome: str, until: int) -> NDArray[np.float64]:
    """Compute how long before the conversion each earlier activity of a converted lead was."""
    first = pd.Series(_first(tables, outcome), index=pd.Index(tables.leads["lead_id"]))
    first = first[first <= until]
    place = first.index.get_indexer(pd.Index(tables.activities["lead_id"]))
    at = to_moments(tables.activities["occurred_at"])[place >= 0]
    days: NDArray[np.float64] = (first.to_numpy()[place[place >= 0]] - at) / DAY
    return days[days > 0]


def _windows(lookback_days: NDArray[np.float64]) -> tuple[float, ...]:
    if not len(lookback_days):
        return ()
    wanted = np.quantile(lookback_days, _WINDOW_LEVELS)
    chosen = {next((s for s in LADDER if s >= days), LADDER[-1]) for days in wanted}
    return tuple(sorted(chosen))
