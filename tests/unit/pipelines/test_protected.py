"""Protected attributes: refused by default, held apart for audit, compared; proxies are named."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from features.errors import BadMapping
from features.feature import Feature, Sentence, Text
from models.evaluation.groups.protected import ProtectedRows, compare, groups_of
from models.stats.training_set import TrainingSet
from pipelines.intake.ingest import ingest
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.protected import is_protected
from pipelines.storage import partitions

WORDS = Text("x", "x")
COLUMNS = ("kana", "size")


def mapping(leads: dict[str, Any]) -> str:
    rule = {"source": "a", "columns": {"lead_id": "id", "created_at": "at"}} | leads
    return yaml.safe_dump({"name": "x", "sources": {"a": {"path": "a.csv"}}, "leads": [rule]})


@pytest.mark.parametrize(
    "name",
    ["age", "Gender", "date_of_birth_year", "birthDate", "marital", "Nationality", "religion",
     "is_disabled", "性別", "年齢", "担当者年代", "国籍", "生年月日", "配偶者有無"],
)  # fmt: skip
def test_a_protected_attribute_is_refused(name: str) -> None:
    assert is_protected(name)
    for leads in ({"attributes": {name: "category"}},
                  {"attributes": {"x": {"kind": "category", "column": name}}},
                  {"known_later": {name: {"known_at": "filled"}}}):  # fmt: skip
        with pytest.raises(BadMapping, match="audit_only"):
            parse(mapping(leads))
    assert parse(mapping({"audit_only": {name: "category"}})).leads[0].audit_only
    assert parse(mapping({"never_use": {name: "protected"}}))


@pytest.mark.parametrize(
    "name", ["page_views", "message", "usage", "average", "障害件数", "embargo", "industry", "業種"]
)
def test_what_only_looks_so_is_not(name: str) -> None:
    assert not is_protected(name)
    assert parse(mapping({"attributes": {name: "category"}}))


def test_what_only_sounds_so_needs_a_written_reason() -> None:
    attribute: dict[str, object] = {"kind": "number", "not_protected": " "}
    with pytest.raises(BadMapping, match="not_protected"):
        parse(mapping({"attributes": {"account_age": attribute}}))
    attribute["not_protected"] = "years since the account was opened"
    assert parse(mapping({"attributes": {"account_age": attribute}}))
    attribute["not_protected"] = {"en": "of the account", "ja": " "}
    with pytest.raises(BadMapping, match="not_protected"):
        parse(mapping({"attributes": {"account_age": attribute}}))


def test_a_column_is_for_audit_or_for_something_else() -> None:
    twice = {"audit_only": {"sex": "category"}, "never_use": {"sex": "protected"}}
    with pytest.raises(BadMapping, match="also used elsewhere"):
        parse(mapping(twice))


def test_the_store_keeps_it_apart_and_the_rest_leaves_it_out(tmp_path: Path) -> None:
    rows = pd.DataFrame({"id": ["a", "b"], "at": "2026-01-05", "性別": ["f", "m"], "age": [30, 40]})
    rows.assign(industry="it").to_csv(tmp_path / "a.csv", index=False)
    rule = {
        "attributes": {},
        "rest": True,
        "audit_only": {"gender": {"kind": "category", "column": "性別"}},
    }
    (tmp_path / "mapping.yaml").write_text(mapping(rule), "utf-8")
    report = ingest(tmp_path / "mapping.yaml", tmp_path / "store")
    leads = partitions.read_all(tmp_path / "store").leads
    assert set(leads) - {"owner_id", "account_id", "known_at"} == {
        "lead_id",
        "created_at",
        "industry",
    }
    assert partitions.read_audit(tmp_path / "store")["gender"].tolist() == ["f", "m"]
    assert "never a feature" in report.excluded["性別"].en
    assert "audit_only" in report.excluded["age"].en


def feature(name: str) -> Feature:
    sentence = Sentence(WORDS, WORDS)
    return Feature(name, "profile", name, "is", None, "number", "", "", name, WORDS, sentence)


def rows_of(group: np.ndarray, *, proxy: bool) -> TrainingSet:
    random = np.random.default_rng(1)
    size = len(group)
    kana = (group == "f") + random.normal(0.0, 0.5, size) if proxy else random.normal(size=size)
    values = np.column_stack([kana, random.normal(size=size)]).astype(np.float32)
    label = (random.random(size) < np.where(group == "f", 0.2, 0.4)).astype(np.float64)
    lead = np.arange(size)
    return TrainingSet(values, label, lead, lead, COLUMNS, np.zeros(2, dtype=np.bool_))


def compared(*, proxy: bool) -> Any:
    group = np.array(["f", "m"] * 400)
    rows = rows_of(group, proxy=proxy)
    band = np.where(group == "f", 0, 2).astype(np.int8)
    predicted = np.full(len(group), 0.3)
    both = ProtectedRows(rows, predicted, band, redraws=20)
    return compare("gender", group, both, tuple(feature(name) for name in COLUMNS))


def test_groups_are_compared_by_what_they_got_and_what_became_of_them() -> None:
    by_name = {one.name: one for one in compared(proxy=False).groups}
    assert {name: one.rows for name, one in by_name.items()} == {"f": 400, "m": 400}
    assert by_name["f"].calibration_gap == pytest.approx(0.3 - by_name["f"].base_rate)
    assert by_name["f"].calibration_gap > 0.05 > -0.05 > by_name["m"].calibration_gap
    assert by_name["f"].bands == {"cold": 1.0, "warm": 0.0, "hot": 0.0}
    assert by_name["m"].bands["hot"] == 1.0


def test_a_feature_that_gives_the_group_away_is_named() -> None:
    assert compared(proxy=False).proxies == ()
    (proxy,) = compared(proxy=True).proxies
    assert proxy.feature == "kana"
    assert proxy.auc > 0.8


def test_a_chance_proxy_of_a_small_group_is_not_named() -> None:
    """Twenty-four leads, many snapshots each: a hundred noise columns, one value a lead."""
    random = np.random.default_rng(3)
    lead = np.repeat(np.arange(400), 5)
    group = np.where(lead < 24, "old", "young")
    values = random.normal(size=(400, 100))[lead].astype(np.float32)
    label = random.integers(0, 2, len(lead)).astype(np.float64)
    names = tuple(f"c{n}" for n in range(100))
    rows = TrainingSet(values, label, lead, lead, names, np.zeros(100, dtype=np.bool_))
    band, predicted = np.zeros(len(lead), dtype=np.int8), np.full(len(lead), 0.5)
    both = ProtectedRows(rows, predicted, band, redraws=2)
    comparison = compare("age", group, both, tuple(feature(one) for one in names))
    assert comparison.proxies == ()


def test_numbers_are_parted_at_their_quartiles() -> None:
    groups = groups_of(pd.Series([*np.arange(80.0), np.nan]))
    assert len(set(groups)) == 5
    assert groups[80] == "(missing)"
    assert groups[0] == groups[19] != groups[20]
