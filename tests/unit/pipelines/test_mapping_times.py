"""Times of an export: formats, zones, clock changes."""

import pandas as pd
import pytest

from pipelines.intake.mapping.schema import TimeRule
from pipelines.intake.rows.times import read_times


def moments(values: list[object], **rule: str) -> list[str]:
    times = read_times(pd.Series(values), TimeRule(**rule))  # type: ignore[arg-type]
    return ["" if pd.isna(time) else time.isoformat()[:19] for time in times.moments]


@pytest.mark.parametrize(
    ("values", "rule", "utc"),
    [
        (["2026-04-01T09:00:00+09:00"], {}, "2026-04-01T00:00:00"),
        (["2026-04-01T09:00:00Z"], {"zone": "Asia/Tokyo"}, "2026-04-01T09:00:00"),
        (["2026-04-01 09:00"], {"zone": "Asia/Tokyo"}, "2026-04-01T00:00:00"),
        (["2026-04-01"], {"zone": "Asia/Tokyo"}, "2026-03-31T15:00:00"),
        (["２０２６/04/01 09:00"], {"zone": "Asia/Tokyo"}, "2026-04-01T00:00:00"),
        (["01.04.2026"], {"format": "%d.%m.%Y"}, "2026-04-01T00:00:00"),
        ([20260401], {"format": "%Y%m%d"}, "2026-04-01T00:00:00"),
        (["2026年4月1日"], {"format": "%Y年%m月%d日"}, "2026-04-01T00:00:00"),
        (["01/04/26 09 +0900"], {"format": "%d/%m/%y %H %z"}, "2026-04-01T00:00:00"),
        ([1775001600], {"format": "epoch_s"}, "2026-04-01T00:00:00"),
        (["1775001600000"], {"format": "epoch_ms"}, "2026-04-01T00:00:00"),
        (["1775001600.5"], {"format": "epoch_s"}, "2026-04-01T00:00:00"),
        ([pd.Timestamp("2026-04-01T09:00")], {"zone": "Asia/Tokyo"}, "2026-04-01T00:00:00"),
        ([pd.Timestamp("2026-04-01T09:00+09:00")], {}, "2026-04-01T00:00:00"),
    ],
)
def test_every_way_of_writing_a_time(values: list[object], rule: dict[str, str], utc: str) -> None:
    assert moments(values, **rule) == [utc]


def test_offsets_in_a_column_may_differ_and_may_be_lacking() -> None:
    times = read_times(
        pd.Series(["2026-01-01T00:00+01:00", "2026-01-01T00:00-05:00", "2026-01-01T00:00"]),
        TimeRule(zone="Asia/Tokyo"),
    )
    assert times.moments.dt.hour.tolist() == [23, 5, 15]
    assert times.own_offset_count == 2
    assert times.local.tolist() == [False, False, True]


BERLIN = {"zone": "Europe/Berlin"}


def test_a_local_time_that_happens_twice_is_the_earlier_unless_said() -> None:
    twice: list[object] = ["2025-10-26 02:30"]
    assert moments(twice, **BERLIN) == ["2025-10-26T00:30:00"]
    assert moments(twice, **BERLIN, ambiguous="later") == ["2025-10-26T01:30:00"]
    assert moments(twice, **BERLIN, ambiguous="fault") == [""]


def test_a_local_time_that_is_skipped_is_the_moment_after_unless_said() -> None:
    never: list[object] = ["2025-03-30 02:30"]
    assert moments(never, **BERLIN) == ["2025-03-30T01:00:00"]
    assert moments(never, **BERLIN, nonexistent="fault") == [""]


def test_clock_changes_are_reported_and_refused_ones_are_unreadable() -> None:
    raw = pd.Series(["2025-10-26 02:30", "2025-03-30 02:30", "2025-06-01 00:00", "soon", None])
    times = read_times(raw, TimeRule(zone="Europe/Berlin"))
    assert times.ambiguous.tolist() == [True, False, False, False, False]
    assert times.nonexistent.tolist() == [False, True, False, False, False]
    assert times.unreadable.tolist() == [False, False, False, True, False]
    refused = read_times(raw, TimeRule(zone="Europe/Berlin", ambiguous="fault"))
    assert refused.unreadable.tolist() == [True, False, False, True, False]


def test_rows_that_are_numbered_with_gaps_are_read_where_they_stand():
    whole = pd.Series(["2024-01-01 10:00", None, "2024-01-03 10:00+09:00", None])
    gaps = whole[whole.notna()]
    read = read_times(gaps, TimeRule(zone="UTC"))
    assert list(read.moments.index) == [0, 2]
    assert list(read.moments) == list(read_times(whole, TimeRule(zone="UTC")).moments.dropna())
