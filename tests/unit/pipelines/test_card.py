"""The model card: limits by the figures, reasons of allowed leaks, one page in each language."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.errors import BadInput
from features.wording.sentences import Language
from models.evaluation import evaluation
from models.evaluation.calibration_verdict import calibration_verdict
from pipelines.intake.mapping.values import BothLanguages
from pipelines.reports.card import content, page
from pipelines.reports.evaluation.payload import payload, plain
from pipelines.stages import card
from pipelines.storage.partitions import Manifest
from tests.evaluation_cases import evaluated
from tests.served import artifact

LEAK = {
    "code": "L003",
    "title": "a single feature too good",
    "title_ja": "単独で良すぎる特徴量",
    "verdict": "fail",
    "found": "badge: AUC 0.95 <b>alone</b>",
    "expected": "",
    "do": "",
    "names": ["badge"],
}
PASSED = LEAK | {"code": "L001", "verdict": "pass", "found": ""}


def sources(**more: Any) -> content.Sources:
    done = evaluated("signal")
    manifest = Manifest(
        name="acme", partitions=1, observed_until="2026-04-01T00:00:00+00:00", rows={"leads": 5}
    )
    made = content.Sources(
        artifact=artifact(),
        evaluation=json.loads(json.dumps(payload(done))),
        leaks=[PASSED],
        promotion={
            "version": 3,
            "promoted": True,
            "champion": 3,
            "grounds": [],
            "allowed_leaks": {},
        },
        manifest=manifest,
        snapshots=pd.DataFrame({"label": [1.0, 0.0, None]}),
        cohort={
            "outcome": "won",
            "horizon_days": 30.0,
            "repeat": False,
            "every_days": 7.0,
            "early_age_hours": [24.0],
        },
        statement={"owner": "sales operations", "purpose": None, "limits": ["not for <layoffs>"]},
    )
    return replace(made, **more)


def limits_text(card: dict[str, Any], language: str) -> str:
    return " ".join(one[language] for one in card["limits"])


def test_the_card_holds_the_results_of_the_stages() -> None:
    card = content.card(sources())
    assert card["data"]["matured"] == 2
    assert next(iter(card["figures"])) == evaluation.MODEL
    assert set(card["figures"]["mikomi"]["auc"]) == {"value", "low", "high"}
    assert sum(card["features"]["by_view"].values()) == card["features"]["count"]
    assert card["promotion"]["by"] == "sales operations"
    assert json.loads(json.dumps(card, allow_nan=False)) == card


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_page_is_whole_in_itself_and_escapes_what_people_wrote(language: Any) -> None:
    card = content.card(sources(leaks=[PASSED, LEAK]))
    text = page.page(card, language)
    assert text.count("<svg") == 1
    assert "<script" not in text
    assert "not for &lt;layoffs&gt;" in text
    assert "&lt;b&gt;alone" in text
    assert LEAK["title_ja" if language == "ja" else "title"] in text


def test_a_page_explains_in_its_language_why_a_column_is_not_used() -> None:
    grounds = {"mail": BothLanguages(en="personal", ja="個人情報")}
    manifest = sources().manifest.model_copy(update={"excluded": grounds})
    card = content.card(sources(manifest=manifest))
    assert card["features"]["not_used"] == {"mail": {"en": "personal", "ja": "個人情報"}}
    both: tuple[tuple[Language, Language], ...] = (("en", "ja"), ("ja", "en"))
    for language, other in both:
        text = page.page(card, language)
        assert f"<dt>mail</dt><dd>{card['features']['not_used']['mail'][language]}</dd>" in text
        assert card["features"]["not_used"]["mail"][other] not in text
    card["features"]["not_used"] = {"mail": "as an earlier version wrote it"}
    assert "<dd>as an earlier version wrote it</dd>" in page.page(card, "ja")


def test_a_page_lists_assumptions_in_its_language() -> None:
    assumed = BothLanguages(en="observed to the end", ja="最後まで観測")
    manifest = sources().manifest.model_copy(update={"assumptions": (assumed,)})
    card = content.card(sources(manifest=manifest))
    assert card["data"]["assumptions"] == [{"en": "observed to the end", "ja": "最後まで観測"}]
    assert "<dd>最後まで観測</dd>" in page.page(card, "ja")
    assert "<dd>observed to the end</dd>" in page.page(card, "en")
    card["data"]["assumptions"] = ["as an earlier version wrote it"]
    assert "<dd>as an earlier version wrote it</dd>" in page.page(card, "ja")


def test_an_allowed_leak_stands_in_the_card_with_its_reason() -> None:
    reason = "the badge is scanned at the entrance"
    allowed = sources().promotion | {"allowed_leaks": {"L003": reason, "L001": "unneeded"}}
    card = content.card(sources(leaks=[PASSED, LEAK], promotion=allowed))
    assert [one["allowed"] for one in card["leaks"]] == [None, reason]
    for language in ("en", "ja"):
        assert reason in limits_text(card, language)
    assert reason in page.page(card, "en")
    assert reason not in limits_text(content.card(sources(leaks=[LEAK])), "en")


def test_a_refusal_has_its_grounds() -> None:
    refused = {"promoted": False, "grounds": ["log_loss: better than odoo in 60 %"]}
    card = content.card(sources(promotion=sources().promotion | refused))
    assert "better than odoo" in page.page(card, "ja")


def test_limits_follow_the_figures() -> None:
    made = sources()
    assert "moved from" not in limits_text(content.card(made), "en")
    moved = made.evaluation | {"test": made.evaluation["test"] | {"base_rate": 0.9}}
    assert "moved from" in limits_text(content.card(replace(made, evaluation=moved)), "en")
    weak = made.evaluation | {"verdict": "ranking_only"}
    card = content.card(replace(made, evaluation=weak))
    assert "確率は使えません" in limits_text(card, "ja")


def test_overstated_probabilities_and_the_top_group_are_a_limit_in_both_languages() -> None:
    made = sources()
    assert "overstated" not in limits_text(content.card(made), "en")
    predicted = np.linspace(0.02, 0.12, 2001)
    label = np.diff(np.floor(np.cumsum(predicted) / 1.4))
    verdict = calibration_verdict(label, predicted[1:], np.arange(2000))
    wrong = json.loads(json.dumps(made.evaluation | {"calibration": plain(verdict)}))
    card = content.card(replace(made, evaluation=wrong))
    for language, texts in {
        "en": ("overstated by 1.40 times", "140 conversions", "was given 11.7 %"),
        "ja": ("確率は1.40倍", "予測140件に対し実際は100件", "平均11.7 %と予測"),
    }.items():
        for text in texts:
            assert text in limits_text(card, language)
            assert text in page.page(card, language)  # type: ignore[arg-type]
    assert "points on average" not in limits_text(card, "en")
    del card["calibration"]["verdict"]
    assert "Calibrated by" in page.page(card, "en")


def test_a_segment_with_many_predicted_and_few_observed_conversions_is_wrong_not_thin() -> None:
    made = sources()
    ratio = {"value": 6 / 63, "low": 0.03, "high": 0.3}
    group = {"name": "retail", "rows": 600, "leads": 300, "conversions": 6, "base_rate": 0.01}
    group |= {"mean_probability": 0.105, "ratio": ratio, "auc": None}
    thin = group | {"name": "steel", "rows": 40, "ratio": {"value": 1.4, "low": 0.5, "high": 4.0}}
    parts = {"by_segment": {"industry": [group, thin]}}
    limits = limits_text(content.card(replace(made, evaluation=made.evaluation | parts)), "en")
    assert (
        "wrong for Industry = retail: 63 conversions were predicted for 600 snapshots of" in limits
    )
    assert "300 leads and 6 observed, 0.10 times as many (0.03 to 0.30)" in limits
    assert "Too few conversions to judge it for Industry = steel." in limits


def test_the_size_of_the_test_is_stated_in_leads_not_in_snapshots() -> None:
    """One lead has several snapshots: of 565 that converted, 7 leads are 7."""
    made = sources()
    test = made.evaluation["test"]
    assert test["converted_leads"] <= min(test["conversions"], test["leads"])
    few = made.evaluation | {"test": test | {"conversions": 565, "converted_leads": 7}}
    card = content.card(replace(made, evaluation=few))
    assert "Only 7 leads that converted judge it" in limits_text(card, "en")
    assert "受注リードは7件だけ" in limits_text(card, "ja")
    assert '<td class="n">565</td><td class="n">7</td>' in page.page(card, "en")


def test_a_card_is_about_one_model(tmp_path: Path) -> None:
    path = tmp_path / "leaks.json"
    path.write_text(json.dumps({"model": "a" * 64, "answers": []}), "utf-8")
    assert card._about(path, "a" * 64)["answers"] == []
    with pytest.raises(BadInput, match="of model aaaa"):
        card._about(path, "b" * 64)
    with pytest.raises(BadInput, match="run `mikomi promote` first"):
        card._about(tmp_path / "promotion.json", "a" * 64)


def test_a_card_quotes_the_verdicts_of_declared_tests_and_has_no_section_without() -> None:
    verdict = {
        "name": "reminder",
        "question": "More deals?",
        "shown": "not_shown",
        "complete": False,
        "verdict": {"en": "No difference is shown yet.", "ja": "差は示されていません。"},
        "result": {},
    }
    card = content.card(sources(experiments=(verdict,)))
    assert "result" not in card["experiments"][0]
    for language in ("en", "ja"):
        text = page.page(card, language)  # type: ignore[arg-type]
        assert verdict["verdict"][language] in text  # type: ignore[index]
    assert "Declared tests" in page.page(card, "en")
    assert "Declared tests" not in page.page(content.card(sources()), "en")


def test_the_card_states_a_draw_of_leads_and_its_weight() -> None:
    drawn = {"share": 0.25, "seed": 0, "of_snapshots": 12}
    stated = content.card(sources(draw=drawn))
    assert stated["data"]["draw"] == drawn
    assert any("25.0%" in one["en"] and "stands for 4.0" in one["en"] for one in stated["limits"])
    assert any("25.0%" in one["ja"] for one in stated["limits"])
    without = content.card(sources())
    assert "draw" not in without["data"]
    assert not any("random" in one["en"] for one in without["limits"])
