"""The ranking of accounts equals the rule on the rows of their leads, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from features.kernel.account_layout import NEWEST
from models.artifact import artifact
from models.model.account_rule import AccountRule
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine
from serve.store.leads import account_mates
from serve.store.leads.history import HistoryReader
from tests import served
from tests.clocked import Clock
from tests.ranked_company import Company

MANY = NEWEST + 14


@pytest.fixture
def company(models: Path, url: str, client: TestClient, clock: Clock) -> Iterator[Company]:
    engine = open_engine(url)
    loaded = LoadedModel(artifact.load(models / "models" / served.artifact().fingerprint), 1)
    made = Company(client, engine, loaded, clock)
    clock.at += timedelta(minutes=1)
    made.refresh()
    yield made
    engine.dispose()


def rows(company: Company) -> dict[str, Any]:
    """Return the whole ranking by lead."""
    page = company.client.get("/v1/leads?limit=1000").json()
    return {row["lead_id"]: row for row in page["leads"]}


def listed(company: Company) -> dict[str, Any]:
    answer: dict[str, Any] = company.client.get("/v1/accounts").json()
    return answer


def check(company: Company) -> None:
    """Compare every account with its leads."""
    of_account: dict[str, list[float]] = {}
    for row in rows(company).values():
        if row["account_id"]:
            of_account.setdefault(row["account_id"], []).append(row["probability"])
    answer = listed(company)
    assert {one["account_id"] for one in answer["accounts"]} == set(of_account)
    assert answer["total"] == len(of_account)
    for one in answer["accounts"]:
        leads = np.array(of_account[one["account_id"]])
        rule = AccountRule(one["dependence"])
        expected = rule.of(leads, np.zeros(len(leads), np.int64)).probability[0]
        assert one["probability"] == pytest.approx(expected, abs=1e-12)
        assert one["leads"] == len(leads)
        summed = sum(lead["contribution"] for lead in one["carried_by"])
        assert summed + one["others_contribution"] == pytest.approx(one["probability"], abs=1e-9)
        most = [lead["probability"] for lead in one["carried_by"]]
        assert most == sorted(leads, reverse=True)[: len(most)]
    ranked = [one["probability"] for one in answer["accounts"]]
    assert ranked == sorted(ranked, reverse=True)


def test_accounts_follow_their_leads(company: Company) -> None:
    check(company)
    company.act(1, [0.1, 0.2, 0.3])
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    check(company)


def test_pages_and_one_account(company: Company) -> None:
    first = company.client.get("/v1/accounts?limit=1").json()
    second = company.client.get(f"/v1/accounts?limit=1&cursor={first['next_cursor']}").json()
    assert second["next_cursor"] is None
    both = first["accounts"] + second["accounts"]
    assert both == listed(company)["accounts"]
    one = company.client.get("/v1/accounts/acme?limit=500").json()
    assert len(one["carried_by"]) == one["leads"]
    assert one["others_contribution"] == 0.0
    assert company.client.get("/v1/accounts/nobody").status_code == 404
    assert company.client.get("/v1/accounts?limit=0").status_code == 422
    assert company.client.get("/v1/accounts?cursor=?").status_code == 422


def test_an_account_without_open_leads_is_in_no_list(company: Company) -> None:
    ids = [one for one, row in rows(company).items() if row["account_id"] == "acme"]
    for lead_id in ids[:-1]:
        assert company.client.delete(f"/v1/leads/{lead_id}").status_code < 300
    company.refresh()
    check(company)
    company.client.delete(f"/v1/leads/{ids[-1]}")
    company.refresh()
    assert [one["account_id"] for one in listed(company)["accounts"]] == ["globex"]


def test_planted_fault_a_row_that_was_not_written_again(company: Company) -> None:
    with company.engine.begin() as connection:
        connection.execute(text("update account_ranking set probability = probability / 2"))
    with pytest.raises(AssertionError):
        check(company)


def test_of_a_large_account_the_newest_are_read(company: Company) -> None:
    for n in range(MANY):
        created = company.clock.at - timedelta(days=90, hours=n)
        body = {"created_at": created.isoformat(), "account_id": "giant", "backfill": True}
        company.put(f"leads/G-{n:03d}", body)
    histories = HistoryReader(company.engine)
    oldest = f"G-{MANY - 1:03d}"
    request, revisions = histories.question(oldest, company.clock.at)
    assert len(revisions) == NEWEST + 1
    assert set(revisions) == {oldest, *(f"G-{n:03d}" for n in range(NEWEST))}
    again, same = histories.question(oldest, company.clock.at, revisions)
    assert same == revisions
    assert list(again.columns.leads.lead_id) == list(request.columns.leads.lead_id)
    newest = histories.request("G-000", company.clock.at)[0]
    assert len(newest.histories) == NEWEST
    company.refresh()
    check(company)
    row = rows(company)[oldest]
    scored = company.client.get(f"/v1/leads/{oldest}/score").json()
    assert row["probability"] == scored["probability"]


def test_planted_fault_the_oldest_are_read(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_mates, "NEWEST", NEWEST - 1)
    from serve.store.leads import history  # noqa: PLC0415

    history._with_mates.cache_clear()
    account_mates.mates_of_each.cache_clear()
    try:
        with pytest.raises(AssertionError):
            test_of_a_large_account_the_newest_are_read(company)
    finally:
        history._with_mates.cache_clear()
        account_mates.mates_of_each.cache_clear()
