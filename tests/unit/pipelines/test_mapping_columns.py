"""How columns are read: joins, constants, values, later values, flat tables, repeat business."""

from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadTables
from features.tables import Tables
from pipelines.intake.ingest import IngestSettings, ingest
from pipelines.intake.report import IngestReport
from pipelines.storage import partitions


def run(folder: Path, mapping: str, **files: str) -> tuple[IngestReport, Tables]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "mapping.yaml").write_text(mapping, "utf-8")
    report = ingest(folder / "mapping.yaml", folder / "store")
    return report, partitions.read_all(folder / "store")


FLAT = """\
name: flat
sources: {people: {path: people.csv}}
missing_values: ["", Select]
leads:
  - source: people
    columns: {lead_id: {row_number: p-}}
    attributes: {size: {kind: number, missing_values: [999]}}
    rest: true
    never_use: {email: {en: personal, ja: 個人情報}}
    known_later: {tag: {why: filled by sales}}
outcomes:
  - source: people
    columns:
      lead_id: {row_number: p-}
      occurred_at: {after_created_days: 1}
      outcome: {column: y, values: {yes: won, no: lost}}
"""
PEOPLE = """\
email,city,code,visits,size,tag,y
a@x.test,Tokyo,007,3,999,hot,yes
b@x.test,Select,010,,5,,no
"""


def test_a_flat_table_without_dates_becomes_leads_and_outcomes(tmp_path: Path) -> None:
    report, tables = run(tmp_path, FLAT, people=PEOPLE)
    assert tables.attributes() == ("size", "city", "code", "visits")
    assert tables.leads["code"].tolist() == ["007", "010"]
    assert tables.leads["visits"].dtype == "float64"
    assert tables.leads["city"].isna().tolist() == [False, True]
    assert tables.leads["size"].isna().tolist() == [True, False]
    assert tables.outcomes["outcome"].tolist() == ["won", "lost"]
    assert (tables.outcomes["occurred_at"] - tables.leads["created_at"]).dt.days.tolist() == [1, 1]
    assert {name: (why.en, why.ja) for name, why in report.excluded.items()} == {
        "email": ("personal", "個人情報"),
        "tag": ("filled by sales", "filled by sales"),
        "y": ("it feeds outcomes", "表 outcomes に使う"),
    }
    assert any("2000-01-01" in words.en for words in report.assumptions)
    assert any("1年後" in words.ja for words in report.assumptions)


def test_the_order_of_rows_can_stand_for_time(tmp_path: Path) -> None:
    row_order = (
        "{lead_id: {row_number: p-}, created_at: {sequence: {start: 2008-05-01, step_seconds: 60}}}"
    )
    _, tables = run(tmp_path, FLAT.replace("{lead_id: {row_number: p-}}", row_order, 1),
                    people=PEOPLE)  # fmt: skip
    assert [t.isoformat() for t in tables.leads["created_at"]] == [
        "2008-05-01T00:00:00+00:00",
        "2008-05-01T00:01:00+00:00",
    ]


EVENTS = """\
name: events
sources: {log: {path: log.csv, separator: whitespace}}
times: {format: "%Y%m%d", zone: UTC}
leads:
  - source: log
    first_row_of_lead: true
    columns: {lead_id: who, created_at: on}
    attributes: {first_sum: {kind: number, column: sum}}
activities:
  - source: log
    columns:
      lead_id: who
      occurred_at: on
      activity_type: {join: [what, state], values: {buy|done: purchase}}
      direction: {constant: inbound}
      amount: sum
outcomes:
  - source: log
    columns:
      lead_id: who
      deal_id: {row_number: deal-}
      occurred_at: on
      outcome: {column: what, values: {buy: won}, other_values: skip}
outcome_activities: [ask|answer]
"""
LOG = """\
who on what state sum
00001 20260103 buy done 5
00002 20260101 ask answer 0
00001 20260101 look page 7
00001 20260105 buy done 9
"""


