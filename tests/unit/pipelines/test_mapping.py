"""The mapping file: every fault named with its line; YAML as an export writes its words."""

import json
from pathlib import Path

import pytest

from features.errors import BadMapping
from pipelines.intake.mapping.file import load, parse
from pipelines.intake.mapping.schema import Mapping

GOOD = """\
name: x
sources:
  crm: {path: leads.csv}
leads:
  - source: crm
    columns: {lead_id: id, created_at: created}
    attributes: {industry: category}
outcomes:
  - source: crm
    columns:
      lead_id: id
      occurred_at: {column: closed, zone: Asia/Tokyo}
      outcome: {column: result, values: {yes: won, no: lost, 007: lost, 1: won}}
"""


def faults_of(text: str) -> list[str]:
    with pytest.raises(BadMapping) as caught:
        parse(text, "m.yaml")
    return [fault.observed for fault in caught.value.faults]


def test_a_good_mapping_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(GOOD, "utf-8")
    mapping = load(tmp_path / "m.yaml")
    assert mapping.leads[0].columns["created_at"].column == "created"
    assert mapping.leads[0].attributes["industry"].kind == "category"


def test_words_of_an_export_stay_words() -> None:
    values = parse(GOOD).outcomes[0].columns["outcome"].values
    assert values == {"yes": "won", "no": "lost", "007": "lost", "1": "won"}


def test_all_faults_come_at_once_with_their_lines() -> None:
    text = GOOD.replace("path: leads.csv", "path: leads.csv, pth: 1").replace(
        "{column: closed, zone: Asia/Tokyo}", "{column: closed, constant: 1}"
    )
    first, second = faults_of(text)
    assert first.startswith("m.yaml line 3: sources.crm.pth: unknown key")
    assert second.startswith("m.yaml line 12: outcomes.0.columns.occurred_at:")


@pytest.mark.parametrize(
    ("good", "bad", "line", "words"),
    [
        ("source: crm\n    columns: {l", "source: cmr\n    columns: {l", 5, "no source is named"),
        ("lead_id: id, cr", "cr", 6, "lead_id must be said"),
        ("created_at: created}", "creatd_at: created}", 6, "no column 'creatd_at'"),
        ("Asia/Tokyo", "Asia/Tokio", 12, "unknown zone"),
        ("attributes: {industry", "attributes: {lead_id", 7, "belongs to a listed column"),
        (
            "attributes: {industry: category}",
            "attributes: {industry: category}\n    never_use: {industry: personal}",
            7,
            "also under never_use",
        ),
        ("lead_id: id, created_at: created", "lead_id: id, lead_id: id", 6, "given twice"),
        ("industry: category", "industry: kategory", 7, "Input should be 'category' or 'number'"),
        ("  crm: {p", "  other: {path: b.csv}\n  crm: {p", 3, "no table reads this source"),
        ("{column: closed, zone: Asia/Tokyo}", "{column: closed, number: 1}", 12, "unknown key"),
    ],
)
def test_each_contradiction_is_reported(good: str, bad: str, line: int, words: str) -> None:
    (fault,) = faults_of(GOOD.replace(good, bad, 1))
    assert fault.startswith(f"m.yaml line {line}: ")
    assert words in fault


def test_a_missing_mapping_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="no file"):
        load(tmp_path / "m.yaml")


def test_a_ground_is_plain_words_or_both_languages() -> None:
    text = GOOD.replace(
        "attributes:",
        "never_use: {email: personal, phone: {en: personal, ja: 個人情報}}\n"
        "    known_later: {plan: {why: at signature}, rank: {}}\n    attributes:",
    )
    lead = parse(text).leads[0]
    values = {name: (why.en, why.ja) for name, why in lead.never_use.items()}
    assert values == {"email": ("personal", "personal"), "phone": ("personal", "個人情報")}
    assert lead.known_later["plan"].why.ja == "at signature"
    assert "不明" in lead.known_later["rank"].why.ja
    (fault,) = faults_of(text.replace("{en: personal, ja: 個人情報}", "{en: personal}"))
    assert fault.startswith("m.yaml line 7: leads.0.never_use.phone")


def test_text_that_is_no_yaml_is_reported() -> None:
    (fault,) = faults_of("a: [")
    assert "line" in fault
    assert faults_of("") == ["m.yaml: nothing"]


def test_the_schema_can_be_printed_and_describes_the_short_forms() -> None:
    schema = Mapping.model_json_schema()
    text = json.dumps(schema)
    assert schema["additionalProperties"] is False
    assert '"after_created_days"' in text
    columns = schema["$defs"]["LeadRule"]["properties"]["columns"]["additionalProperties"]
    assert {"type": "string"} in columns["anyOf"]
    ground = schema["$defs"]["LeadRule"]["properties"]["never_use"]["additionalProperties"]
    assert ground["anyOf"] == [{"type": "string"}, {"$ref": "#/$defs/BothLanguages"}]


def test_a_mapping_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse(GOOD).name = "y"  # type: ignore[misc]
