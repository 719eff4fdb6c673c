"""Every data check bites the fault that is planted for it, alone; a clean export has none."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.checks.catalogue import CHECKS
from tests.exports import LEADS, clean
from tests.planted_faults import COMPANIONS, PLANTS


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
    aside = {
        table: count.quarantined for table, count in report.tables.items() if count.quarantined
    }
    assert aside == {"leads": 1, "activities": 3, "outcomes": 1, "attribute_changes": 1}
