"""Law 4: move all dates by one span and every feature that is not of the calendar stays."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.build import build
from features.kernel.sweep import sweep as sweep_kernel
from features.tables import Tables
from features.views import engagement
from tests import builders

CALENDAR = {"profile__cutoff_month", "profile__created_weekday", "profile__created_hour"}


def moved(table: pd.DataFrame, span: pd.Timedelta) -> pd.DataFrame:
    times = table.select_dtypes("datetimetz").columns
    return table.assign(**{name: table[name] + span for name in times})


def moved_features(seed: int, span: pd.Timedelta) -> set[str]:
    """Name the features that move with the dates."""
    tables = builders.company(builders.Company(seed=seed))
    rows = builders.snapshots(tables, seed)
    catalog = builders.learned(tables, rows)
    later = replace(
        tables,
        **{name: moved(getattr(tables, name), span) for name in Tables.__dataclass_fields__},
    )
    before = build(tables, rows, catalog).to_pandas()
    after = build(later, moved(rows, span), catalog).to_pandas()
    return {name for name in catalog.names if not before[name].equals(after[name])}


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    microseconds=st.integers(-(10**15), 10**15),
)
def test_only_calendar_features_move(seed: int, microseconds: int) -> None:
    assert moved_features(seed, pd.Timedelta(microseconds=microseconds)) <= CALENDAR


def test_calendar_features_do_move() -> None:
    assert moved_features(1, pd.Timedelta(days=45, hours=5)) == CALENDAR


def test_planted_fault_days_counted_from_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_midnight(events, *args):  # type: ignore[no-untyped-def]
        midnight = events.created_at * 0
        sweep_kernel.sweep(events._replace(created_at=midnight), *args)

    monkeypatch.setattr(engagement, "sweep", from_midnight)
    assert "engagement__any_active_day_count__ever" in moved_features(1, pd.Timedelta(hours=13))
