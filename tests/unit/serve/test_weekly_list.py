"""The week's list with a random share: who is drawn, marked, kept, and held to account."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from features.errors import BadInput
from models.evaluation.lift import lift
from pipelines.lifecycle import lift as lifting
from pipelines.run.params_file import parse
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from serve.pages.ranking.csv_file import BOM
from serve.ranking.weekly_list import Draw, lot
from serve.scoring.pointer import point
from serve.store.engine import moment, open_engine
from serve.store.schema_versions import upgrade
from serve.store.tables import FEEDBACK, OUTCOMES, RECEIPTS, WORKED_LISTS
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import enter, opened

LEADS = [Planted(f"L-{n:02}", max(0, 12 - n), "sato") for n in range(20)]
WEEK = timedelta(days=7)
PARAMS = "cohort: {horizon_days: 30}\n"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    return folder


@pytest.fixture(scope="module")
def boss(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place = tmp_path_factory.mktemp("store")
    with opened(models, place, LEADS, explore_share=0.3) as client:
        yield enter(client, "boss")


def planned(client: TestClient, take: int, **more: str) -> list[tuple[str, str]]:
    """Return the ids of the list, and how each was chosen."""
    query = "&".join(f"{name}={one}" for name, one in {"take": take, "lang": "en", **more}.items())
    text = client.get(f"/ranking.csv?{query}").text.removeprefix(BOM)
    return [(row["Lead"], row.get("Chosen", "")) for row in csv.DictReader(io.StringIO(text))]


def stored(client: TestClient) -> dict[str, str]:
    with client.engine.connect() as connection:  # type: ignore[attr-defined]
        rows = connection.execute(select(WORKED_LISTS.c.lead_id, WORKED_LISTS.c.chosen_by)).all()
    return {str(lead): str(by) for lead, by in rows}


def test_the_last_places_are_drawn_below_the_cut_and_marked(boss: TestClient) -> None:
    first = planned(boss, 10)
    whole = [lead for lead, _ in planned(boss, 20)]
    assert [lead for lead, by in first if by == "by rank"] == whole[:7]
    drawn = [lead for lead, by in first if by == "drawn at random"]
    assert len(drawn) == 3
    assert set(drawn) <= set(whole[7:])
    assert planned(boss, 10) == first
    page = boss.get("/?take=10&lang=en").text
    assert page.count('<span class="tag">drawn at random</span>') == 3
    assert "Take the first 7 leads" in page
    assert "The last 3 are drawn at random from the leads below" in page
    japanese = boss.get("/?take=10&lang=ja").text
    assert japanese.count("無作為に選択") == 3
    assert re.search(r"最後の3件は、それより下のリードから無作為に選び", japanese)


def test_a_shown_lead_is_stored_as_it_was_first_chosen(boss: TestClient) -> None:
    first = dict(planned(boss, 10))
    planned(boss, 19)
    response = stored(boss)
    for lead, by in first.items():
        assert response[lead] == ("rank" if by == "by rank" else "lot")


def test_where_all_fit_or_nothing_is_explored_nothing_is_drawn(
    boss: TestClient, models: Path, tmp_path: Path
) -> None:
    assert {by for _, by in planned(boss, 20)} == {""}
    with opened(models, tmp_path, LEADS[:4]) as client:
        enter(client, "boss")
        assert {by for _, by in planned(client, 2)} == {""}
        assert stored(client) == {}


def test_every_lead_below_has_the_same_chance_in_any_week() -> None:
    weeks = [Draw(0.1, 0, NOW + n * WEEK) for n in range(400)]
    ids = [f"L{n}" for n in range(10)]
    first = [min(ids, key=lambda one, d=draw: lot(d, one)) for draw in weeks]  # type: ignore[misc]
    counts = np.array([first.count(one) for one in ids])
    assert ((counts - 40.0) ** 2 / 40.0).sum() < 23.6  # chi-squared of 9, one in 200
    assert lot(weeks[0], "L1") == lot(Draw(0.1, 0, weeks[0].week), "L1")
    assert lot(weeks[0], "L1") != lot(Draw(0.1, 1, NOW), "L1")


def test_a_share_beyond_half_is_refused(models: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(Exception, match=r"MIKOMI_EXPLORE_SHARE=0.7.*at most 0.5"),
        opened(models, tmp_path, [], explore_share=0.7),
    ):
        pass


def live(folder: Path, report: list[dict[str, Any]]) -> str:
    """Store lists, contacts and outcomes in a server's database."""
    url = f"sqlite:///{folder / 'live.db'}"
    engine = open_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        for n, one in enumerate(report):
            lead, at = f"L{n}", moment(NOW + one.get("after", timedelta(0)))
            row = {"lead_id": lead, "user_id": "", "week": 0, "at": at, "chosen_by": one["by"]}
            row |= {"probability": 0.1, "score": 50.0, "model_fingerprint": "m"}
            connection.execute(insert(WORKED_LISTS), [row])
            if one.get("contacted"):
                receipt = {column.name: "" for column in RECEIPTS.c}
                receipt |= {"receipt_id": lead, "lead_id": lead, "at": at, "cutoff": at}
                receipt |= {"model_version": 1, "input": b"", "answer": b"", "erased_at": None}
                connection.execute(insert(RECEIPTS), [receipt])
                response = {"receipt_id": lead, "verdict": "contacted", "at": at + one["contacted"]}
                connection.execute(insert(FEEDBACK), [response])
            if one.get("won"):
                won = {"lead_id": lead, "deal_id": "", "outcome": "won", "revision": 1}
                won |= {"occurred_at": at + 86_400_000_000, "known_at": at + 86_400_000_000}
                connection.execute(insert(OUTCOMES), [won])
    engine.dispose()
    return url


