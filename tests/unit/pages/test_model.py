"""The model's page: the card in plain words; without one it says that nothing was judged."""

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from models.model.lead_model import Counts
from serve.app import create_app
from serve.insight.value_insights import LEAST, insights
from serve.scoring import model_cards
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.team.band_limits import Cuts
from serve.stored_leads.store import Store
from serve.wire.team.band_limits import LimitsBody
from tests import selling, served
from tests.clocked import NOW
from tests.ranked import Planted

BIN = {"given": 0.301, "converted": 0.287, "low": 0.21, "high": 0.36, "rows": 90}
FIGURE = {"value": 0.812, "low": 0.79, "high": 0.84}
CARD = {
    "by_lead": {
        "auc": FIGURE,
        "capture_at_20": {"value": 0.643, "low": 0.59, "high": 0.69},
        "lift_at_10": {"value": 4.81, "low": 4.2, "high": 5.4},
    },
    "data": {
        part: {
            "first_cutoff": "2025-08-01T00:00:00+00:00",
            "last_cutoff": "2025-12-31T00:00:00+00:00",
            "leads": 1234,
            "converted_leads": 56,
        }
        for part in ("test", "learning")
    },
    "calibration": {"bins": [BIN | {"given": 0.02, "converted": 0.018, "low": 0.01}, BIN]},
    "features": {
        "strongest": [{"label": {"en": "calls", "ja": "電話"}, "size": 0.4}],
        "not_used": {
            "年齢": {"en": "protected <b>attribute</b>", "ja": "保護属性"},
            "電話": "personal, as an earlier version wrote it",
        },
    },
    "limits": [
        {"en": "It does not say what a call would change.", "ja": "電話の効果は示しません。"}
    ],
    "leaks": [{"verdict": "pass"}, {"verdict": "fail"}],
    "promotion": {},
}


def point_at(folder: Path) -> Path:
    point(folder, served.lay_down(folder), 1)
    return folder


def opened(folder: Path) -> TestClient:
    point_at(folder)
    url = f"sqlite:///{folder / 'mikomi.db'}"
    settings = Settings(models=folder, database_url=url, poll_seconds=0.05, access_log="no")
    app = create_app(settings, lambda: NOW)
    return TestClient(app, base_url="http://localhost", headers={"accept": "text/html"})


def page(client: TestClient, language: str) -> str:
    while client.get("/readyz").status_code != 200:
        time.sleep(0.02)
    answer = client.get(f"/model?lang={language}")
    assert answer.status_code == 200
    return answer.text


def test_the_card_is_shown_in_plain_words(tmp_path: Path) -> None:
    place = model_cards.path(tmp_path, 1)
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(CARD), "utf-8")
    with opened(tmp_path) as client:
        english, japanese = page(client, "en"), page(client, "ja")
    assert "The hottest tenth of the leads converted 4.8 times as often" in english
    assert "had reached 64% of the leads that converted" in english
    assert "56 of 1,234 leads of the test converted." in english
    assert "30%" in english.split("It said")[1]
    assert "29%" in english.split("It said")[1]
    assert "1 failed and was allowed" in english
    assert "protected &lt;b&gt;attribute" in english
    assert "<dd>保護属性</dd>" in japanese
    assert "protected &lt;b&gt;attribute" not in japanese
    assert all("as an earlier version wrote it" in text for text in (english, japanese))
    assert "上位1割のリードの受注率は全体の平均の4.8倍" in japanese
    assert "電話の効果は示しません。" in japanese


@pytest.mark.parametrize("path", ["/model", "/leads/L-1"])
def test_the_limits_in_force_are_named_as_they_were_set(tmp_path: Path, path: str) -> None:
    leads = [Planted("L-1", 5)]
    with selling.opened(point_at(tmp_path), tmp_path, leads) as client:
        by_score = selling.enter(client, "boss").get(f"{path}?lang=en").text
        limits = LimitsBody(by="probability", hot=7.5, warm=1.25)
        own = Cuts("score", 90.0, 60.0)
        Store(client.engine).band_limits.put("", limits, own, "user:boss", NOW)  # type: ignore[attr-defined]
        for _ in range(100):
            page = client.get(f"{path}?lang=en").text
            if page != by_score and "7.5" in page:
                break
            time.sleep(0.05)
    assert "A lead is hot from 7.5 % on, warm from 1.25 % on." in page
    assert "go by the score" in by_score
    assert "go by the score" not in page


