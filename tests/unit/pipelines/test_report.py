"""The report: every figure is in the JSON, in both languages, in one file that loads nothing."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.evaluation.evaluation import MODEL
from pipelines.reports.evaluation import cells, payload, splits, words, writing
from pipelines.reports.evaluation.page import page
from tests.evaluation_cases import evaluated

NAME = "Small <company> & 商会"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    writing.write(evaluated("leak"), made, NAME, "mikomi 0123456789ab")
    return made


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def find(found: Any, key: str) -> Any:
    for step in key.split("."):
        found = found[step]
    return found["value"] if isinstance(found, dict) else found


def agrees(html: str, found: dict[str, Any]) -> bool:
    """Tell whether every keyed cell of the page is the number of the JSON, as it is written."""
    shown = re.findall(r'<(?:b|span) data-key="([^"]+)">([^<]*)<', html)
    assert len(shown) > 40
    return all(_written(key, find(found, key)) == unescape(text) for key, text in shown)


def _written(key: str, value: float | None) -> str:
    if value is None:
        return cells.NOTHING
    metric = key.rsplit(".", 1)[-1]
    return cells.share(value) if metric == "base_rate" else cells.written(metric, value)


@pytest.mark.parametrize("name", ["report.html", "report.ja.html"])
def test_the_page_shows_the_numbers_of_the_json(folder: Path, name: str) -> None:
    found = json.loads(read(folder, "report.json"))
    assert agrees(read(folder, name), found)


def moved(found: dict[str, Any]) -> None:
    found["figures"][MODEL]["auc"]["value"] += 0.002


def swapped(found: dict[str, Any]) -> None:
    found["figures"]["odoo"], found["figures"]["logistic"] = (
        found["figures"]["logistic"],
        found["figures"]["odoo"],
    )


@pytest.mark.parametrize("plant", [moved, swapped])
def test_a_figure_that_differs_is_found(
    folder: Path, plant: Callable[[dict[str, Any]], None]
) -> None:
    found = json.loads(read(folder, "report.json"))
    plant(found)
    assert not agrees(read(folder, "report.html"), found)


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
    english = [text.en for text in words.PHRASES.values() if text.en != text.ja]
    assert not [phrase for phrase in english if "{" not in phrase and f">{phrase}<" in html]


@pytest.mark.parametrize("kind", ["signal", "noise", "leak"])
def test_the_verdict_is_said_plainly(kind: str) -> None:
    found = evaluated(kind)
    html = page(found, "en", NAME)
    said = words.VERDICTS[found.verdict].en
    assert said in unescape(html)
    assert ("No signal" in html) == (kind == "noise")
    assert ("suspiciously well alone. A column" in html) == (kind == "leak")


def test_the_leak_is_named_on_the_page(folder: Path) -> None:
    row = re.search(r'<tr class="leak">.*?</tr>', read(folder, "report.html"), re.DOTALL)
    assert row is not None
    assert "profile__budget" in row.group()


def test_the_json_is_strict_and_whole(folder: Path) -> None:
    found = json.loads(read(folder, "report.json"), parse_constant=pytest.fail)
    assert found["verdict"] == evaluated("leak").verdict
    assert [one["feature"] for one in found["suspects"]] == ["profile__budget"]


def test_the_metrics_are_flat_figures(folder: Path) -> None:
    found = json.loads(read(folder, "metrics.json"))
    assert found["auc"] == evaluated("leak").figures[MODEL]["auc"].value
    assert {"log_loss", "ece", "ece_floor", "lift_at_10", "capture_at_20"} <= set(found)
    assert found["gain_on"]["base_rate"]["auc"] > 0


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


def test_the_splits_picture_says_the_parts() -> None:
    plan = evaluated("signal").plan
    assert plan is not None
    markup = splits.picture(plan, "en")
    assert f"{plan.part('train').rows:,} rows" in markup
    assert "embargo 30 d" in markup
    assert "空白 30日" in splits.picture(plan, "ja")


def test_nan_is_null() -> None:
    assert payload.plain({"a": float("nan"), "b": [float("inf")]}) == {"a": None, "b": [None]}


def test_every_word_is_said_in_both_languages() -> None:
    for table in (words.PHRASES, words.METRICS, words.PARTS, words.GROUNDS, words.VERDICTS):
        for key, text in table.items():
            holes = [set(re.findall(r"{(\w+)}", one)) for one in (text.en, text.ja)]
            assert text.en, key
            assert text.ja, key
            assert holes[0] == holes[1], key
