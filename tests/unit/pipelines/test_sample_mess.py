"""Planted faults: the data checks find each, in the number that was planted."""

import json
from pathlib import Path

import pytest

from pipelines.intake.ingest import check
from pipelines.sample import SampleSettings, make, write

MAPPING = Path(__file__).parents[3] / "examples" / "sample" / "mapping.yaml"
REPORTED_BY = {
    "leads: repeated rows": "C006",
    "leads: empty id": "C002",
    "leads: unreadable time": "C003",
    "leads: date in the future": "C010",
    "leads: unreadable number": "C004",
    "leads: another spelling": "C022",
    "deals: repeated rows": "C006",
    "deals: unknown lead": "C008",
    "deals: unreadable time": "C003",
    "deals: date in the future": "C010",
    "deals: unknown outcome": "C005",
    "deals: another zone": "C014",
    "activities: repeated rows": "C006",
    "activities: unknown lead": "C008",
    "activities: empty lead id": "C002",
    "activities: date in the future": "C010",
    "activities: before the lead": "C012",
}
REPAIRED = {"leads: placeholder", "leads: trailing space", "leads: full-width digits"}


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("messy")
    write(make(SampleSettings(leads=500, seed=4, mess=True)), folder)
    return folder


def test_every_planted_fault_is_detected(messy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIKOMI_SAMPLE", str(messy))
    planted = json.loads((messy / "planted.json").read_text("utf-8"))["mess"]
    assert set(planted) == set(REPORTED_BY) | REPAIRED
    report = check(MAPPING)
    assert {answer.code for answer in report.faults} == set(REPORTED_BY.values())
    quarantined = {
        "leads": ("repeated rows", "empty id", "unreadable time", "date in the future"),
        "deals": (
            "repeated rows",
            "unknown lead",
            "unreadable time",
            "date in the future",
            "unknown outcome",
        ),
        "activities": ("repeated rows", "unknown lead", "empty lead id", "date in the future"),
    }
    for raw, table in (("leads", "leads"), ("deals", "outcomes"), ("activities", "activities")):
        expected = sum(planted[f"{raw}: {fault}"] for fault in quarantined[raw])
        assert report.tables[table].quarantined == expected


def test_a_clean_export_has_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(make(SampleSettings(leads=500, seed=4)), tmp_path)
    monkeypatch.setenv("MIKOMI_SAMPLE", str(tmp_path))
    assert not check(MAPPING).faults
