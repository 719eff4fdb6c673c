"""The ranking is fresh: every row is what an answer of that moment says, on both databases."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from features.encoders.moments import moment_of
from models.artifact import artifact
from serve.processes.refresher import Refresher
from serve.scoring.inputs.point_in_time import visible_from
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine
from serve.store.leads.history import HistoryReader
from serve.store.leads.refresh_marks import NEVER
from serve.store.ranking import refreshing
from serve.store.ranking.refreshing import Refreshing
from serve.store.tables import RANKING_MARKS
from tests import served
from tests.clocked import Clock
from tests.ranked_company import DAY, LEADS, Company


@pytest.fixture
def company(models: Path, url: str, client: TestClient, clock: Clock) -> Iterator[Company]:
    engine = open_engine(url)
    loaded = LoadedModel(artifact.load(models / "models" / served.artifact().fingerprint), 1)
    yield Company(client, engine, loaded, clock)
    engine.dispose()


def test_a_row_is_the_answer_of_that_moment_to_the_bit(company: Company) -> None:
    company.clock.at += timedelta(minutes=1)
    assert company.refresh() >= LEADS
    rows = company.rows()
    assert len(rows) == LEADS
    assert company.stale() == []
    for lead_id, row in rows.items():
        updated = company.client.get(f"/v1/leads/{lead_id}/history").json()
        assert row["trend"] == updated["history"]["trend"]
        assert row["band_falls_at"] == updated["hot_until"]["falls_at"]
        assert row["as_of"] == company.clock.at.isoformat().replace("+00:00", "Z")
        assert [one["code"] for one in row["sentences"]] == [one["code"] for one in row["reasons"]]
        assert all(one["sentence"] for one in row["sentences"])
        assert row["trend_reason"] == _trend_reason(company, lead_id, row["trend"])
    assert any(row["trend_reason"] for row in rows.values())
    margins = [row["margin"] for row in rows.values()]
    assert margins == sorted(margins, reverse=True)


def _trend_reason(company: Company, lead_id: str, trend: str) -> str | None:
    """Compute the proven concept that moved with the trend, for one lead at two moments."""
    way = {"improving": 1.0, "declining": -1.0}.get(trend)
    if way is None:
        return None
    at, loaded = company.clock.at, company.loaded
    request, _ = HistoryReader(company.engine).request(lead_id, at)
    weeks = min(math.ceil((at - visible_from(request.histories[0].lead)) / (7 * DAY)), 8) - 1
    values = loaded.values(request, [at - weeks * 7 * DAY, at])
    before, after = loaded.scorer.concept_contributions(values)
    moved = {
        code: way * (after[n] - before[n])
        for n, code in enumerate(loaded.scorer.concepts.codes)
        if code in loaded.artifact.evidence.proven
    }
    most = max(moved, key=lambda code: moved[code])
    return most if moved[most] > 0.0 else None


def test_as_time_passes_what_is_not_due_is_still_right(company: Company) -> None:
    company.refresh()
    shares = []
    for days in (0.01, 0.2, 1, 3, 8, 25):
        company.clock.at += days * DAY
        looked = company.refresh()
        shares.append(looked / LEADS)
        assert company.stale() == []
        assert company.refresh() == 0
    assert min(shares) < 0.7


def test_planted_fault_leads_that_are_never_due_go_stale(company: Company) -> None:
    company.refresh()
    with company.engine.begin() as connection:
        connection.execute(update(RANKING_MARKS).values(due_at=NEVER))
    company.clock.at += 30 * DAY
    company.refresh()
    assert company.stale() != []


def test_new_records_mark_the_lead_and_its_mates_alone(company: Company) -> None:
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    company.act(0, [0.001, 0.002])
    assert company.client.get("/v1/leads").json()["waiting"] == 1
    company.clock.at += timedelta(seconds=1)
    company.refresh()
    assert company.stale() == []
    before = {one: row["as_of"] for one, row in company.rows().items()}
    company.act(1, [0.001] * 30)
    company.clock.at += timedelta(seconds=1)
    company.refresh()
    assert company.stale() == []
    moved = {one for one, row in company.rows().items() if row["as_of"] != before[one]}
    assert {f"L-{n}" for n in range(1, LEADS, 4)} <= moved
    assert "L-3" not in moved


def test_attributes_owner_and_account_are_those_of_now(company: Company) -> None:
    company.refresh()
    company.clock.at += timedelta(minutes=1)
    created = company.rows()["L-4"]["created_at"]
    updated = {"attributes": {"industry": "it", "source": "seminar"}, "owner_id": "new"}
    company.put("leads/L-4", updated | {"created_at": created})
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    row = company.rows()["L-4"]
    assert row["owner_id"] == "new"
    assert row["source"] == "seminar"
    assert row["attributes"]["industry"] == "it"
    assert company.rows()["L-1"]["attributes"]["account.region"] == "東京"
    request = company.client.get("/v1/leads?q=SEMINAR&owner_id=new").json()
    assert [one["lead_id"] for one in request["leads"]] == ["L-4"]


def test_a_won_lead_leaves_and_a_lost_one_until_it_is_active_again(company: Company) -> None:
    company.refresh()
    company.clock.at += timedelta(minutes=1)
    company.outcome(5, "won", 0.0005)
    company.outcome(6, "lost", 0.0005)
    company.outcome(7, "won", -2.0)
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    assert not {"L-5", "L-6"} & company.rows().keys()
    assert "L-7" in company.rows()
    company.clock.at += 3 * DAY
    company.refresh()
    assert "L-7" not in company.rows()
    company.outcome(6, "opened", 0.0005)
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    assert "L-6" in company.rows()
    assert company.stale() == []


def test_a_lead_that_wakes_up_and_becomes_hot_is_reported(company: Company) -> None:
    company.refresh()
    company.clock.at += timedelta(minutes=1)
    company.act(9, [0.001] * 12, activity_type="call")
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    row = company.rows()["L-9"]
    assert row["band"] == "hot"
    since = (company.clock.at - DAY).isoformat().replace("+", "%2B")
    crossed = company.client.get(f"/v1/leads?crossed_since={since}&band=hot").json()
    assert "L-9" in {one["lead_id"] for one in crossed["leads"]}
    company.clock.at += 200 * DAY
    company.act(9, [0.001], direction="inbound")
    company.refresh()
    woke = company.rows()["L-9"]["woke_up_at"]
    assert woke is not None
    assert woke[:10] == (company.clock.at - 0.001 * DAY).isoformat()[:10]


def test_another_model_scores_every_lead_anew(company: Company) -> None:
    company.refresh()
    other = LoadedModel(served.artifact(1), 2)
    company.loaded = other
    assert company.refresh() == 2 * LEADS, "numbers first, then the whole rows"
    prints = {row["model_fingerprint"] for row in company.rows().values()}
    assert prints == {other.fingerprint}
    assert company.refresh() == 0


def test_whoever_read_before_a_change_writes_nothing(company: Company) -> None:
    company.refresh()
    store = Refreshing(company.engine, 50)
    old = store.read(["L-2"])
    company.act(2, [0.001])
    assert store.write({}, {"L-2": (old.marks["L-2"], NEVER)}, "f") == 0
    assert "L-2" in company.rows()
    first, second = store.read(["L-2"]), store.read(["L-2"])
    assert store.write({}, {"L-2": (first.marks["L-2"], NEVER)}, "f") == 1
    assert store.write({}, {"L-2": (second.marks["L-2"], 0)}, "f") == 0


def test_planted_fault_without_marks_an_old_row_would_win(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.refresh()
    store = Refreshing(company.engine, 50)
    old = store.read(["L-2"]).marks
    company.act(2, [0.001])
    monkeypatch.setattr(refreshing, "marks_of", lambda *_arguments, **_more: old)
    assert store.write({}, {"L-2": (old["L-2"], NEVER)}, "f") == 1


def test_an_erased_person_is_in_no_ranking(company: Company) -> None:
    company.refresh()
    store = Refreshing(company.engine, 50)
    read, row = store.read(["L-8"]), {"lead_id": "L-8"}
    assert company.client.delete("/v1/leads/L-8").status_code == 200
    assert store.write({"": {"L-8": row}}, {"L-8": (read.marks["L-8"], 0)}, "f") == 0
    company.refresh()
    assert "L-8" not in company.rows()
    with company.engine.connect() as connection:
        for table in ("ranking", "ranking_marks"):
            query = text(f"select count(*) from {table} where lead_id = 'L-8'")  # noqa: S608
            assert connection.execute(query).scalar() == 0


def test_two_refreshers_and_a_writer_at_once_leave_it_right(company: Company) -> None:
    others = [Refresher(company.engine, batch=5) for _ in range(2)]
    moment = moment_of(company.clock.at)

    def refresh(one: Refresher) -> None:
        for _ in range(12):
            one.step(company.loaded, moment)

    def write(n: int) -> None:
        for _ in range(4):
            company.act(n, [0.5, 3.0])

    with ThreadPoolExecutor(4) as pool:
        for work in [pool.submit(refresh, one) for one in others] + [
            pool.submit(write, n) for n in (1, 2)
        ]:
            work.result()
    company.refresh()
    assert len(company.rows()) == LEADS
    assert company.stale() == []


def test_a_lead_that_cannot_be_computed_does_not_stop_the_others(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated: list[str] = []
    company.refresher = Refresher(company.engine, 7, lambda one, _error: updated.append(one))
    scorer = company.loaded.scorer.score_values

    def faulty(values: Any) -> Any:
        if (values[:, employees] == 3.0).any():
            raise ValueError
        return scorer(values)

    employees = company.loaded.artifact.catalog.names.index("profile__employees")
    monkeypatch.setattr(company.loaded.scorer, "score_values", faulty)
    company.refresh()
    assert updated == ["L-3"]
    assert len(company.rows()) == LEADS - 1
    monkeypatch.undo()
    company.clock.at += timedelta(hours=2)
    company.refresh()
    assert len(company.rows()) == LEADS


def test_invalid_queries_are_refused(company: Company) -> None:
    for request in ("sort=name", "band=boiling", "limit=0", "limit=x", "cursor=%00"):
        assert company.client.get(f"/v1/leads?{request}").status_code == 422, request
    assert company.client.get("/v1/leads?crossed_since=yesterday&q=%00").status_code == 422
