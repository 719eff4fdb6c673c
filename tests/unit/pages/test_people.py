"""Owners by name wherever a salesperson reads, and by id where nobody was named."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from features.feature import Text
from serve.pages.ranking.csv_file import BOM
from serve.pages.shell.people import PersonNames
from serve.scoring.pointer import point
from serve.store.people.users import User, Users
from tests import served
from tests.ranked import Planted
from tests.selling import enter, opened

LEADS = [
    Planted("L-1", 6, "sato", {"industry": "製造業"}, crossed_days=1),
    Planted("L-2", 5, "S99", {"industry": "金融"}),
    Planted("L-3", 4, None),
]
NAME = "佐藤 <b>花子</b>"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("served")
    point(folder, served.lay_down(folder), 1)
    with opened(folder, folder, LEADS) as one:
        Users(one.engine).call("sato", f" {NAME} ")  # type: ignore[attr-defined]
        yield enter(one, "boss")


@pytest.mark.parametrize("path", ["/", "/leads/L-1", "/handover"])
def test_an_owner_is_called_by_name(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert "佐藤 &lt;b&gt;花子&lt;/b&gt;" in page
    assert "<b>花子" not in page


def test_the_choices_are_names_and_ask_for_ids(client: TestClient) -> None:
    options = dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', client.get("/").text))
    assert options["sato"].startswith("佐藤")
    assert options["S99"] == "S99", "nobody said a name"


def test_a_search_finds_the_leads_of_a_name(client: TestClient) -> None:
    def searched_ids(q: str) -> list[str]:
        return re.findall(
            r'<h3 id="lead-\d+"><a href="/leads/([^"]*)"', client.get(f"/?q={q}").text
        )

    assert searched_ids("花子") == ["L-1"]
    assert searched_ids("金融") == ["L-2"]
    assert searched_ids("nobody") == []


def test_the_csv_has_name_and_id(client: TestClient) -> None:
    text = client.get("/ranking.csv?lang=en").text.removeprefix(BOM)
    rows = {row["Lead"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["L-1"]["Owner"], rows["L-1"]["Owner id"]) == (NAME, "sato")
    assert (rows["L-2"]["Owner"], rows["L-2"]["Owner id"]) == ("S99", "S99")
    assert (rows["L-3"]["Owner"], rows["L-3"]["Owner id"]) == ("", "")


def test_who_signed_in_is_called_by_name(client: TestClient) -> None:
    Users(client.engine).call("boss", "部長")  # type: ignore[attr-defined]
    assert '<span class="user">部長</span>' in client.get("/").text
    Users(client.engine).call("boss", "")  # type: ignore[attr-defined]
    assert '<span class="user">boss</span>' in client.get("/").text


LABELS = {"owner_id=S01": Text("Sato", "佐藤"), "owner_id=S02": Text("Sato", "佐藤")}


def test_what_a_user_is_called_goes_before_the_labels_of_the_mapping() -> None:
    people = PersonNames([User("sato", "sales", "S01", display_name="佐藤 一")], LABELS, "ja")
    assert [people.owner(one) for one in ("S01", "S02", "S03")] == ["佐藤 一", "佐藤", "S03"]
    assert people.user("sato") == "佐藤 一"
    assert people.called("一") == {"S01"}
    assert people.called("sato") == {"S01", "S02"}, "whatever language the page is in"


def test_two_of_one_name_are_distinguished() -> None:
    """The planted fault: both called by the name alone, so nobody knows whose a lead is."""
    people = PersonNames([], LABELS, "en")
    assert people.choices(["S02", "S01"]) == [("S01", "Sato (S01)"), ("S02", "Sato (S02)")]


def test_who_may_sign_in_goes_before_who_may_not() -> None:
    gone = User("old", "sales", "S01", disabled=True, display_name="前任")
    new = User("new", "sales", "S01", display_name="後任")
    assert PersonNames([new, gone], {}, "ja").owner("S01") == "後任"
    assert PersonNames([gone], {}, "ja").owner("S01") == "前任"
