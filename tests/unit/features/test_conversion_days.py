"""Days to the next conversion: beyond the horizon too, and when our systems knew of it."""

import numpy as np
import pandas as pd

from features import labels
from features.labels import Target

START = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")


def moments(*days: float) -> pd.Series:
    return (START + pd.to_timedelta(pd.Series(days), unit="D")).dt.as_unit("us")


def test_days_until_it_occurred_and_until_it_was_known() -> None:
    rows = pd.DataFrame({"lead_id": ["a", "a", "b", "c"], "cutoff": moments(0, 50, 10, 0)})
    won = pd.DataFrame(
        {
            "lead_id": ["a", "b", "c"],
            "outcome": "won",
            "occurred_at": moments(40, 12, 150),
            "known_at": moments(45, 12, 150),
        }
    )
    until = START + pd.Timedelta(days=100)
    days = labels.conversion_days(rows, won, Target(horizon_days=30.0), until)
    nan = np.nan
    assert days["converted_after_days"].fillna(-1).tolist() == [40.0, -1.0, 2.0, -1.0]
    assert days["conversion_known_after_days"].fillna(-1).tolist() == [45.0, -1.0, 2.0, -1.0]
    plain = labels.conversion_days(rows, won.drop(columns="known_at"), Target(), until)
    expected = pd.DataFrame({name: [40.0, nan, 2.0, nan] for name in days}, index=rows.index)
    pd.testing.assert_frame_equal(plain, expected)
