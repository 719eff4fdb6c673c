"""The week, spend, nurturing and the points table: what they show, store and refuse."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import update

from features.timeline import DAY
from models.model.points import read
from serve.insight.funnel import share
from serve.insight.interest import DoneThing, interest_of
from serve.insight.points_review import as_yaml, reviews
from serve.pages.market.channels import cost_of_one
from serve.scoring.pointer import point
from serve.store.tables import RANKING
from serve.stored_leads.store import Store
from serve.wire.team.steps import StepBody
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import enter, form_token, opened

LEADS = [
    *(Planted(f"L-{n}", n % 7, None, {"industry": "製造業", "source": "web"}) for n in range(12)),
    Planted("N-1", 2, None, {"consent": "yes", "source": "web"}, display={"email": "a@b.test"}),
    Planted("V-1", 3, None, {"source": "web"}, age_days=250, deals=(("won", 3, 900.0),)),
]
CALLS = "engagement__call_count__30d"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    return folder


@pytest.fixture
def client(models: Path, tmp_path: Path) -> Iterator[TestClient]:
    with opened(models, tmp_path, LEADS) as one:
        yield enter(one, "boss")


def send(client: TestClient, path: str, **data: Any) -> Any:
    fields = {"form_token": form_token(client)} | data
    return client.post(path, data=fields, follow_redirects=False)


def store_of(client: TestClient) -> Store:
    return Store(client.engine)  # type: ignore[attr-defined]


def change(client: TestClient, lead_id: str, **values: Any) -> None:
    with client.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(update(RANKING).where(RANKING.c.lead_id == lead_id).values(values))


def test_the_week_shows_who_moved_and_what_happened(client: TestClient) -> None:
    change(client, "L-1", week_change=0.25)
    change(client, "L-2", week_change=-0.125)
    page = client.get("/week?lang=en").text
    up, down = page.split('id="up"')[1].split('id="down"')
    assert "/leads/L-1" in up
    assert "+25.0" in up
    assert "/leads/L-2" in down
    assert "−12.5" in down
    assert "Won this week: ¥900." in page


def test_spend_is_entered_and_shows_in_the_channels(client: TestClient) -> None:
    assert "No spend was entered yet" in client.get("/channels?lang=en").text
    for month in ("2025-09", "2025-10"):
        done = send(client, "/spend", month=month, source=["web"], amount=["1,000,000"])
        assert done.status_code == 303
    assert [one.amount for one in store_of(client).spend.lines()] == [1e6, 1e6]
    page = client.get("/channels?lang=en").text
    assert "¥2,000,000" in page, "the spend of the ripe months"
    assert "No spend was entered yet" not in page
    send(client, "/spend", month="2025-10", source=["web"], amount=[""])
    assert [one.month for one in store_of(client).spend.lines()] == ["2025-09"]
    sent = {
        "spend": [{"source": "web", "month": one, "amount": 5.0} for one in ("2025-09", "2025-11")]
    }
    answer = client.post("/v1/spend", json=sent | {"currency": "JPY"}).json()
    assert answer == {"stored": 1, "typed_in": 1}, "what a person typed in stays"
    assert client.post("/v1/spend", json=sent | {"currency": "USD"}).status_code == 422
    send(client, "/spend", month="2025-11", source=["web"], amount=["5"])
    again = {"spend": [{"source": "web", "month": "2025-11", "amount": 7.0, "campaign": "spring"}]}
    assert client.post("/v1/spend", json=again).json()["stored"] == 1, (
        "left as it was: not typed in"
    )
    lines = {one["month"]: one for one in client.get("/v1/spend").json()["spend"]}
    assert (lines["2025-11"]["amount"], lines["2025-11"]["campaign"]) == (7.0, "spring")
    assert "Campaign" in client.get("/channels?lang=en&by=campaign").text
    for bad in ({"month": "soon"}, {"amount": ["-1"]}, {"amount": ["x"]}, {"amount": []}):
        form: dict[str, Any] = {"month": "2025-09", "source": ["web"], "amount": ["1"]}
        assert send(client, "/spend", **form | bad).status_code == 422


def test_what_one_costs_has_the_interval_of_its_share() -> None:
    cost = cost_of_one(1_000.0, share(5, 100), 100)
    assert cost is not None
    assert cost.value == pytest.approx(200.0)
    assert cost.low < cost.value < cost.high
    assert cost_of_one(1_000.0, share(0, 100), 100) is None
    assert cost_of_one(0.0, share(5, 100), 100) is None


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ([], ("quiet", None)),
        ([DoneThing(5 * DAY, "page_view", "blog", "inbound")], ("learning", "blog")),
        ([DoneThing(5 * DAY, "page_view", "pricing", None)], ("comparing", "pricing")),
        ([DoneThing(5 * DAY, "inquiry", "", "inbound")], ("deciding", None)),
        ([DoneThing(5 * DAY, "inquiry", "x", "outbound")], ("quiet", None)),
        ([DoneThing(-90 * DAY, "inquiry", "x", None)], ("quiet", None)),
        (
            [DoneThing(n * DAY, "page_view", topic, None) for n, topic in enumerate("abba")],
            ("learning", "a"),
        ),
    ],
    ids=["nothing", "learns", "compares", "asks", "is called", "long ago", "the latest of equals"],
)
def test_interest(done: list[DoneThing], expected: tuple[str, str | None]) -> None:
    assert interest_of(done, 6 * DAY) == expected


def test_warm_leads_by_interest_with_their_agreement_to_mails(client: TestClient) -> None:
    for lead in LEADS[:-1]:
        change(client, lead.lead_id, band="cold")
    for lead_id, interest in (("N-1", "comparing"), ("L-3", "deciding"), ("L-4", "comparing")):
        change(client, lead_id, band="warm", interest=interest, topic="pricing", week_change=0.1)
    page = client.get("/nurturing?lang=en").text
    assert "3 warm leads to call" in page
    assert "mails: yes" in page
    chosen = client.get("/nurturing.csv?lang=en&interest=comparing&topic=pricing").text
    rows = list(csv.DictReader(io.StringIO(chosen.removeprefix("\ufeff"))))
    agreed = {row["Lead"]: (row["E-mail"], row["Agreed to mails"]) for row in rows}
    assert agreed == {"N-1": ("a@b.test", "yes"), "L-4": ("", "not recorded")}
    audit = store_of(client).audit.lines()
    assert [line.what for line in audit][-1] == "exported a mailing list"
    lost = StepBody(kind="disqualified", result="competitor", note="cheaper")
    store_of(client).steps.take("L-5", lost, "user:boss", NOW - timedelta(days=1))
    page = client.get("/nurturing?lang=en").text
    assert "1 lead chose a competitor" in page
    assert "cheaper" in page


TABLE = f"""
points_to_double_odds: 20
rules:
  - {{feature: {CALLS}, when: {{at_least: 1}}, points: 5}}
  - {{feature: profile__industry, when: {{is: [製造業]}}, points: 500}}
