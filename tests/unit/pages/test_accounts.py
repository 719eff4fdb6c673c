"""Accounts as a salesperson meets them: order, people, roles, the rule, who sees what."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from serve.pages.account import page as account_page
from serve.scoring.pointer import point
from serve.store.ranking import visible_accounts
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import enter, opened

EVIL = "<script>alert(1)</script>"
HEAD = {"job_role": "部長"}
LEADS = [
    Planted("L-1", 6, "sato", HEAD, account_id="acme", display={"company": "東亜工業"}),
    Planted("L-2", 2, "abe", {"job_role": "staff"}, account_id="acme"),
    Planted("L-3", 0, "abe", age_days=90, account_id="globex / 1"),
    Planted("L-4", 1, "abe", {"name": EVIL}, account_id=EVIL),
    Planted("L-5", 5, "sato"),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("served")
    point(folder, served.lay_down(folder), 1)
    with opened(folder, folder, LEADS, sales_see="own") as one:
        yield one


def accounts(client: TestClient) -> list[str]:
    page = client.get("/accounts?lang=en")
    assert page.status_code == 200
    return re.findall(r'<h2 id="account-\d+"><a href="/accounts/([^"]*)"', page.text)


def chance(client: TestClient, path: str) -> str:
    """Return the probability at the head of the page of an account."""
    (head,) = re.findall(r'id="probability">(.*?)</strong>', client.get(path).text, re.DOTALL)
    return re.sub(r"<[^>]*>", "", head).strip()


def test_the_list_is_that_of_the_api_in_its_order(client: TestClient) -> None:
    boss = enter(client, "boss")
    ranked = boss.get("/v1/accounts").json()["accounts"]
    assert ranked[0]["account_id"] == "acme"
    assert len(accounts(boss)) == len(ranked) == 3
    assert "globex%20%2F%201" in accounts(boss)
    page = boss.get("/accounts?lang=en").text
    assert "東亜工業" in page
    assert EVIL not in page
    assert "3 accounts with open leads" in page


def test_an_account_shows_its_people_roles_and_rule(client: TestClient) -> None:
    page = enter(client, "boss").get("/accounts/acme?lang=en").text
    assert re.findall(r'<h3 id="lead-\d+"><a href="/leads/([^"]*)"', page) == ["L-1", "L-2"]
    roles = re.search(r"<p>Roles: (.*?)</p>", page)
    assert roles is not None
    assert re.sub(r"<[^>]*>|\s+", " ", roles[1]).split() == [
        "部長",
        "1",
        "decides",
        "·",
        "staff",
        "1",
    ]
    assert "2 people active in the last 30 days" in page
    assert "at least one of these leads" in page
    assert "d = 1.5" in page
    (of_api,) = (one for one in client.get("/v1/accounts").json()["accounts"] if one["leads"] == 2)
    assert chance(client, "/accounts/acme?lang=en") == f"{of_api['probability']:.0%}"
    shares = [float(one) for one in re.findall(r"carries ([\d.]+)% of it", page)]
    assert sum(shares) == pytest.approx(100.0, abs=1.0)
    assert "1件が予測どおりの結果に至る確率" in client.get("/accounts/acme?lang=ja").text


def test_the_page_of_a_lead_leads_to_its_account(client: TestClient) -> None:
    boss = enter(client, "boss")
    assert 'href="/accounts/acme"' in boss.get("/leads/L-1").text
    assert "/accounts/" not in boss.get("/leads/L-5").text.partition("<main")[2]


def test_who_sees_their_own_leads_sees_what_these_make_of_an_account(client: TestClient) -> None:
    whole = chance(enter(client, "boss"), "/accounts/acme?lang=en")
    own = enter(client, "sato")
    assert accounts(own) == ["acme"]
    page = own.get("/accounts/acme?lang=en").text
    assert "Only leads that you may see count." in page
    assert "L-2" not in page
    assert "staff" not in page
    assert float(chance(own, "/accounts/acme?lang=en")[:-1]) <= float(whole[:-1])
    for hidden in ("globex%20%2F%201", "nobody"):
        assert own.get(f"/accounts/{hidden}").status_code == 404


def test_planted_fault_everyone_sees_every_lead(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_page, "visible_owners", lambda *_: None)
    assert len(accounts(enter(client, "sato"))) == 3


def test_pages_follow_each_other(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_page, "ROWS", 2)
    boss = enter(client, "boss")
    first, second = boss.get("/accounts").text, boss.get("/accounts?page=2").text
    assert "page=2" in first
    assert 'start="3"' in second
    assert boss.get("/accounts?page=x").text.count("<article") == 2


def test_a_part_is_combined_by_the_same_rule(client: TestClient) -> None:
    store = visible_accounts.VisibleAccounts(client.engine)  # type: ignore[attr-defined]
    scope = visible_accounts.Scope(None, NOW - timedelta(days=30))
    every = frozenset(["sato", "abe"])
    whole, parts = store.page(scope, 0, 9), store.page(scope._replace(owners=every), 0, 9)
    assert [one.account_id for one in whole.lines] == [one.account_id for one in parts.lines]
    for one, other in zip(whole.lines, parts.lines, strict=True):
        assert one.probability == pytest.approx(other.probability, rel=1e-12)
        assert one[2:] == other[2:]