def test_one_event_log_feeds_leads_activities_and_outcomes(tmp_path: Path) -> None:
    report, tables = run(tmp_path, EVENTS, log=LOG)
    assert tables.leads["lead_id"].tolist() == ["00001", "00002"]
    assert tables.leads["created_at"].dt.day.tolist() == [1, 1]
    assert tables.leads["first_sum"].tolist() == [7, 0]
    assert tables.activities["activity_type"].tolist() == ["look|page", "purchase", "purchase"]
    assert tables.activities["direction"].unique().tolist() == ["inbound"]
    assert tables.activities["activity_id"].tolist() == ["log:3", "log:1", "log:4"]
    assert tables.outcomes["deal_id"].tolist() == ["deal-1", "deal-4"]
    assert report.tables["leads"].passed_over == {"later rows of the lead": 2}
    assert report.tables["activities"].passed_over == {"the outcome written down": 1}
    assert report.tables["outcomes"].passed_over == {"not for this table": 2}
    assert all(count.balanced and count.read == 4 for count in report.tables.values())


LATER = """\
name: later
sources: {crm: {path: crm.csv}}
times: {zone: Asia/Tokyo}
leads:
  - source: crm
    columns: {lead_id: id, created_at: created}
    attributes: {industry: category}
    known_later: {rank: {known_at: ranked}}
outcomes:
  - source: crm
    where_present: [won]
    columns: {lead_id: id, occurred_at: won, outcome: {constant: won}}
  - source: crm
    where: {state: [dead, gone]}
    columns: {lead_id: id, occurred_at: created, outcome: {constant: lost}}
"""
CRM = """\
id,created,industry,rank,ranked,won,state
Ａ１　,2026-01-01 09:00,IT,A,2026-01-05 09:00,2026-02-01 00:00,
B2,2026-01-02 09:00,IT,,,,gone
"""


def test_values_known_later_become_changes_not_attributes(tmp_path: Path) -> None:
    report, tables = run(tmp_path, LATER, crm=CRM)
    assert tables.leads["rank"].isna().all()
    (change,) = tables.attribute_changes.to_dict("records")
    assert (change["lead_id"], change["attribute"], change["value"]) == ("A1", "rank", "A")
    assert change["occurred_at"] == pd.Timestamp("2026-01-05T00:00Z")
    assert report.tables["attribute_changes"].accepted == 1
    assert report.attributes == {"industry": "category", "rank": "category"}


def test_rules_of_one_source_take_the_rows_that_are_theirs(tmp_path: Path) -> None:
    _, tables = run(tmp_path, LATER, crm=CRM)
    pairs = zip(tables.outcomes["lead_id"], tables.outcomes["outcome"], strict=True)
    assert sorted(pairs) == [("A1", "won"), ("B2", "lost")]


def test_columns_that_are_not_there_are_refused_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadTables) as caught:
        run(tmp_path, LATER, crm=CRM.replace("ranked,won", "rankd,wonn"))
    assert [fault.observed for fault in caught.value.faults] == [
        "leads: source crm has no column 'ranked'",
        "outcomes: source crm has no column 'won'",
    ]


def test_no_usable_lead_is_refused_with_the_grounds(tmp_path: Path) -> None:
    soon = CRM.replace("2026-01-01 09:00", "soon").replace("2026-01-02 09:00", "soon")
    with pytest.raises(BadTables, match=r"2 rows of leads: created_at = 'soon'"):
        run(tmp_path, LATER, crm=soon)
    assert not (tmp_path / "store").exists()


def test_dates_after_the_moment_of_the_export_are_refused(tmp_path: Path) -> None:
    run(tmp_path, LATER, crm=CRM)
    settings = IngestSettings(as_of=pd.Timestamp("2026-01-15T00:00Z"))
    report = ingest(tmp_path / "mapping.yaml", tmp_path / "store", settings)
    assert [answer.code for answer in report.errors] == ["C010"]
    assert report.tables["outcomes"].quarantined == 1