"""


def test_the_points_table_is_loaded_edited_previewed_and_exported(client: TestClient) -> None:
    assert client.get("/points/scorecard.yaml").status_code == 404
    assert send(client, "/points", do="load", text=TABLE).status_code == 303
    assert yaml.safe_load(client.get("/points/scorecard.yaml").text) == yaml.safe_load(
        as_yaml(read(TABLE))
    )
    page = client.get("/points?lang=en").text
    assert "more than the data say" in page, "500 points is far beyond the data"
    rules: dict[str, Any] = {
        "feature": [CALLS, "profile__industry"],
        "when": ['{"at_least": 1.0}', '{"is": ["製造業"]}'],
        "points": ["80", ""],
        "new_feature": CALLS,
        "new_when": "below",
        "new_value": "1",
        "new_points": "-400",
    }
    preview = send(client, "/points", do="preview", **rules)
    assert preview.status_code == 200
    assert "How the first" in preview.text
    assert len(store_of(client).points_drafts.history("")) == 1, "a preview stores nothing"
    saved = send(client, "/points", do="save", note="after the review", **rules)
    assert saved.status_code == 303
    file = read(client.get("/points/scorecard.yaml").text)
    assert [(one.feature, one.points) for one in file.rules] == [(CALLS, 80.0), (CALLS, -400.0)]
    assert "after the review" in client.get("/points").text
    assert client.get("/v1/model").json()["fingerprint"], "no model has changed"


@pytest.mark.parametrize(
    "data",
    [
        {"do": "load", "text": "rules: [{feature: nothing, when: {at_least: 1}, points: 1}]"},
        {"do": "load", "text": "rules: ["},
        {"do": "save", "feature": [CALLS], "when": ["{"], "points": ["1"]},
        {"do": "save", "new_feature": CALLS, "new_when": "at_least", "new_value": "many"},
    ],
    ids=["unknown feature", "no YAML", "no JSON", "no number"],
)
def test_a_table_that_training_would_refuse_is_refused(
    client: TestClient, data: dict[str, Any]
) -> None:
    assert send(client, "/points", **data).status_code == 422
    assert store_of(client).points_drafts.history("") == []


def test_what_the_data_say_is_the_odds_ratio_in_points() -> None:
    artifact = served.artifact()
    calls, industry = reviews(read(TABLE), artifact)
    assert calls.by_data is not None
    assert calls.low < calls.by_data < calls.high
    assert calls.by_data > 0, "calls are what tells in this company"
    assert industry.verdict == "too_high"
    evidence, names = artifact.evidence, artifact.catalog.names
    begin = evidence.binning.starts[names.index("profile__industry")]
    end = evidence.binning.starts[names.index("profile__industry") + 1]
    assert industry.leads < int(evidence.leads[begin:end].sum())
