"""The lists: which lead is in which, what is shown of its deal, what an open deal is worth."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from fastapi.testclient import TestClient

from features.records.lead_columns import OutcomeColumns
from serve.insight.deal_flow import QUALIFIED, losses, stages_of, steps_of, usual_days
from serve.insight.outcomes import DealtLead, month_edges
from serve.ranking.standings import deals_by_lead
from serve.scoring.pointer import point
from serve.store.engine import moment, time_of
from serve.wire.team.standing import Deal, StageEntry
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import enter, opened

LEADS = [
    Planted("L-1", 6, "sato"),
    Planted("L-2", 5, "sato", deals=(("opened", 40, 1e6), ("quoted", 10, 2e6))),
    Planted("L-3", 4, "sato", deals=(("opened", 50, 1e6), ("won", 20, 3e6))),
    Planted("L-4", 3, "sato", deals=(("opened", 50, None), ("lost", 5, None))),
    Planted("L-5", 2, "abe", deals=(("opened", 3, None),)),
]


@pytest.fixture(scope="module")
def boss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    with opened(folder, tmp_path_factory.mktemp("store"), LEADS) as client:
        yield enter(client, "boss")


def shown(client: TestClient, path: str) -> list[str]:
    return re.findall(r'<h3 id="lead-\d+"><a href="/leads/([^"]*)"', client.get(path).text)


def test_a_lead_is_in_one_list(boss: TestClient) -> None:
    lists = {
        "call": ["L-1"],
        "deals": ["L-2", "L-5"],
        "customers": ["L-3"],
        "lost": ["L-4"],
        "aside": [],
    }
    for name, expected in lists.items():
        assert shown(boss, f"/?list={name}") == expected, name
    assert shown(boss, "/") == shown(boss, "/?list=nonsense") == ["L-1"]
    counted = re.sub(r"\s+", " ", boss.get("/?lang=en").text)
    assert 'Deals in progress <span class="n">2</span>' in counted
    assert 'Lost and sleeping <span class="n">1</span>' in counted


def test_a_deal_shows_stage_amount_days_and_what_it_is_worth(boss: TestClient) -> None:
    page = re.sub(r"\s+", " ", boss.get("/?list=deals&lang=en").text)
    assert "<strong>quoted</strong>" in page
    assert ">¥2M</span>" in page
    assert ">10 days</button>" in page
    assert "10 days in this stage" in boss.get("/leads/L-2?lang=en").text
    worth = re.search(
        r"expected ¥([\d.]+)([KM])</button> "
        r'<span class="range">\(¥([\d.]+)([KM])–¥([\d.]+)([KM])\)',
        page,
    )
    assert worth is not None
    parts = worth.groups()
    mean, low, high = (float(parts[n]) * {"K": 1e3, "M": 1e6}[parts[n + 1]] for n in (0, 2, 4))
    row = boss.get("/v1/leads?q=L-2", headers={"accept": "application/json"}).json()["leads"][0]
    assert mean == pytest.approx(float(f"{2e6 * row['probability']:.3g}"))
    assert low < mean < high < 2e6
    assert "¥1M" not in page, "the last amount counts"


def test_the_days_in_a_stage_stand_beside_those_of_won_deals() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    entries = [[("opened", 0), ("quoted", days), ("won", days + 10)] for days in (2, 4, 6, 8, 100)]
    won = [
        Deal(
            deal_id="",
            stage="won",
            stage_since=at,
            opened_at=at,
            amount=None,
            decided="won",
            stages=[StageEntry(stage=name, at=at + timedelta(days=days)) for name, days in some],
        )
        for some in entries
    ]
    assert usual_days(won) == {"opened": 6.0, "quoted": 10.0}
    assert usual_days(won[1:]) == {}, "four deals are no rule"


def test_a_customer_is_never_cold_and_falling(boss: TestClient) -> None:
    page = re.sub(r"\s+", " ", boss.get("/?list=customers&lang=en").text)
    row = page.split('class="row"')[1].split("</article>")[0]
    assert "<strong>won</strong>" in row
    assert "¥3,000,000" in row
    assert "12 May 2026" in row
    assert "falling" not in row
    assert ">cold<" not in row


def test_what_was_won_and_lost_is_on_the_page_of_the_lead(boss: TestClient) -> None:
    page = re.sub(r"\s+", " ", boss.get("/leads/L-4?lang=en").text)
    assert "<strong>lost</strong>" in page
    assert "27 May 2026" in page


def test_the_sheet_of_a_list_has_its_deals(boss: TestClient) -> None:
    sheet = boss.get("/ranking.csv?list=deals&lang=en").text
    assert "L-2" in sheet
    assert "quoted,2000000" in sheet
    assert "L-1" not in sheet


def test_search_and_rights_hold_in_every_list(boss: TestClient) -> None:
    assert shown(boss, "/?list=deals&q=l-5") == ["L-5"]
    enter(boss, "sato")
    assert shown(boss, "/?list=deals") == ["L-2"]
    enter(boss, "boss")


def test_deals_are_read_in_the_order_of_what_happened() -> None:
    at = [moment(NOW) - days for days in (5, 3, 1, 0)]
    columns = served_columns(at, ["opened", "quoted", "quoted", "won"], [1.0, None, 2.0, None])
    (deal,) = deals_by_lead(columns, moment(NOW))[0]
    assert (deal.stage, deal.amount, deal.decided) == ("quoted", 2.0, None), "won is not known yet"
    assert deal.stage_since == time_of(at[1]), "the stage began with its first mention"
    (deal,) = deals_by_lead(columns, moment(NOW) + 1)[0]
    assert (deal.stage, deal.decided) == ("won", "won")


def served_columns(at: list[int], outcome: list[str], amount: list[float | None]) -> Any:
    moments = np.array(at, np.int64)
    lead = np.zeros(len(at), np.int32)
    outcomes = OutcomeColumns(
        lead, moments, moments, outcome, ["D"] * len(at), amount, [None] * len(at)
    )
    return type("Columns", (), {"outcomes": outcomes})()


def test_channels_and_funnel_count_what_became_of_leads(boss: TestClient) -> None:
    assert boss.get("/channels?lang=en&cost=10000").status_code == 200
    page = re.sub(r"\s+", " ", boss.get("/funnel?lang=en").text)
    month = page.split('id="months"')[1].split("<tr>")[4]
    assert "April 2026" in month
    assert "no reason written" in page
    for by in ("industry", "owner_id", "nonsense"):
        assert "Who wins more" in boss.get(f"/funnel?lang=en&by={by}").text
    cells = re.findall(r'<td class="n">([^<]*)', month)
    assert [cell.split(" ")[0] for cell in cells] == ["5", "4", "1", "1", "15", "30"]
    assert "not ripe" in month
    boss.get("/channels?cost=x")
    enter(boss, "sato")
    assert boss.get("/channels").status_code == 404
    assert 'href="/channels"' not in boss.get("/").text
    enter(boss, "boss")
    assert 'href="/channels"' in boss.get("/").text


def way(*stages: str, at: float = 0.0, reason: str | None = None) -> Deal:
    """A deal that goes to the next stage every ten days, the first after `at` days."""
    entries = [
        StageEntry(stage=one, at=NOW + timedelta(days=at + 10 * n)) for n, one in enumerate(stages)
    ]
    decided: Any = stages[-1] if stages[-1] in ("won", "lost") else None
    return Deal(
        deal_id="", stage=stages[-1], stage_since=entries[-1].at, opened_at=entries[0].at,
        amount=None, decided=decided, reason=reason, stages=entries,
    )  # fmt: skip


def test_the_steps_of_the_funnel_equal_a_case_worked_by_hand() -> None:
    ways = [
        [way("opened", "quoted", "won", at=5.0)],
        [way("opened", "lost", at=15.0), way("opened", "quoted", at=35.0)],
        [way("opened", "lost", at=7.0)],
    ]
    dealt = [DealtLead(f"L-{n}", NOW, (), deals) for n, deals in enumerate(ways)]
    stages = stages_of(deal for deals in ways for deal in deals)
    assert stages == ["quoted"]
    steps = steps_of(10, dealt, stages)
    assert [(one.name, one.leads, one.days) for one in steps] == [
        ("opened", 3, 7.0),
        ("quoted", 2, 20.0),
        ("won", 1, 10.0),
    ]
    assert steps[1].of_before is not None
    assert steps[1].of_before.value == 2 / 3
    at = NOW + timedelta(days=3)
    some = {"L-0": (NOW, at), "L-9": (NOW, at), "L-1": (NOW, NOW + timedelta(days=300))}
    first, opening = steps_of(10, dealt, stages, some)[:2]
    assert (first.name, first.leads, first.days) == (QUALIFIED, 3, 3.0)
    assert opening.leads == 3, "a lead may skip a step"
    assert opening.of_before is not None
    assert opening.of_before.value == 2 / 3, "of the three that were qualified"
    assert opening.days == 2.0, "only where the deal came after"


def test_losses_are_counted_by_stage_and_reason_against_the_time_before() -> None:
    lost = [
        way("opened", "lost", at=20.0, reason="price"),
        way("opened", "quoted", "lost", at=10.0, reason="price"),
        way("opened", "lost", at=20.0),
        way("opened", "lost", at=-20.0, reason="price"),
    ]
    by_reason = losses(lost, NOW, by_reason=True)
    assert [(one.name, one.deals, one.before) for one in by_reason] == [("price", 2, 1), ("", 1, 0)]
    by_stage = losses(lost, NOW, by_reason=False)
    assert [(one.name, one.deals) for one in by_stage] == [("opened", 2), ("quoted", 1)]
    assert sum(one.share for one in by_stage) == pytest.approx(1.0)


def test_months_begin_in_the_zone_of_the_company() -> None:
    edges = month_edges(datetime(2026, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Tokyo")), 2)
    assert [f"{edge:%Y-%m-%d}" for edge in edges] == ["2025-12-01", "2026-01-01", "2026-02-01"]