def group(by: str, leads: int, won: int, **more: Any) -> list[dict[str, Any]]:
    return [{"by": by, "won": n < won, "contacted": 1, **more} for n in range(leads)]


def lifted(folder: Path, report: list[dict[str, Any]], days: float = 40.0) -> dict[str, Any]:
    job = Job(parse(PARAMS), Workspace("live", folder))
    facts = lifting.run(job, live(folder, report), pd.Timestamp(NOW) + pd.Timedelta(days=days))
    assert facts == json.loads(job.places.lift.read_text("utf-8"))
    return facts


def test_lift_is_computed_from_the_random_share(tmp_path: Path) -> None:
    away = group("rank", 40, 40, contacted=0)
    report = lifted(tmp_path, [*group("rank", 60, 30), *group("lot", 40, 4), *away])
    comparison = report["contacted"]
    assert (comparison["ranked"]["conversions"], comparison["drawn"]["conversions"]) == (30, 4)
    assert comparison["lift"]["value"] == pytest.approx(5.0)
    assert 1.0 < comparison["lift"]["low"] < 5.0 < comparison["lift"]["high"]
    assert comparison["said"].startswith("leads by rank convert 5.00 times as often")
    assert report["listed"]["ranked"]["leads"] == 100
    assert report["listed"]["ranked"]["contacted"] == 60


def test_labels_are_missing_until_the_horizon_is_over(tmp_path: Path) -> None:
    young = group("rank", 30, 30, after=timedelta(days=20))
    report = lifted(tmp_path, [*group("rank", 30, 6), *group("lot", 30, 2), *young])
    assert report["contacted"]["ranked"]["leads"] == 60
    assert report["contacted"]["ranked"]["matured"] == 30
    assert report["contacted"]["ranked"]["conversions"] == 6


def test_a_contact_long_after_a_list_does_not_belong_to_it(tmp_path: Path) -> None:
    late = round(15 * 86_400e6)
    report = lifted(tmp_path, group("rank", 5, 1, contacted=late))
    assert report["contacted"]["ranked"]["leads"] == 0
    assert report["contacted_off_the_lists"] == 5


def test_too_little_data_is_reported(tmp_path: Path) -> None:
    report = lifted(tmp_path, [*group("rank", 30, 4), *group("lot", 3, 0)])
    assert not report["contacted"]["enough"]
    assert report["contacted"]["said"].startswith(
        "too little to say: 30 matured by rank and 3 by lot"
    )
    assert report["contacted"]["drawn"]["rate"]["high"] > 0.4
    none = lift(np.repeat([1.0, 0.0], [30, 70]), np.zeros(100))
    assert "nobody drawn by lot has converted yet; lift at least" in lifting.sentence(none)


def test_without_lists_it_says_how_they_come_about(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="MIKOMI_EXPLORE_SHARE"):
        lifted(tmp_path, [])
