"""The ranking as a salesperson meets it: order, words, filters, who sees what, the CSV file."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from serve.pages.ranking.csv_file import BOM
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.store.tables import RANKING
from tests import served
from tests.ranked import Planted
from tests.selling import enter, opened

EVIL = '=cmd|"/C calc"!A0<script>alert(1)</script>'
LEADS = [
    Planted("L-1", 6, "sato", {"name": "佐藤 花子", "industry": "製造業", "source": "web"}),
    Planted("L-2", 5, "abe", {"name": "田中 美咲", "industry": "金融", "source": "seminar"}),
    Planted("L-3", 4, None, {"name": EVIL, "source": "web"}, age_days=4),
    Planted("L-4", 0, "sato", {"industry": "製造業"}, woke_days=2),
    Planted("L/5 ?", 0, "abe", {"industry": "製造業"}),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    return folder


@pytest.fixture(scope="module")
def filled(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(models, tmp_path_factory.mktemp("store"), LEADS) as client:
        yield client


@pytest.fixture
def boss(filled: TestClient) -> TestClient:
    return enter(filled, "boss")


def shown(client: TestClient, path: str = "/") -> list[str]:
    page = client.get(path)
    assert page.status_code == 200, page.text
    return re.findall(r'<h3 id="lead-\d+"><a href="/leads/([^"]*)"', page.text)


def test_the_hottest_comes_first_in_words(boss: TestClient) -> None:
    page = boss.get("/?lang=en").text
    assert len(shown(boss)) == len(LEADS)
    assert shown(boss)[-1] in ("L-4", "L%2F5%20%3F")
    assert "Percentages: won within 30 days" in page
    assert "6 calls in the last 30 days" in page
    assert "Call this week" in page
    assert "hot since" in page
    japanese = boss.get("/?lang=ja").text
    assert "30日以内に受注する確率" in japanese
    assert "ホット" in japanese


def test_a_trend_says_what_it_is_owed_to(models: Path, tmp_path: Path) -> None:
    concepts = LoadedModel(served.artifact(), 1).scorer.concepts
    with opened(models, tmp_path, LEADS) as client:
        moved = {"trend": "improving", "trend_reason": concepts.codes[0]}
        with client.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.execute(update(RANKING).where(RANKING.c.lead_id == "L-1").values(moved))
        enter(client, "boss")
        for language, rising in (("en", "rising"), ("ja", "上昇中")):
            label = getattr(concepts.labels[0], language)
            page = re.sub(r"\s+", " ", client.get(f"/?lang={language}").text)
            assert page.count(f"{rising}: {label}") == 1


def test_markup_in_names_stays_text(boss: TestClient) -> None:
    page = boss.get("/").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("owner=abe", {"L-2", "L%2F5%20%3F"}),
        ("owner=-", {"L-3"}),
        ("source=seminar", {"L-2"}),
        ("industry=製造業", {"L-1", "L-4", "L%2F5%20%3F"}),
        ("woke=1", {"L-4"}),
        ("new=1", {"L-3"}),
        ("q=田中", {"L-2"}),
        ("q=l-4", {"L-4"}),
        ("owner=sato&industry=製造業&q=花子", {"L-1"}),
        ("band=nonsense&take=x&owner=", {"L-1", "L-2", "L-3", "L-4", "L%2F5%20%3F"}),
        ("q=%25", set()),
        ("q=l-4%00", {"L-4"}),
    ],
)
def test_filters(boss: TestClient, query: str, expected: set[str]) -> None:
    assert set(shown(boss, f"/?{query}")) == expected


def test_a_filter_that_fits_nothing_says_so(boss: TestClient) -> None:
    assert "No lead fits" in boss.get("/?q=nobody&lang=en").text


@pytest.mark.parametrize(
    ("sees", "expected"),
    [
        ("own_and_unowned", {"L-1", "L-3", "L-4"}),
        ("own", {"L-1", "L-4"}),
        ("all", {"L-1", "L-2", "L-3", "L-4", "L%2F5%20%3F"}),
    ],
)
def test_sales_see_their_own(models: Path, tmp_path: Path, sees: str, expected: set[str]) -> None:
    with opened(models, tmp_path, LEADS, sales_see=sees) as client:
        enter(client, "sato")
        assert set(shown(client)) == expected
        assert set(shown(client, "/?owner=abe")) == {
            one for one in expected if one in ("L-2", "L%2F5%20%3F")
        }
        sheet = client.get("/ranking.csv").text
        assert ("田中" in sheet) == ("L-2" in expected)
        assert ('<option value="abe"' in client.get("/").text) == ("L-2" in expected)


def test_the_week_has_a_cut_off_an_expectation_and_a_list(boss: TestClient) -> None:
    page = boss.get("/?take=2&lang=en").text
    assert len(shown(boss, "/?take=2")) == 2
    assert "Take the first 2 leads of this list" in page
    assert re.search(r"Expected: about \d of these \(\d to \d\) won within 30 days", page)
    assert "Poisson-binomial" in page
    assert len(shown(boss, "/?take=1000000")) == len(LEADS)


def test_pages_follow_each_other_without_a_gap(boss: TestClient, monkeypatch: Any) -> None:
    monkeypatch.setattr("serve.pages.ranking.page.ROWS", 2)
    listed, path = [], "/?lang=en"
    while path:
        page = boss.get(path).text
        listed += shown(boss, path)
        expected = re.search(r'rel="next" href="([^"]+)"', page)
        path = expected[1].replace("&amp;", "&") if expected else ""
    assert len(listed) == len(set(listed)) == len(LEADS)
    assert boss.get("/?cursor=forged").status_code == 422


def test_the_csv_is_for_a_spreadsheet_and_harmless(boss: TestClient) -> None:
    answer = boss.get("/ranking.csv?lang=ja")
    assert answer.content.startswith(BOM.encode())
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix(BOM))))
    assert {row["リードID"] for row in rows} == {lead.lead_id for lead in LEADS}
    assert f"'{EVIL}" in {row["会社名"] for row in rows}
    unsafe = [c for row in rows for c in row.values() if c.startswith(("=", "+", "-", "@"))]
    assert unsafe == []


def test_empty_states_are_explained(models: Path, tmp_path: Path) -> None:
    with opened(models, tmp_path, []) as client:
        page = enter(client, "boss").get("/?lang=en")
        assert "There are no leads yet" in page.text


def test_a_row_whose_model_is_gone_is_shown_without_reasons(models: Path, tmp_path: Path) -> None:
    with opened(models, tmp_path, LEADS[:1]) as client:
        with client.engine.begin() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("update ranking set model_fingerprint = 'gone'")
        page = enter(client, "boss").get("/?lang=en").text
        assert "No reason stands out." in page
        assert "6 calls" not in page
