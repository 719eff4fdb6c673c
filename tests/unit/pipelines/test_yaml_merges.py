"""Anchors, aliases and merges in a mapping file; values that no list names."""

from pathlib import Path

import pytest

from features.errors import BadMapping
from pipelines.intake.mapping.file import parse
from tests.exports import clean

MERGED = """\
name: x
x-both: &both {lead_id: id, created_at: created}
sources: {crm: {path: leads.csv}}
leads:
  - source: crm
    columns:
      <<: *both
      created_at: begun
"""


def test_a_merge_takes_in_what_is_not_stated_beside_it() -> None:
    columns = parse(MERGED).leads[0].columns
    assert {name: rule.column for name, rule in columns.items()} == {
        "lead_id": "id", "created_at": "begun",
    }  # fmt: skip


def test_several_merges_yield_to_the_first() -> None:
    text = MERGED.replace("<<: *both", "<<: [{lead_id: first}, *both]")
    assert parse(text).leads[0].columns["lead_id"].column == "first"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("x-both: &both {lead_id: id", "x-both: &both {lead_id: {colum: id}", "line 2: "),
        ("<<: *both", "<<: both", "expected a mapping"),
        ("<<: *both\n", "<<: *both\n      created_at: again\n", "the key is given twice"),
        ("x-both", "both", "unknown key"),
    ],
)
def test_faults_in_what_is_merged_are_named(old: str, new: str, words: str) -> None:
    with pytest.raises(BadMapping, match=words):
        parse(MERGED.replace(old, new))


def test_a_value_that_a_list_of_values_misses_is_named_unless_it_only_corrects(
    tmp_path: Path,
) -> None:
    export = clean()
    what = {"column": "what", "values": {"email_open": "open", "email_click": "click"}}
    export.mapping["activities"][1]["columns"]["activity_type"] = what
    export.add("mails", {"at": "2025-08-01 00:00:00", "what": "email_bounce"})
    (answer,) = export.ingest(tmp_path / "new").faults
    assert (answer.code, answer.rows) == ("C033", 1)
    assert "values of activity_type: email_bounce (1)" in answer.observed
    what["other_values"] = "keep"
    assert export.ingest(tmp_path / "stated").faults == ()
    del what["other_values"]
    what["values"] = {"email_bounce": "bounced"}
    assert export.ingest(tmp_path / "correction").faults == ()


def test_any_column_may_refuse_values_that_are_not_listed(tmp_path: Path) -> None:
    export = clean()
    owner = {"column": "region", "values": {"east": "E"}, "other_values": "fault"}
    export.files["leads"]["region"] = "east"
    export.files["leads"].loc[3, "region"] = "moon"
    export.mapping["leads"][0]["columns"]["owner_id"] = owner
    report = export.ingest(tmp_path)
    (answer, orphans) = report.faults
    assert (answer.code, orphans.code) == ("C005", "C008")
    assert answer.observed == "1 rows of leads: owner_id = 'moon' (1)"
