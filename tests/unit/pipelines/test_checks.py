"""Every data check bites the fault that is planted for it, alone; a clean export has none."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.checks.catalogue import CHECKS
from tests.exports import LEADS, Export, clean

Plant = Callable[[Export], None]
PLANTS: dict[str, Plant] = {}
COMPANIONS = {"C032": ["C002"]}
"""The row of a win without a date is at fault, and so is its lead."""


def plants(code: str) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        PLANTS[code] = plant
        return plant

    return register


@plants("C001")
def _no_calls(export: Export) -> None:
    export.files["changes"] = export.files["changes"].iloc[:0]


@plants("C002")
def _no_id(export: Export) -> None:
    export.add("leads", {"id": "NA"})


@plants("C003")
def _no_such_day(export: Export) -> None:
    export.add("calls", {"id": "x", "at": "2025-02-30 10:00:00"})


@plants("C004")
def _words_for_a_number(export: Export) -> None:
    export.add("leads", {"id": "X", "employees": "about ten"})


@plants("C005")
def _strange_state(export: Export) -> None:
    export.add("deals", {"state": "Wonn"})


@plants("C006")
def _row_twice(export: Export) -> None:
    export.add("mails", {})


@plants("C007")
def _lead_twice(export: Export) -> None:
    export.add("leads", {"employees": "1"})


@plants("C008")
def _stranger(export: Export) -> None:
    export.add("calls", {"id": "x", "lead": "L999"})


@plants("C009")
def _strange_company(export: Export) -> None:
    export.add("leads", {"id": "X", "company": "C99"})


@plants("C010")
def _future(export: Export) -> None:
    export.add("mails", {"at": "2027-01-01 00:00:00"})


@plants("C011")
def _default_date(export: Export) -> None:
    export.add("leads", {"id": "X", "created": "1900-01-01 00:00:00"})


@plants("C012")
def _early_visit(export: Export) -> None:
    export.add("mails", {"at": "2025-01-05 00:00:00"})


@plants("C013")
def _won_before(export: Export) -> None:
    export.add("deals", {"at": "2025-01-05 00:00:00", "state": "Qualified"})


@plants("C014")
def _some_offsets(export: Export) -> None:
    export.add("mails", {"at": "2025-03-01T00:00:00+01:00"})


@plants("C015")
def _no_zone(export: Export) -> None:
    del export.mapping["times"]


@plants("C016")
def _clocks_go_back(export: Export) -> None:
    export.mapping["sources"]["calls"]["times"] = {"zone": "Europe/Berlin"}
    export.add("calls", {"id": "x", "at": "2025-10-26 02:30:00"})


@plants("C017")
def _few_won(export: Export) -> None:
    deals = export.files["deals"]
    export.files["deals"] = deals[(deals["state"] != "Won") | (deals.index < 20)]


@plants("C018")
def _all_alike(export: Export) -> None:
    export.files["leads"]["industry"] = "retail"


@plants("C019")
def _contract_sent(export: Export) -> None:
    won = export.files["deals"].query("state == 'Won'")
    export.add("mails", *({"lead": n, "at": t, "what": "contract"} for n, t in
                          zip(won["lead"], won["at"], strict=True)))  # fmt: skip


@plants("C020")
def _no_stages(export: Export) -> None:
    del export.mapping["stages"]


@plants("C021")
def _filled_but_when(export: Export) -> None:
    export.files["leads"]["rank"] = "A"
    export.files["leads"]["ranked"] = ""
    rank = {"known_at": "ranked"}
    export.mapping["leads"][0]["known_later"] = {"rank": rank}
    export.files["leads"].loc[1, "ranked"] = "2025-03-01 00:00:00"
    export.files["leads"].loc[2:, "rank"] = ""


@plants("C022")
def _full_width(export: Export) -> None:
    export.add("leads", {"id": "X", "industry": "Ｒｅｔａｉｌ"})


@plants("C023")
def _won_and_lost(export: Export) -> None:
    export.add("deals", {"state": "Lost"})


@plants("C024")
def _person(export: Export) -> None:
    export.files["leads"]["mail"] = [f"person{n}@example.test" for n in range(LEADS)]
    export.mapping["leads"][0]["attributes"]["mail"] = "category"


@plants("C025")
def _other_name(export: Export) -> None:
    export.add("changes", {"field": "Branche"})


@plants("C026")
def _their_word(export: Export) -> None:
    columns = export.mapping["activities"][1]["columns"]
    columns["direction"] = {"column": "way", "values": {"in": "inbound"}}
    export.files["mails"]["way"] = "in"
    export.add("mails", {"at": "2025-08-01 00:00:00", "way": "to us"})


@plants("C027")
def _no_outcomes(export: Export) -> None:
    del export.mapping["outcomes"]
    del export.mapping["sources"]["deals"]


@plants("C028")
def _won_by_mistake(export: Export) -> None:
    lead = {"lead": "L002", "state": "Lost", "at": "2026-01-01 00:00:00"}
    export.add("deals", lead)


@plants("C029")
def _days_of_calls(export: Export) -> None:
    days = pd.to_datetime(export.files["calls"]["at"]) + pd.Timedelta(days=1)
    export.files["calls"]["at"] = days.dt.strftime("%Y-%m-%d")


@plants("C030")
def _planned_mail(export: Export) -> None:
    del export.mapping["observed_until"]
    export.add("mails", {"at": "2025-09-01 00:00:00"})


@plants("C031")
def _german_state(export: Export) -> None:
    del export.mapping["stages"]
    state = export.mapping["outcomes"][0]["columns"]["outcome"]
    state["values"]["Qualified"] = "opened"
    state["other_values"] = "keep"
    export.add("deals", {"state": "Gewonnen", "at": "2025-08-01 00:00:00"})


@plants("C032")
def _won_but_when(export: Export) -> None:
    export.mapping["outcomes"][0]["where_present"] = ["at"]
    export.add("leads", {"id": "X"})
    export.add("deals", {"lead": "X", "state": "Won", "at": ""})


@plants("C033")
def _new_state(export: Export) -> None:
    mails = export.mapping["activities"][1]
    export.files["mails"]["kind"] = "sent"
    mails["where"] = {"kind": {"one_of": ["sent"], "not": ["planned"]}}
    export.add("mails", {"kind": "scheduled"})


@plants("C034")
def _nobody_to_call(export: Export) -> None:
    export.files["people"] = export.files["calls"][["id", "lead"]].iloc[1:]
    export.mapping["sources"]["people"] = {"path": "people.csv"}
    lookup = {"source": "people", "key": {"id": "id"}, "columns": {"caller": "lead"}}
    export.mapping["sources"]["calls"]["lookup"] = lookup
    export.mapping["activities"][0]["columns"]["actor"] = "caller"


@plants("C035")
def _no_seconds(export: Export) -> None:
    minutes = {"divide": ["seconds", 60]}
    export.mapping["sources"]["calls"]["derived"] = {"minutes": minutes}
    export.mapping["activities"][0]["columns"]["amount"] = "minutes"
    del export.mapping["activities"][0]["columns"]["dwell_seconds"]
    export.add("calls", {"id": "x", "at": "2025-08-01 00:00:00", "seconds": "a minute"})


@plants("C036")
def _byte_of_another_encoding(export: Export) -> None:
    export.files["mails"]["note"] = "sent"
    export.add("mails", {"at": "2025-08-01 00:00:00", "note": "über"})
    export.bytes_for = {"ü": b"\xfc"}


def test_a_clean_export_has_no_fault(tmp_path: Path) -> None:
    report = clean().ingest(tmp_path)
    assert report.faults == ()
    idle = [a.code for a in report.answers if a.verdict == "not applicable"]
    assert idle == ["C020", "C026", "C030"]
    assert all(count.quarantined == 0 for count in report.tables.values())


def test_every_check_has_its_planted_fault() -> None:
    assert sorted(PLANTS) == [check.code for check in CHECKS]


@pytest.mark.parametrize("code", sorted(PLANTS))
def test_exactly_the_planted_fault_is_reported(code: str, tmp_path: Path) -> None:
    export = clean()
    PLANTS[code](export)
    report = export.ingest(tmp_path)
    assert [a.code for a in report.faults] == [*COMPANIONS.get(code, []), code]
    answer = report.faults[-1]
    assert answer.rows > 0
    assert answer.observed
    assert answer.expected
    assert answer.do
    set_aside = sum(count.quarantined for count in report.tables.values())
    removed = answer.severity == "error" or code == "C028"
    assert (set_aside > 0) == (removed and code != "C001")
    assert all(count.balanced for count in report.tables.values())


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    export = clean()
    for code in ("C003", "C005", "C007", "C008", "C010", "C012"):
        PLANTS[code](export)
    report = export.ingest(tmp_path)
    assert {a.code for a in report.faults} == {"C003", "C005", "C007", "C008", "C010", "C012"}
    aside = pd.read_csv(tmp_path / "store" / "quarantine.csv")
    assert len(aside) == sum(count.quarantined for count in report.tables.values()) == 5
    assert set(aside.columns) == {"table", "place", "row", "reasons", "unread", "content"}
    unread = aside[aside["reasons"].str.startswith("C003")].iloc[0]
    assert unread["place"] == "calls"
    assert unread["row"] == LEADS + 1
    assert "2025-02-30" in unread["unread"]


def test_what_hangs_on_an_unusable_lead_goes_with_it(tmp_path: Path) -> None:
    export = clean()
    export.files["leads"].loc[0, "created"] = "soon"
    report = export.ingest(tmp_path)
    assert {a.code for a in report.errors} == {"C003", "C008"}
    assert {t: c.quarantined for t, c in report.tables.items()} == {
        "leads": 1,
        "activities": 3,
        "outcomes": 1,
        "accounts": 0,
        "attribute_changes": 1,
    }
