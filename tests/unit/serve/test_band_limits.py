"""Limits of the bands: what a preview says, and how leads change their band in slices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from serve.processes.refresher import Refresher
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment
from serve.store.schema_versions import made
from serve.store.tables import RANKING
from serve.store.team import band_limits
from serve.store.team.band_limits import Cuts, StoredLimits
from serve.store.team_tables import HOT_MOMENTS
from serve.stored_leads.store import Store
from serve.wire.stored_bodies import LeadBody
from serve.wire.team.band_limits import LimitsBody
from tests import ranked, served
from tests.clocked import NOW
from tests.ranked import Planted

LEADS = [
    Planted("H-1", 7, None, crossed_days=2),
    Planted("H-2", 6, "abe", crossed_days=1),
    Planted("W-1", 3),
    Planted("C-1", 0, "sato"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    engine = made(f"sqlite:///{tmp_path / 'mikomi.db'}")
    ranked.plant(engine, LoadedModel(served.artifact(), 1), LEADS, NOW)
    yield Store(engine)
    engine.dispose()


def test_a_preview_is_what_setting_the_limits_does(store: Store) -> None:
    cuts = Cuts("probability", 30.0, 5.0)
    preview = store.band_limits.preview("", cuts)
    store.band_limits.put("", LimitsBody(by=cuts.by, hot=30.0, warm=5.0), cuts, None, NOW)
    with store.team._engine.connect() as connection:
        rows = connection.execute(select(RANKING.c.band, RANKING.c.probability)).all()
    for band, count in preview.items():
        own = [row.probability for row in rows if row.band == band]
        assert (count.leads, count.expected) == (len(own), pytest.approx(sum(own)))


def test_the_refresher_ranks_by_the_limits_and_knows_when_leads_became_hot(store: Store) -> None:
    engine, limits = store.team._engine, LimitsBody(by="score", hot=0.0, warm=0.0)
    stored = store.band_limits.put("", limits, Cuts("score", 90.0, 60.0), None, NOW)
    loaded = LoadedModel(served.artifact(), 1)
    refresher = Refresher(engine, batch=100)
    while refresher.step(loaded.with_limits(stored), moment(NOW) + 1):
        pass
    with engine.connect() as connection:
        assert set(connection.execute(select(RANKING.c.band)).scalars()) == {"hot"}
        hot = set(connection.execute(select(HOT_MOMENTS.c.lead_id)).scalars())
    assert hot == {one.lead_id for one in LEADS}


def test_leads_change_their_band_in_slices_and_others_write_in_between(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(band_limits, "SLICE", 1)
    engine, between, moved = store.team._engine, [], []

    def pause(seconds: float) -> None:
        assert 0.0 < seconds < 1.0
        store.ingest.put_lead(f"new-{len(between)}", LeadBody(created_at=NOW), NOW)
        between.append(seconds)

    def count(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        if statement.lstrip().upper().startswith("UPDATE RANKING SET BAND"):
            moved.append(cursor.rowcount)

    event.listen(engine, "after_cursor_execute", count)
    body, own = LimitsBody(by="probability", hot=100.0, warm=100.0), Cuts("score", 90.0, 60.0)
    StoredLimits(engine, pause).put("", body, own, None, NOW)
    event.remove(engine, "after_cursor_execute", count)
    assert max(moved) == 1, "no transaction moves more leads than a slice"
    assert len(moved) == len(between) > 1, "a writer came in after every slice"
    with engine.connect() as connection:
        assert set(connection.execute(select(RANKING.c.band)).scalars()) == {"cold"}


def test_newer_limits_stop_the_slices_of_older_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(band_limits, "SLICE", 1)
    own, pauses = Cuts("score", 90.0, 60.0), []

    def pause(_: float) -> None:
        pauses.append(1)
        if len(pauses) == 1:
            newer = LimitsBody(by="score", hot=100.0, warm=100.0)
            StoredLimits(store.team._engine, lambda _: None).put("", newer, own, None, NOW)

    older = LimitsBody(by="score", hot=0.0, warm=0.0)
    StoredLimits(store.team._engine, pause).put("", older, own, None, NOW)
    assert len(pauses) == 1
    with store.team._engine.connect() as connection:
        rows = connection.execute(select(RANKING.c.band, RANKING.c.score)).all()
    assert {row.band for row in rows if row.score < 100.0} == {"cold"}
