"""A lead's page: numbers that add up as shown, a receipt behind it, another's lead is not there."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from fastapi.testclient import TestClient

from serve.app import create_app
from serve.insight.full_explanation import (
    KINDS,
    MORE,
    full_explanation,
    kind_of,
)
from serve.pages.lead.rounded_steps import shown_steps
from serve.pages.lead.topics_to_send import topics_to_send
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.people.users import User, Users
from serve.store.schema_versions import upgrade
from serve.stored_leads.similar_winners import Alike, Winner, Winners, shared
from serve.stored_leads.store import Store
from serve.wire.stored_bodies import StoredOutcome
from tests import ranked, served
from tests.clocked import NOW
from tests.ranked import Planted

EVIL = "<script>alert(1)</script>"
LEADS = [
    Planted("L-1", 6, "sato", {"name": "佐藤 花子", "industry": "製造業"}, text=EVIL),
    Planted("L-2", 5, "abe", {"name": EVIL}),
    Planted("L/5 ?", 0, None, {"industry": "製造業"}, age_days=4),
    Planted("L-9", 7, "sato", {"name": "済 太郎", "industry": "製造業"}, age_days=90),
    Planted("L-8", 6, "abe", {"name": "他人"}, age_days=90),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("served")
    point(folder, served.lay_down(folder), 1)
    url = f"sqlite:///{folder / 'mikomi.db'}"
    engine = open_engine(url)
    upgrade(engine)
    ranked.plant(engine, LoadedModel(served.artifact(), 1), LEADS, NOW)
    won = [
        StoredOutcome(lead_id=lead, outcome="won", occurred_at=NOW - timedelta(days=1), deal_id="d")
        for lead in ("L-9", "L-8")
    ]
    Store(engine).ingest.add_outcomes(won, NOW, backfill=True)
    users = Users(engine)
    for user in (User("sato", "sales", "sato"), User("boss", "manager", None)):
        users.add(user, "correct horse", NOW)
    settings = Settings(models=folder, database_url=url, poll_seconds=0.05, access_log="no")
    app = create_app(settings, lambda: NOW)
    headers = {"accept": "text/html"}
    with TestClient(app, base_url="http://localhost", headers=headers) as opened:
        while opened.get("/readyz").status_code != 200:
            time.sleep(0.02)
        opened.users = users  # type: ignore[attr-defined]
        opened.engine = engine  # type: ignore[attr-defined]
        yield opened
    engine.dispose()


def enter(client: TestClient, name: str) -> TestClient:
    token = client.users.begin_session(User(name, "", None), NOW, timedelta(hours=1))  # type: ignore[attr-defined]
    client.cookies.set("mikomi_session", token)
    return client


def shown_sum(page: str) -> tuple[Decimal, Decimal]:
    steps = [Decimal(one) for one in re.findall(r'data-points="([^"]+)"', page)]
    total = re.search(r'data-total="([^"]+)"', page)
    assert total
    return sum(steps, Decimal(0)), Decimal(total[1])


@pytest.mark.parametrize("lead", ["L-1", "L-2", "L%2F5%20%3F"])
def test_what_is_shown_adds_up_to_the_probability(client: TestClient, lead: str) -> None:
    enter(client, "boss")
    page = client.get(f"/leads/{lead}?lang=en").text
    added, total = shown_sum(page)
    receipt = re.search(r'name="receipt_id" value="([0-9a-f]+)"', page)
    assert receipt
    answer = client.get(f"/v1/receipts/{receipt[1]}").json()
    assert added == total
    assert abs(float(total) - answer["probability"]) <= 0.0005


def test_steps_rounded_one_by_one_would_not_add_up() -> None:
    """The planted fault that the rounding of running totals answers."""
    steps = [0.0004, 0.0004, 0.0004]
    base, shown = shown_steps(0.02, steps)
    assert round(base + sum(shown), 3) == 0.021
    assert round(0.02 + sum(round(step, 3) for step in steps), 3) != 0.021


def test_the_page_speaks_both_languages(client: TestClient) -> None:
    enter(client, "boss")
    english = client.get("/leads/L-1?lang=en").text
    japanese = client.get("/leads/L-1?lang=ja").text
    assert "won within 30 days" in english
    assert "calls in the last 30 days" in english
    assert "30日以内に受注" in japanese
    assert "先週からの変化" in japanese
    for response in ("If nothing happens", "The last three months", "An average lead"):
        assert response in english
        assert response not in japanese


def test_markup_stays_text(client: TestClient) -> None:
    enter(client, "boss")
    for lead in ("L-1", "L-2"):
        page = client.get(f"/leads/{lead}").text
        assert "<script" not in page
        assert "&lt;script&gt;" in page


def test_anothers_lead_is_not_there(client: TestClient) -> None:
    enter(client, "sato")
    assert client.get("/leads/L-1").status_code == 200
    assert client.get("/leads/L%2F5%20%3F").status_code == 200
    assert client.get("/leads/L-2").status_code == 404
    assert client.get("/leads/nobody").status_code == 404
    similar = similar_to(client, "L-1")
    assert "L-9" in similar
    assert "L-8" not in similar
    enter(client, "boss")
    assert "L-8" in similar_to(client, "L-1")


def similar_to(client: TestClient, lead: str) -> str:
    """Return the section of similar leads, once the server has read the wins."""
    for _ in range(100):
        response = client.get(f"/leads/{lead}?lang=en").text.split('id="similar"')[1]
        if "<ul" in response.split("</section>")[0]:
            return response
        time.sleep(0.1)
    pytest.fail("the wins were not looked at within ten seconds")


def test_no_request_looks_at_the_wins(client: TestClient) -> None:
    """It takes seconds where there are many: the server does it on its own."""
    winners = Winners(client.engine)  # type: ignore[attr-defined]
    loaded = LoadedModel(served.artifact(), 1)
    values = np.zeros((1, len(loaded.artifact.catalog.features)), np.float32)
    assert list(winners.like(loaded, values, "L-1")) == []
    winners.renew(loaded, NOW)
    assert list(winners.like(loaded, values, "L-1"))
    winners.stop()
    winners.renew(loaded, NOW + timedelta(hours=2))
    assert list(winners.like(loaded, values, "L-1")), "what was known stays"


def feedback(client: TestClient, lead: str, **changed: str) -> int:
    page = client.get("/leads/L-1").text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page))
    response = fields | {"verdict": "contacted", "note": "電話した", "lead_id": lead} | changed
    return client.post("/feedback", data=response, follow_redirects=False).status_code


def test_a_verdict_is_stored_and_shown(client: TestClient) -> None:
    enter(client, "sato")
    assert feedback(client, "L-1") == 303
    assert "電話した" in client.get("/leads/L-1").text
    assert feedback(client, "L-1", verdict="nonsense") == 422
    assert feedback(client, "L-2") == 404, "a receipt of another lead"
    forged = {"form_token": "forged"}
    assert feedback(client, "L-1", **forged) == 403


def test_a_receipt_of_another_lead_is_refused_from_a_visible_one(client: TestClient) -> None:
    enter(client, "boss")
    assert feedback(client, "L-9") == 404


def test_a_winner_is_not_like_itself(client: TestClient) -> None:
    enter(client, "boss")
    assert "/leads/L-9" not in similar_to(client, "L-9")
    assert "/leads/L-8" in similar_to(client, "L-9")


def test_a_winner_is_shown_by_its_kind_and_what_both_have_in_common(client: TestClient) -> None:
    enter(client, "boss")
    facts = similar_to(client, "L-1")
    assert "<strong>製造業</strong>" in facts
    assert "What both have in common" in facts
    concepts = LoadedModel(served.artifact(), 1).scorer.concepts
    calls = concepts.labels[concepts.codes.index("engagement.call")].en
    assert calls in facts.split("What both have in common")[1].split("</li>")[0]
    for name in ("済 太郎", "他人"):
        assert name not in facts, "a name is nobody's business here"


def test_the_page_says_what_was_read_and_what_similar_winners_read_next(
    client: TestClient,
) -> None:
    page = enter(client, "boss").get("/leads/L%2F5%20%3F?lang=en").text
    assert "Read in the last 90 days: pricing." in page
    lead = Store(client.engine).histories.request("L-1", NOW)[0]  # type: ignore[attr-defined]
    alike = [
        Alike(Winner(f"W-{n}", None, NOW, 0.1, {}, frozenset(topics)), [])
        for n, topics in enumerate((["cases", "pricing"], ["cases"], ["security"]))
    ]
    content = topics_to_send(lead, alike, str.upper)
    assert content.next == [("CASES", 2)], "what one winner alone read is no pattern"
    assert (content.read, content.winners) == (["PRICING"], 3)


def test_only_proven_reasons_of_both_are_shared() -> None:
    loaded = LoadedModel(served.artifact(), 1)
    codes, proven = loaded.scorer.concepts.codes, set(loaded.artifact.evidence.proven)
    own = np.full(len(codes), 1.0)
    assert set(shared(loaded, own, own)) <= proven
    assert shared(loaded, own, -own) == []
    unproven = np.array([float(code not in proven) for code in codes])
    assert unproven.any()
    assert shared(loaded, unproven, unproven) == [], "the planted fault: told though not proven"


@pytest.mark.parametrize("calls", [0, 1, 6])
def test_full_explanation_leaves_nothing_over(calls: int) -> None:
    loaded, names = LoadedModel(served.artifact(), 1), served.artifact().catalog.names
    values = np.zeros((1, len(names)), np.float32)
    values[0, names.index("engagement__call_count__30d")] = calls
    fields, answer = full_explanation(loaded, values, "en"), loaded.scorer.score_lead(values)
    facts = [one.contribution for one in fields.reasons]
    facts += [one.contribution for one in fields.joined]
    facts += [one.contribution for one in fields.rest]
    assert abs(sum(facts) + answer.base_probability - answer.probability) < 1e-9
    first = [one.code for one in loaded.reason_bodies(answer.reasons, "en")]
    named = [one.code for one in fields.reasons if one.code in first]
    assert named == [code for code in first if code in named]
    assert named or not calls
    rest = max((abs(one.contribution) for one in fields.rest), default=0.0)
    smallest = min((abs(one.contribution) for one in fields.reasons), default=np.inf)
    assert named == first or rest <= smallest, "a reason of the answer was left out for nothing"
    assert all(one.leads >= MORE.min_support for one in fields.reasons)
    assert {one.code for one in fields.reasons} <= set(loaded.artifact.evidence.proven)
    kinds = [one.kind for one in fields.rest]
    assert kinds == [kind for kind in KINDS if kind in kinds]
    assert abs(sum(facts[:-1]) + answer.base_probability - answer.probability) > 1e-9, (
        "the planted fault: a kind of the rest that was forgotten"
    )


def test_what_a_lead_did_not_do_stands_apart_from_what_it_did() -> None:
    loaded = LoadedModel(served.artifact(), 1)
    features = loaded.artifact.catalog.features
    of = {one.name: one for one in features}
    assert kind_of(of["profile__industry"], 1.0) == "attributes"
    assert kind_of(of["engagement__call_count__30d"], 0.0) == "not_done"
    assert kind_of(of["engagement__call_count__30d"], 2.0) == "done"
    assert kind_of(of["engagement__call_days_since_last"], float("nan")) == "not_done"