def test_without_a_card_nothing_was_judged(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        english = page(client, "en")
    assert "was never judged" in english
    assert "How well it found" not in english


def test_insights_count_distinct_leads_of_training() -> None:
    artifact = served.artifact()
    content = {one.attribute: one for one in insights(artifact, "ja")}
    made_to_convert = artifact.catalog.vocabulary.categories["industry"][0]
    times = {one.value: one.times for one in content["industry"].values}
    assert times[made_to_convert] > 1.0
    evidence = artifact.evidence
    column = artifact.catalog.names.index("profile__industry")
    for value in content["industry"].values:
        code = artifact.catalog.vocabulary.categories["industry"].index(value.value) + 1
        assert evidence.of(column, code) == (value.leads, value.converted_leads)
        assert value.leads >= LEAST
        assert value.rate == pytest.approx(value.converted_leads / value.leads)
        assert value.low < value.rate < value.high


def test_only_a_clear_difference_from_the_average_is_coloured() -> None:
    """A value that converted like the others, or of which few leads are known, is not coloured."""
    artifact = served.artifact()
    counts = Counts(rows=9000, leads=1000, conversions=2000, converted_leads=200)
    column = artifact.catalog.names.index("profile__industry")
    begin, end = artifact.evidence.binning.starts[column : column + 2]
    leads, converted = np.zeros((2, len(artifact.evidence.leads)), np.int64)
    leads[begin : end - 1], converted[begin : end - 1] = LEAST, LEAST // 5 + 1
    leads[begin + 1 : begin + 3], converted[begin + 1 : begin + 3] = 400, (120, 40)
    evidence = replace(artifact.evidence, leads=leads, converted_leads=converted)
    model = replace(artifact.model, counts=counts)
    industry = next(
        one
        for one in insights(replace(artifact, model=model, evidence=evidence), "en")
        if one.attribute == "industry"
    )
    assert [one.clear for one in industry.values] == [
        "up",
        *[""] * (len(industry.values) - 2),
        "down",
    ]
    assert industry.values[0].times == pytest.approx(1.5)
    assert any(one.times > 1.05 and not one.clear for one in industry.values), "the former rule"


def coloured_by_chance(seed: int) -> tuple[bool, bool]:
    """Return whether a value is coloured where none differs, and whether one would be alone."""
    artifact = served.artifact()
    counts = Counts(rows=9000, leads=1000, conversions=2000, converted_leads=200)
    leads = np.full(len(artifact.evidence.leads), 300)
    drawn = np.random.default_rng(seed).binomial(leads, 0.2)
    evidence = replace(artifact.evidence, leads=leads, converted_leads=drawn)
    model = replace(artifact.model, counts=counts)
    values = [
        value
        for one in insights(replace(artifact, model=model, evidence=evidence), "en")
        for value in one.values
    ]
    alone = any(not value.low <= 0.2 <= value.high for value in values)
    return any(value.clear for value in values), alone


def test_where_no_value_differs_hardly_ever_is_one_coloured() -> None:
    drawn = np.array([coloured_by_chance(seed) for seed in range(200)])
    share, alone = drawn.mean(axis=0)
    assert share <= 0.09, "5 % of models, and chance"
    assert alone >= 0.11, "the planted fault: every value judged alone"


def test_salespeople_are_not_compared() -> None:
    assert "owner_id" not in {one.attribute for one in insights(served.artifact(), "en")}


def test_the_api_is_described_without_anything_from_elsewhere(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        content = client.get("/docs?lang=en").text
        paths = client.get("/openapi.json", headers={"accept": "*/*"}).json()["paths"]
    assert all(f" {path}</code>" in content for path in paths)
    assert "<script" not in content
    assert "https:" not in content
