"""Made-up histories to time features on: sorted leads, activities, cutoffs; the wanted features.

Decided here: 12 activity types, 50 activities and 10 cutoffs a lead on average, dwell seconds on
every activity; 117 wanted features: counts in 4 windows and ever, days since the last and the
first, sums of dwell seconds of 30 days and ever, and two changes of rate.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.catalog.catalog import Catalog, Vocabulary
from features.learn_catalog import catalog_of
from features.tables import Tables, empty

TYPES = tuple(f"type_{n:02d}" for n in range(12))
ACTIVITIES, CUTOFFS = 50, 10
DAY = 86_400_000_000
START = 1_704_067_200_000_000
DAYS = 400
RATES = ("engagement__any_acceleration__30d", "engagement__type_00_acceleration__30d")


@dataclass(frozen=True)
class Work:
    """The same rows as plain columns (for the peers) and as tables (for us)."""

    leads: int
    lead: np.ndarray
    occurred_at: np.ndarray
    activity_type: np.ndarray
    dwell_seconds: np.ndarray
    snapshot_lead: np.ndarray
    cutoff: np.ndarray


def work(leads: int, seed: int = 0) -> Work:
    """Draw histories of a random length, sorted by lead and time, and sorted cutoffs."""
    random = np.random.default_rng(seed)
    lengths = random.poisson(ACTIVITIES, leads)
    lead = np.repeat(np.arange(leads, dtype=np.int32), lengths)
    occurred_at = START + random.integers(0, DAYS * DAY, lead.size)
    order = np.lexsort((occurred_at, lead))
    cutoff = np.sort(random.integers(30 * DAY, (DAYS + 30) * DAY, (leads, CUTOFFS)), axis=1)
    return Work(
        leads,
        lead,
        occurred_at[order],
        random.integers(0, len(TYPES), lead.size).astype(np.int8),
        random.integers(0, 600, lead.size).astype(np.float64),
        np.repeat(np.arange(leads, dtype=np.int32), CUTOFFS),
        START + cutoff.ravel(),
    )


def times(moments: np.ndarray) -> pd.Series:
    """Make a UTC column of microseconds."""
    return pd.Series(pd.DatetimeIndex(moments.astype("datetime64[us]"), tz="UTC"))


def tables(work: Work) -> tuple[Tables, pd.DataFrame]:
    """Return the canonical tables and the snapshots, repeated texts dictionary-encoded."""
    ids = pd.Index([f"lead-{n:08d}" for n in range(work.leads)], dtype="str")
    activities = pd.DataFrame(
        {
            "lead_id": pd.Categorical.from_codes(work.lead, ids),
            "occurred_at": times(work.occurred_at),
            "activity_type": pd.Categorical.from_codes(work.activity_type, list(TYPES)),
            "dwell_seconds": work.dwell_seconds,
        }
    )
    leads = pd.DataFrame({"lead_id": ids, "created_at": times(np.full(work.leads, START))})
    snapshots = pd.DataFrame(
        {
            "lead_id": pd.Categorical.from_codes(work.snapshot_lead, ids),
            "cutoff": times(work.cutoff),
        }
    )
    return Tables(leads, activities, empty("outcomes")), snapshots


def catalog() -> Catalog:
    """Return the 117 wanted features."""
    valued = tuple((code, "dwell_seconds") for code in TYPES)
    vocabulary = Vocabulary(activity_types=TYPES, valued=valued)
    measures = ("count", "days_since_last", "days_since_first", "dwell_seconds_sum")
    wanted = [
        feature
        for feature in catalog_of(vocabulary, views=("engagement",)).features
        if (feature.measure in measures and feature.key != "other") or feature.name in RATES
    ]
    return Catalog(tuple(wanted), vocabulary)
