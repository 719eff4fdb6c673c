"""L006: dates after the outcome, or after the lead was known, in attributes known at creation."""

from typing import Final

import numpy as np
import pandas as pd

from features.feature import Text
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

MOST: Final = 0.05
DATES: Final = 0.9
LEAST: Final = 20
_DATE: Final = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[T ].*)?"
_SECONDS: Final = (946_684_800.0, 4_102_444_800.0)
"""The years 2000 to 2100, in seconds since 1970."""
_DAY: Final = pd.Timedelta(days=1)


def _examine(evidence: LeakEvidence) -> Suspects | None:
    leads = evidence.tables.leads
    if leads.empty:
        return None
    known = evidence.known_since()
    fail: dict[str, str] = {}
    for name in evidence.attributes():
        moments = dates(leads[name])
        if moments is None:
            continue
        later = float((moments > known + _DAY)[moments.notna()].mean())
        if later >= MOST:
            fail[name] = f"{later:.0%} of its dates lie after the lead was known"
    return Suspects(fail | _born_late(evidence), _entered_before(evidence))


def dates(values: pd.Series) -> pd.Series | None:
    """Convert an attribute to moments if nearly all of its values are dates; else None.

    >>> dates(pd.Series(["2026-01-05", "2026/1/6"] * 10)).iloc[1].isoformat()
    '2026-01-06T00:00:00+00:00'
    """
    there = values.dropna()
    if len(there) < LEAST:
        return None
    if pd.api.types.is_bool_dtype(values):
        return None
    if pd.api.types.is_numeric_dtype(values):
        return _of_numbers(values)
    text = there.astype("str").str.strip()
    if text.str.fullmatch(_DATE).mean() < DATES:
        return None
    plain = text.str.replace(r"[年月/.](?=\d{1,2})", "-", regex=True, n=2).str.replace("日", "")
    moments = pd.to_datetime(plain, utc=True, errors="coerce", format="mixed")
    return moments.reindex(values.index)


def _of_numbers(values: pd.Series) -> pd.Series | None:
    numbers = values.to_numpy(np.float64)
    for per_second in (1.0, 1e3, 1e6):
        seconds = numbers / per_second
        there = seconds[~np.isnan(seconds)]
        if np.mean((there >= _SECONDS[0]) & (there < _SECONDS[1])) >= DATES:
            return pd.to_datetime(pd.Series(seconds, values.index), unit="s", utc=True)
    return None


def _born_late(evidence: LeakEvidence) -> dict[str, str]:
    """Check whether leads are created at their end: records replaced at the conversion.

    In repeat business a customer may begin with the first conversion.
    """
    if evidence.repeat:
        return {}
    leads = evidence.tables.leads
    end = evidence.ends_of(leads["lead_id"])
    if end.notna().sum() < LEAST:
        return {}
    share = float((leads["created_at"] >= end)[end.notna()].mean())
    grounds = f"{share:.0%} of the leads that ended were created at their end or after it"
    return {"created_at": grounds} if share >= MOST else {}


def _entered_before(evidence: LeakEvidence) -> dict[str, str]:
    """Check whether activities were known before they happened: plans, or wrong dates."""
    activities = evidence.tables.activities
    if "known_at" not in activities or len(activities) < LEAST:
        return {}
    share = float((activities["known_at"] < activities["occurred_at"] - _DAY).mean())
    grounds = f"{share:.0%} of the activities were known a day or more before they happened"
    return {"activities.known_at": grounds} if share >= MOST else {}


CHECK = LeakCheck(
    "L006",
    Text("dates after the outcome", "結果より後の日付"),
    "no date in an attribute after the lead was known; leads that exist before their end",
    "leave the column out or list it under known_later; bring the lead's first creation",
    _examine,
)
