"""The ranking by contact value: its order, its sentence and its range, on pages and in the API."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.artifact.artifact import save
from models.contact.contact_part import ContactPart
from serve.processes.refresher import Refresher
from serve.ranking.weekly_list import Draw, worked_list
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.store.engine import moment, open_engine
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.ranking import RankedLead, StoredRanking
from serve.store.schema_versions import upgrade
from tests import contact_tested, served
from tests.clocked import NOW
from tests.ranked import Planted, plant
from tests.selling import enter, opened


def known() -> str:
    """Return the industry that calls help."""
    return served.artifact().catalog.vocabulary.categories["industry"][0]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path / 'mikomi.db'}")
    upgrade(engine)
    leads = [
        Planted(f"L-{n}", calls=n, attributes={"industry": known()} if n % 3 == 0 else {})
        for n in range(9)
    ]
    plant(engine, LoadedModel(served.artifact()), leads, NOW)
    return engine


def ranked(engine: Engine, part: ContactPart | None) -> list[RankedLead]:
    loaded = LoadedModel(contact_tested.artifact(part))
    refresher = Refresher(engine)
    while refresher.step(loaded, moment(NOW)):
        pass
    return StoredRanking(engine).page(RankingFilter(), None, 100).rows


def test_leads_are_led_by_what_a_contact_adds(engine: Engine) -> None:
    rows = ranked(engine, contact_tested.part())
    added = [row.contact_value for row in rows if isinstance(row.contact_value, float)]
    assert len(added) == len(rows) == 9
    assert added == sorted(added, reverse=True)
    assert {row.lead_id for row in rows[:3]} == {"L-0", "L-3", "L-6"}
    probabilities = [row.probability for row in rows]
    assert probabilities != sorted(probabilities, reverse=True)
    assert all(row.contact_value_low < row.contact_value < row.contact_value_high for row in rows)  # type: ignore[operator]
    most = contact_tested.part().most
    assert [row.call_helps for row in rows] == [one >= most for one in added]
    assert rows[-1].call_helps is False
    store = StoredRanking(engine)
    week = worked_list(store, RankingFilter(), 6, Draw(0.5, 1, NOW))
    assert [row.lead_id for row in week.ranked] == [row.lead_id for row in rows[:3]]
    assert {row.lead_id for row in week.drawn} <= {row.lead_id for row in rows[3:]}


def test_what_is_not_shown_changes_no_order(engine: Engine) -> None:
    plain = [row.lead_id for row in StoredRanking(engine).page(RankingFilter(), None, 100).rows]
    rows = ranked(engine, contact_tested.part(0.0))
    assert [row.lead_id for row in rows] == plain
    assert not any(isinstance(row.contact_value, float) for row in rows)


LEADS = [Planted(f"L-{n}", calls=n, attributes={"industry": known()}) for n in range(3)]


@pytest.mark.parametrize("helps", [2.5, 0.0])
def test_pages_and_the_api_say_by_what_they_rank(helps: float, tmp_path: Path) -> None:
    made = contact_tested.artifact(contact_tested.part(helps))
    models = tmp_path / "models"
    save(models / "models" / made.fingerprint, made)
    point(models, made.fingerprint, 1)
    with opened(models, tmp_path, LEADS) as client:
        enter(client, "boss")
        engine: Engine = client.engine  # type: ignore[attr-defined]
        refresher = Refresher(engine)
        while refresher.step(LoadedModel(made, 1), moment(NOW)):
            pass
        english, japanese = (client.get(f"/?lang={one}").text for one in ("en", "ja"))
        answer = client.get("/v1/leads?lang=ja").json()
    shown = helps > 0.0
    by = "contact_value" if shown else "probability"
    assert (answer["ranked_by"]["wanted"], answer["ranked_by"]["by"]) == ("contact_value", by)
    assert answer["ranked_by"]["sentence"] in japanese
    assert ("contact_value" in answer["leads"][0]) is shown
    assert ("Ranked by contact value: where" in english) is shown
    assert ("Ranked by probability, although" in english) is not shown
    assert ("A contact adds +" in english) is shown
    assert ("連絡の効果：+" in japanese) is shown
