"""The report: every figure is in the JSON, in both languages, in one file that loads nothing."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.wording.translation import LANGUAGES, catalogs
from models.evaluation.evaluation import MODEL
from pipelines.reports.evaluation import cells, payload, splits, writing
from pipelines.reports.evaluation.page import page
from pipelines.reports.evaluation.terms import VERDICTS
from pipelines.reports.translation import MESSAGES
from tests.evaluation_cases import evaluated

NAME = "Small <company> & 商会"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    writing.write(evaluated("leak"), made, NAME, "mikomi 0123456789ab")
    return made


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def value_at(report: Any, key: str) -> Any:
    for step in key.split("."):
        report = report[step]
    return report["value"] if isinstance(report, dict) else report


def agrees(html: str, report: dict[str, Any]) -> bool:
    """Return whether every keyed cell of the page is the number of the JSON, as it is written."""
    shown = re.findall(r'<(?:b|span) data-key="([^"]+)">([^<]*)<', html)
    assert len(shown) > 40
    return all(_written(key, value_at(report, key)) == unescape(text) for key, text in shown)


def _written(key: str, value: float | None) -> str:
    if value is None:
        return cells.NOTHING
    metric = key.rsplit(".", 1)[-1]
    return cells.share(value) if metric == "base_rate" else cells.metric_text(metric, value)


@pytest.mark.parametrize("name", ["report.html", "report.ja.html"])
def test_the_page_shows_the_numbers_of_the_json(folder: Path, name: str) -> None:
    report = json.loads(read(folder, "report.json"))
    assert agrees(read(folder, name), report)


def moved(report: dict[str, Any]) -> None:
    report["figures"][MODEL]["auc"]["value"] += 0.002


def swapped(report: dict[str, Any]) -> None:
    report["figures"]["odoo"], report["figures"]["logistic"] = (
        report["figures"]["logistic"],
        report["figures"]["odoo"],
    )


@pytest.mark.parametrize("plant", [moved, swapped])
def test_a_figure_that_differs_is_detected(
    folder: Path, plant: Callable[[dict[str, Any]], None]
) -> None:
    report = json.loads(read(folder, "report.json"))
    plant(report)
    assert not agrees(read(folder, "report.html"), report)


@pytest.mark.parametrize("name", ["report.html", "report.ja.html"])
def test_the_page_is_one_file_that_loads_and_runs_nothing(folder: Path, name: str) -> None:
    html = read(folder, name).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|<script|<link|<img|@import|url\(|src=", html)
    assert len(html) < 2_000_000


@pytest.mark.parametrize("name", ["report.html", "report.ja.html"])
def test_names_from_the_data_are_escaped(folder: Path, name: str) -> None:
    html = read(folder, name)
    assert "<company>" not in html
    assert "<steel>" not in html
    assert "&lt;steel&gt;" in html


def test_ids_are_unique_and_every_figure_is_described(folder: Path) -> None:
    html = read(folder, "report.html")
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert html.count('role="img"') == html.count("<svg") >= 10


def test_the_japanese_page_is_japanese(folder: Path) -> None:
    html = read(folder, "report.ja.html")
    assert '<html lang="ja">' in html
    assert "モデルの評価" in html
    messages = [one for catalog in catalogs("ja", MESSAGES) for one in catalog if one.id]
    assert len(messages) > 200
    english = [one.id for one in messages if isinstance(one.id, str) and one.id != one.string]
    assert not [text for text in english if f">{text}<" in html]


@pytest.mark.parametrize("kind", ["signal", "noise", "leak"])
def test_the_verdict_is_in_plain_words(kind: str) -> None:
    evaluation = evaluated(kind)
    html = page(evaluation, "en", NAME)
    verdict = VERDICTS[evaluation.verdict].text
    assert verdict in unescape(html)
    assert ("No signal" in html) == (kind == "noise")
    assert ("suspiciously well alone. A column" in html) == (kind == "leak")


def test_the_leak_is_named_on_the_page(folder: Path) -> None:
    row = re.search(r'<tr class="leak">.*?</tr>', read(folder, "report.html"), re.DOTALL)
    assert row is not None
    assert "profile__budget" in row.group()


def test_the_json_is_strict_and_whole(folder: Path) -> None:
    report = json.loads(read(folder, "report.json"), parse_constant=pytest.fail)
    assert report["verdict"] == evaluated("leak").verdict
    assert [one["feature"] for one in report["suspects"]] == ["profile__budget"]


def test_the_metrics_are_flat_figures(folder: Path) -> None:
    report = json.loads(read(folder, "metrics.json"))
    assert report["auc"] == evaluated("leak").figures[MODEL]["auc"].value
    assert {"log_loss", "ece", "ece_floor", "lift_at_10", "capture_at_20"} <= set(report)
    assert report["gain_on"]["base_rate"]["auc"] > 0


def test_the_plots_hold_the_curves(folder: Path) -> None:
    gain = pd.read_csv(folder / "plots" / "gain.csv")
    assert set(gain["prediction"]) == set(evaluated("leak").rankings)
    reliability = pd.read_csv(folder / "plots" / "reliability.csv")
    assert reliability["rows"].sum() == evaluated("leak").test.rows
    for file in (folder / "plots").iterdir():
        assert len(pd.read_csv(file)) > 0


def test_the_same_evaluation_makes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for file in writing.write(evaluated("leak"), tmp_path, NAME, "mikomi 0123456789ab"):
        assert file.read_bytes() == (folder / file.relative_to(tmp_path)).read_bytes()


def test_the_splits_picture_names_the_parts() -> None:
    plan = evaluated("signal").plan
    assert plan is not None
    markup = splits.picture(plan, "en")
    assert f"{plan.part('train').rows:,} snapshots" in markup
    assert "embargo 30 d" in markup
    assert "空白 30日" in splits.picture(plan, "ja")


def test_nan_is_null() -> None:
    assert payload.plain({"a": float("nan"), "b": [float("inf")]}) == {"a": None, "b": [None]}


@pytest.mark.parametrize(("name", "other"), [("report.html", "report.ja.html")])
def test_each_page_links_the_other_language_beside_it(folder: Path, name: str, other: str) -> None:
    assert re.findall(r'<a href="([^"]+)"', read(folder, name)) == [other]
    assert re.findall(r'<a href="([^"]+)"', read(folder, other)) == [name]
    assert (folder / other).is_file()


def test_one_suspect_is_counted_in_the_singular(folder: Path) -> None:
    assert "1 feature explains the outcome suspiciously well alone" in read(folder, "report.html")


def test_a_beeswarm_stands_below_the_bars_with_a_caption_in_each_language(tmp_path: Path) -> None:
    svgs = {one: f'<svg role="img" aria-label="{one}"></svg>' for one in LANGUAGES}
    writing.write(evaluated("signal"), tmp_path, NAME, beeswarms=svgs)
    captions = {"en": "Each point is a snapshot", "ja": "1つの点が1時点です"}
    for language, file in writing.PAGES.items():
        html = read(tmp_path, file)
        figure = re.search(r'<figure id="figure-beeswarm">.*?</figure>', html)
        assert figure is not None
        assert captions[language] in figure.group()
        assert figure.group().endswith(f"{svgs[language]}</figure>")
        assert html.index('id="figure-importance"') < figure.start()
    assert read(tmp_path, "figures/beeswarm.svg") == svgs["en"]


def test_without_a_beeswarm_there_is_no_empty_figure(folder: Path) -> None:
    assert 'id="figure-beeswarm"' not in read(folder, "report.html")
    assert not (folder / "figures" / "beeswarm.svg").exists()
