"""Times of an export: formats, zones, clock changes."""

import pandas as pd
import pytest

from features.reading.times import read_times
from pipelines.intake.mapping.time_rule import TimeRule


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
        (["2026-04-01 00:00:00.000000 UTC"], {"zone": "Asia/Tokyo"}, "2026-04-01T00:00:00"),
        (["2026-04-01 00:00 GMT"], {"zone": "Asia/Tokyo"}, "2026-04-01T00:00:00"),
        (["20260401T000000Z"], {"zone": "Asia/Tokyo"}, "2026-04-01T00:00:00"),
        (["20260401T0900+0900"], {}, "2026-04-01T00:00:00"),
        (["2026-04-01T00:00:00.000+0000"], {"zone": "Asia/Tokyo"}, "2026-04-01T00:00:00"),
        (["4/1/2026 3:05 PM"], {"format": "%m/%d/%Y %I:%M %p"}, "2026-04-01T15:05:00"),
        (["令和8年4月1日"], {"format": "japanese"}, "2026-04-01T00:00:00"),
        (["平成元年１２月３日 午前9:05"], {"format": "japanese"}, "1989-12-03T09:05:00"),
        (["2026年4月1日(水) 午後12時5分"], {"format": "japanese"}, "2026-04-01T12:05:00"),
        (["R8.4.1"], {"format": "japanese"}, "2026-04-01T00:00:00"),
        (["46113"], {"format": "excel"}, "2026-04-01T00:00:00"),
        ([46113.5], {"format": "excel"}, "2026-04-01T12:00:00"),
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


def test_a_local_time_that_happens_twice_is_the_earlier_by_default() -> None:
    twice: list[object] = ["2025-10-26 02:30"]
    assert moments(twice, **BERLIN) == ["2025-10-26T00:30:00"]
    assert moments(twice, **BERLIN, ambiguous="later") == ["2025-10-26T01:30:00"]
    assert moments(twice, **BERLIN, ambiguous="fault") == [""]


def test_a_local_time_that_is_skipped_is_the_moment_after_by_default() -> None:
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


@pytest.mark.parametrize("form", ["iso", "japanese", "excel", "epoch_s", "%d/%m/%Y", "%d/%m/%Y %z"])
@pytest.mark.parametrize(
    "odd",
    ["20240821T161900Z", "soon", "0000-00-00", "2024-13-45", "9" * 30, "令和", "１", "-", "Z"],
)
def test_one_odd_cell_is_unreadable_or_read_but_never_raises(form: str, odd: str) -> None:
    values = pd.Series(["2024-08-21 16:19", odd, "令和6年8月21日", "45525", "21/08/2024"])
    times = read_times(values, TimeRule(format=form, zone="Asia/Tokyo"))
    assert len(times.moments) == len(values)
    assert (times.unreadable == times.moments.isna().to_numpy()).all()


def test_a_compact_time_among_others_is_read_as_utc() -> None:
    utc = moments(["2024-08-21 16:19", "20240821T161900Z"], zone="Asia/Tokyo")
    assert utc == ["2024-08-21T07:19:00", "2024-08-21T16:19:00"]
