"""Which rows are for a table: lists, exclusions, ranges, presence; wins without a date."""

from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadMapping
from pipelines.intake.mapping import file
from pipelines.storage import partitions
from tests.exports import Export, clean


def calls(tmp_path: Path, condition: object) -> list[str]:
    export = clean()
    seconds = ["5", "", "1,200", "7", "many"]
    export.files["calls"] = export.files["calls"].iloc[:5].assign(length=seconds)
    export.mapping["activities"] = export.mapping["activities"][:1]
    del export.mapping["sources"]["mails"]
    export.mapping["activities"][0]["where"] = {"length": condition}
    export.ingest(tmp_path)
    return sorted(partitions.read(tmp_path / "store", 0).activities["activity_id"])


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (["5", "7"], [0, 3]),
        ({"one_of": [5]}, [0]),
        ({"not": ["5", "many"]}, [1, 2, 3]),
        ({"at_least": 7}, [2, 3]),
        ({"below": 7}, [0]),
        ({"at_least": 6, "below": 8}, [3]),
        ({"at_least": "7"}, [3, 4]),
        ({"present": True}, [0, 2, 3, 4]),
        ({"present": False}, [1]),
    ],
)
def test_rows_are_chosen_by_the_condition(
    tmp_path: Path, condition: object, rows: list[int]
) -> None:
    assert calls(tmp_path, condition) == [f"call-{n}" for n in rows]


@pytest.mark.parametrize("wrong", [{}, {"above": 3}, {"present": "yes"}])
def test_a_condition_that_says_nothing_or_too_much_is_refused(
    tmp_path: Path, wrong: object
) -> None:
    with pytest.raises(BadMapping):
        calls(tmp_path, wrong)


def undated() -> Export:
    export = clean()
    export.add("leads", {"id": "X"}, {"id": "Y"})
    export.add("deals", {"lead": "X", "state": "Won", "at": ""})
    export.add("deals", {"lead": "Y", "state": "Won", "at": ""}, {"lead": "Y", "state": "Won"})
    export.mapping["outcomes"][0]["where_present"] = ["at"]
    return export


def test_a_lead_won_without_a_date_is_no_negative(tmp_path: Path) -> None:
    report = undated().ingest(tmp_path / "lead")
    assert report.tables["leads"].quarantined == 1
    leads = partitions.read(tmp_path / "lead" / "store", 0).leads["lead_id"]
    assert ("X" in set(leads), "Y" in set(leads)) == (False, True)
    export = undated()
    export.mapping["undated_wins"] = "exclude_row"
    report = export.ingest(tmp_path / "row")
    assert report.tables["leads"].quarantined == 0
    assert [answer.code for answer in report.errors] == ["C002"]


def test_values_of_a_time_are_refused() -> None:
    export = clean()
    created = {"column": "created", "values": {"never": "1990-01-01"}}
    export.mapping["leads"][0]["columns"]["created_at"] = created
    with pytest.raises(BadMapping, match="a time has no values"):
        file.parse(pd.Series([export.mapping]).to_json(orient="records")[1:-1])
