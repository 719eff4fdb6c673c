"""The report and the card say whether a segment earns a model of its own, and what to do."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from features.catalog.reserved import OWNER
from features.wording.sentences import Language
from models.evaluation.groups.segment_models import JudgedSegment, OwnModels
from models.evaluation.groups.segments import own_models
from models.evaluation.settings import SegmentSettings
from models.stats.metrics import Interval
from pipelines.reports.card import content
from pipelines.reports.card import page as card_page
from pipelines.reports.evaluation import own_models as shown_models
from pipelines.reports.evaluation import writing
from pipelines.reports.evaluation.payload import flat, payload
from pipelines.reports.translation import gettext
from tests.evaluation_cases import CATALOG, case_of, evaluated, rows
from tests.unit.pipelines.test_card import limits_text, sources

LANGUAGES: tuple[Language, ...] = ("en", "ja")
RETAIL = JudgedSegment(
    attribute="industry", value="retail", taught=2345, rows=1234, leads=400, conversions=56,
    shared_loss=0.1234, own_loss=0.1189, gain=Interval(0.0045, 0.0023, 0.0067), wanted=0.0012,
    earns=True,
)  # fmt: skip
STEEL = replace(RETAIL, value="<steel>", gain=Interval(0.0011, -0.0034, 0.0056), earns=False)
SETTINGS = SegmentSettings()
LABELS = {
    "industry": {"en": "Industry", "ja": "業種"},
    "industry=retail": {"en": "retail", "ja": "小売"},
}


def judged(*segments: JudgedSegment) -> OwnModels:
    return OwnModels(SETTINGS, segments)


def plain(*segments: JudgedSegment) -> dict[str, Any]:
    whole: dict[str, Any] = payload(replace(evaluated("signal"), own_models=judged(*segments)))
    return json.loads(json.dumps(whole))["own_models"]  # type: ignore[no-any-return]


def section(html: str) -> str:
    match = re.search(r'<section id="own-models">.*?</section>', html, re.DOTALL)
    return unescape(match.group()) if match else ""


def report(folder: Path, *segments: JudgedSegment) -> dict[Language, str]:
    done = replace(evaluated("signal"), own_models=judged(*segments))
    writing.write(done, folder, "acme")
    return {one: section((folder / writing.PAGES[one]).read_text("utf-8")) for one in LANGUAGES}


@pytest.mark.parametrize(("language", "name"), [("en", "Industry = retail"), ("ja", "業種 = 小売")])
def test_the_report_shows_every_segment_with_its_figures(
    tmp_path: Path, language: Language, name: str
) -> None:
    html = report(tmp_path, RETAIL, STEEL)[language]
    first, second = re.findall(r"<tr.*?</tr>", html, re.DOTALL)[1:]
    cells = (name, "1,234", "56", "0.1234", "0.1189", "+0.0045", "+0.0023 – +0.0067", ">0.0012<")
    assert [cell for cell in cells if cell not in first] == []
    assert f"<td>{gettext('yes', language)}</td>" in first
    assert "-0.0034 – +0.0056" in second
    assert f"<td>{gettext('no', language)}</td>" in second


def test_the_names_of_segments_are_escaped(tmp_path: Path) -> None:
    report(tmp_path, STEEL)
    assert "<steel>" not in (tmp_path / "report.html").read_text("utf-8")


def test_the_json_holds_what_the_page_shows(tmp_path: Path) -> None:
    report(tmp_path, RETAIL, STEEL)
    stored = json.loads((tmp_path / "report.json").read_text("utf-8"))["own_models"]
    assert stored["settings"]["least_gain"] == SETTINGS.least_gain
    assert [(one["value"], one["earns"]) for one in stored["segments"]] == [
        ("retail", True),
        ("<steel>", False),
    ]
    assert stored["segments"][0]["gain"] == {"value": 0.0045, "low": 0.0023, "high": 0.0067}


def test_the_metrics_count_compared_and_earning_segments() -> None:
    metrics = flat(replace(evaluated("signal"), own_models=judged(RETAIL, STEEL)))
    assert (metrics["segments_asked"], metrics["segments_earned"]) == (2, 1)
    assert "segments_asked" not in flat(evaluated("signal"))


@pytest.mark.parametrize(
    ("segments", "english", "japanese"),
    [
        ((), "No segment has outcomes enough", "区分はありません"),
        (
            (STEEL,),
            "The 1 segment with outcomes enough does not earn",
            "専用のモデルを持つべきものはありません",
        ),
        ((STEEL, STEEL), "None of the 2 segments", "専用のモデルを持つべきものはありません"),
        ((RETAIL, STEEL), "Industry = retail: shown to gain more than 1.0 %", "業種 = 小売：専用"),
    ],
)
def test_a_sentence_concludes_and_advises(
    segments: tuple[JudgedSegment, ...], english: str, japanese: str
) -> None:
    judged_segments = plain(*segments)
    assert english in shown_models.verdict(judged_segments, LABELS, "en")
    assert "What to do" in shown_models.verdict(judged_segments, LABELS, "en")
    assert japanese in shown_models.verdict(judged_segments, LABELS, "ja")


def test_without_a_comparison_there_is_no_section(tmp_path: Path) -> None:
    writing.write(evaluated("signal"), tmp_path, "acme")
    assert section((tmp_path / "report.html").read_text("utf-8")) == ""


def carded(*segments: JudgedSegment) -> dict[str, Any]:
    made = sources()
    own = {"own_models": plain(*segments)}
    return content.card(replace(made, evaluation=made.evaluation | own))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_shows_the_verdict_as_the_report_does(tmp_path: Path, language: Language) -> None:
    shown = section(card_page.page(carded(RETAIL, STEEL), language))
    assert shown == report(tmp_path, RETAIL, STEEL)[language]


def test_a_segment_that_earns_its_own_is_a_limit_of_the_one_model() -> None:
    assert "Industry = retail: shown to gain" in limits_text(carded(RETAIL, STEEL), "en")
    assert "業種 = 小売：専用" in limits_text(carded(RETAIL, STEEL), "ja")
    assert "of its own" not in limits_text(carded(STEEL), "en")


def test_a_card_of_before_is_still_drawn() -> None:
    card = carded(RETAIL)
    del card["own_models"]
    assert section(card_page.page(card, "en")) == ""


def test_the_comparison_uses_the_rows_of_the_evaluation_and_never_salespeople() -> None:
    few = SegmentSettings(min_conversions=10)
    case = case_of(rows())
    result = own_models(case, few)
    assert result.settings == few
    assert {one.attribute for one in result.segments} == {"industry"}
    assert {one.value for one in result.segments} >= {"retail", "<steel>"}
    owners = replace(
        CATALOG,
        features=tuple(
            replace(one, key=OWNER) if one.key == "industry" else one for one in CATALOG.features
        ),
        vocabulary=replace(
            CATALOG.vocabulary, categories={OWNER: CATALOG.vocabulary.categories["industry"]}
        ),
    )
    assert own_models(replace(case, catalog=owners), few).segments == ()
