"""One fault for every data check, planted into a clean export."""

from collections.abc import Callable

import pandas as pd

from tests.exports import LEADS, Export

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


@plants("C038")
def _mailboxes(export: Export) -> None:
    export.add("leads", {"id": "X", "company": "Taro@docomo.ne.jp"})


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


@plants("C037")
def _unquoted_cell(export: Export) -> None:
    export.add("calls", {"id": "x\n1"})
