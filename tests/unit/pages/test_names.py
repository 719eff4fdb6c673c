"""Names and ways to reach a lead: how they are searched, who sees them, that they are links."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from serve.pages.shell.contact import contact_of
from serve.scoring.pointer import point
from serve.store.leads.display import Displays, search_key
from tests import served
from tests.ranked import Planted
from tests.selling import enter, opened

SATO = {
    "company": "東亜工業株式会社",
    "company_kana": "トウアコウギョウ",
    "name": "佐藤 花子",
    "name_kana": "サトウ ハナコ",
    "telephone": "03-0123-4567",
    "email": "sato.hanako@toa.example.jp",
    "former_names": "旧社名<製作所>",
}
LEADS = [
    Planted("L-1", 6, "sato", display=SATO),
    Planted("L-2", 5, "abe", display={"company": "日新商事", "name": "田中 翔"}),
    Planted("L-3", 4, None, display={"company": "ACME", "email": "a b@x.example"}),
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    with opened(folder, tmp_path_factory.mktemp("store"), LEADS, sales_see="all") as client:
        yield client


def shown(client: TestClient, query: str) -> set[str]:
    page = client.get("/", params={"q": query}).text
    return set(re.findall(r'href="/leads/(L-\d)"', page))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("東亜", {"L-1"}),
        ("とうあ", {"L-1"}),
        ("ﾄｳｱｺｳ", {"L-1"}),
        ("佐藤花子", {"L-1"}),
        ("さとう　はなこ", {"L-1"}),
        ("0301234567", {"L-1"}),
        ("０３－０１２３", {"L-1"}),
        ("SATO.Hanako@", {"L-1"}),
        ("旧社名", {"L-1"}),
        ("acme", {"L-3"}),
        ("ＡＣＭＥ", {"L-3"}),
        ("-", {"L-1", "L-2", "L-3"}),
        ("東亜日新", set()),
    ],
)
def test_a_search_finds_a_name_however_it_is_written(
    filled: TestClient, query: str, expected: set[str]
) -> None:
    assert shown(enter(filled, "boss"), query) == expected


def test_names_are_links_to_call_and_write(filled: TestClient) -> None:
    enter(filled, "boss")
    for path in ("/?lang=ja", "/leads/L-1?lang=ja"):
        page = filled.get(path).text
        assert 'href="tel:0301234567"' in page
        assert "東亜工業株式会社" in page
        assert "佐藤 花子" in page
        assert "<製作所>" not in page
    assert 'href="mailto:sato.hanako@toa.example.jp"' in filled.get("/leads/L-1").text
    assert "mailto:a" not in filled.get("/leads/L-3").text, "no address, no link"


def test_a_colleague_sees_the_id_and_cannot_search_the_name(filled: TestClient) -> None:
    enter(filled, "sato")
    for path in ("/", "/leads/L-2", "/ranking.csv", "/handover"):
        page = filled.get(path).text
        assert "日新商事" not in page
        assert "田中" not in page
    assert "東亜工業株式会社" in filled.get("/").text
    assert "ACME" in filled.get("/").text, "nobody owns it yet"
    assert shown(filled, "日新") == set()
    assert shown(filled, "東亜") == {"L-1"}
    assert "日新商事" in enter(filled, "boss").get("/").text


def test_companies_and_persons_have_columns_of_their_own(filled: TestClient) -> None:
    sheet = enter(filled, "boss").get("/ranking.csv?lang=ja").text
    assert "会社名,氏名,電話番号,メール" in sheet
    assert "東亜工業株式会社,佐藤 花子,03-0123-4567,sato.hanako@toa.example.jp" in sheet


def test_names_stand_in_no_answer_for_programs(filled: TestClient) -> None:
    for path in ("/v1/leads", "/v1/leads/L-1", "/v1/leads/L-1/score", "/v1/leads/L-1/history"):
        answer = filled.get(path, headers={"accept": "application/json"})
        assert answer.status_code == 200
        assert "東亜" not in answer.text


def test_what_is_sent_replaces_what_was_stored(filled: TestClient) -> None:
    lead = {"created_at": "2026-05-01T00:00:00Z", "backfill": True}
    path, displays = "/v1/leads/new", Displays(filled.engine)  # type: ignore[attr-defined]

    def called() -> str:
        return str(displays.of(["new"]).get("new", {}))

    filled.put(path, json=lead | {"display": {"name": "旧姓", "email": "x@x.example"}})
    filled.put(path, json=lead)
    assert "旧姓" in called()
    filled.put(path, json=lead | {"display": {"name": "新姓"}})
    assert called() == "{'name': '新姓'}"
    filled.put(path, json=lead | {"display": {}})
    assert called() == "{}"
    filled.delete(path)


def test_a_link_holds_nothing_but_digits_or_an_address() -> None:
    evil = contact_of("L", {}, {"telephone": "03<script>", "email": "a@b?cc=x@y"})
    assert (evil.call, evil.write) == ("", "")
    abroad = contact_of("L", {}, {"telephone": "+81 3-0123-4567"})
    assert abroad.call == "tel:+81301234567"


def test_the_key_joins_what_people_write_differently() -> None:
    assert search_key("さとう") == search_key("ｻﾄｳ") == search_key("サトウ")
    assert search_key("ー") == "ー", "a long vowel is no hyphen"
