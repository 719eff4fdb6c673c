"""After a promotion the numbers of all ranked leads come first; in the end nothing differs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Table, delete, event, insert, select, update
from sqlalchemy.dialects import postgresql

from features.encoders.moments import moment_of
from models.artifact import artifact
from serve.processes import refresher
from serve.processes.refresher import Refresher
from serve.ranking.rows import rescored
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine
from serve.store.ranking import outdated, refreshing, rescoring
from serve.store.ranking.outdated import Outdated, Sweep
from serve.store.ranking.refreshing import Refreshing
from serve.store.ranking.rescoring import NUMBERS, Rescoring
from serve.store.tables import LEADS as LEADS_TABLE
from serve.store.tables import RANKING, RANKING_MARKS
from tests import served
from tests.clocked import Clock
from tests.ranked_company import LEADS, Company


@pytest.fixture
def company(models: Path, url: str, client: TestClient, clock: Clock) -> Iterator[Company]:
    engine = open_engine(url)
    loaded = LoadedModel(artifact.load(models / "models" / served.artifact().fingerprint), 1)
    yield Company(client, engine, loaded, clock)
    engine.dispose()


def stored(company: Company, table: Table) -> dict[str, dict[str, Any]]:
    """Return the rows of a table as they stand in the database, by lead."""
    with company.engine.connect() as connection:
        rows = connection.execute(select(table)).mappings().all()
    return {row["lead_id"]: dict(row) for row in rows}


def restore(company: Company, tables: dict[Table, dict[str, dict[str, Any]]]) -> None:
    with company.engine.begin() as connection:
        for table, rows in tables.items():
            connection.execute(delete(table))
            connection.execute(insert(table), list(rows.values()))


def test_another_model_shows_in_all_rows_before_any_trend_is_computed(company: Company) -> None:
    company.refresh()
    before = stored(company, RANKING)
    company.loaded = LoadedModel(served.artifact(1), 2)
    moment = moment_of(company.clock.at)
    assert company.refresher.step(company.loaded, moment) == len(before)
    first = stored(company, RANKING)
    assert {row["model_fingerprint"] for row in first.values()} == {company.loaded.fingerprint}
    assert {row["trend"] for row in first.values()} == {"not_enough_information"}
    company.refresh()
    after = stored(company, RANKING)
    assert {row["trend"] for row in after.values()} != {"not_enough_information"}
    for lead_id, row in after.items():
        assert [first[lead_id][name] for name in NUMBERS] == [row[name] for name in NUMBERS]


def test_whether_numbers_came_first_makes_no_difference_in_the_end(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.refresh()
    with company.engine.begin() as connection:  # hot once, and not by the former model
        connection.execute(update(RANKING).values(band="cold", crossed_at=1))
    tables = {RANKING: stored(company, RANKING), RANKING_MARKS: stored(company, RANKING_MARKS)}
    company.clock.at += timedelta(minutes=1)
    company.loaded = LoadedModel(served.artifact(1), 2)
    company.refresh()
    with_numbers = stored(company, RANKING)
    restore(company, tables)
    company.refresher = Refresher(company.engine, batch=7)
    at_once: tuple[list[str], Sweep] = ([], Sweep(rescored=True))
    monkeypatch.setattr(Outdated, "to_rescore", lambda *_arguments: at_once)
    assert company.refresh() == LEADS
    assert stored(company, RANKING) == with_numbers
    hot = [row for row in with_numbers.values() if row["band"] == "hot"]
    assert hot
    assert all(row["crossed_at"] > 1 for row in hot)


def mates_of(rows: dict[str, dict[str, Any]], lead_ids: list[str]) -> set[str]:
    names = {rows[one]["account_id"] for one in lead_ids} - {None}
    return {one for one, row in rows.items() if row["account_id"] in names}


def by_the_model(company: Company) -> set[str]:
    """Return the leads whose rows are of the model in use."""
    prints = {one: row["model_fingerprint"] for one, row in stored(company, RANKING).items()}
    return {one for one in prints if prints[one] == company.loaded.fingerprint}


def test_the_hottest_come_first_then_all_others_by_id(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.refresh()
    before = stored(company, RANKING)
    tables = {RANKING: before, RANKING_MARKS: stored(company, RANKING_MARKS)}
    hottest = sorted(before, key=lambda one: (before[one]["rank_key"], one))
    company.loaded = LoadedModel(served.artifact(1), 2)
    company.refresh()
    at_once = stored(company, RANKING)
    restore(company, tables)
    monkeypatch.setattr(outdated, "HOTTEST", 5)
    monkeypatch.setattr(refresher, "RESCORED", 7)
    company.refresher = Refresher(company.engine, batch=7)
    first = {*hottest[:5], *mates_of(before, hottest[:5])}
    others = [one for one in sorted(before) if one not in first][:7]
    for expected in (first, {*first, *others, *mates_of(before, others)}):
        company.refresher.step(company.loaded, moment_of(company.clock.at))
        assert by_the_model(company) == expected
    company.refresh()
    assert stored(company, RANKING) == at_once


def test_more_accounts_take_no_more_statements(company: Company) -> None:
    company.refresh()
    counted = []
    for accounts in (1, 12):
        with company.engine.begin() as connection:
            for n in range(LEADS):
                row, name = {"of": f"L-{n}"}, {"account_id": f"acme-{n % accounts}"}
                for table in (LEADS_TABLE, RANKING):
                    own = table.c.lead_id == row["of"]
                    connection.execute(update(table).where(own).values(name))
            connection.execute(update(RANKING).values(model_fingerprint="a former model"))
        company.refresher = Refresher(company.engine, batch=LEADS)
        statements: list[str] = []
        listener = ("before_cursor_execute", lambda *args, to=statements: to.append(args[2]))
        event.listen(company.engine, *listener)
        assert company.refresher.step(company.loaded, moment_of(company.clock.at)) == LEADS
        event.remove(company.engine, *listener)
        assert len(by_the_model(company)) == len(stored(company, RANKING))
        counted.append(len(statements))
    assert counted[1] == counted[0]


def test_rows_of_a_target_that_is_no_longer_served_are_not_outdated(company: Company) -> None:
    company.refresh()
    rows = stored(company, RANKING).values()
    former = [row | {"target": "upsell", "model_fingerprint": "a former model"} for row in rows]
    with company.engine.begin() as connection:
        connection.execute(insert(RANKING), former)
    company.refresher = Refresher(company.engine, batch=7)
    assert company.refresh() == 0


def test_leads_that_large_accounts_left_out_come_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.refresh()
    monkeypatch.setattr(refreshing, "_ENOUGH", 0)
    company.loaded = LoadedModel(served.artifact(1), 2)
    company.refresher = Refresher(company.engine, batch=7)
    company.refresh()
    prints = {row["model_fingerprint"] for row in stored(company, RANKING_MARKS).values()}
    assert prints == {company.loaded.fingerprint}


def test_numbers_are_not_written_for_a_lead_that_has_changed(company: Company) -> None:
    company.refresh()
    store, writing = Refreshing(company.engine, 50), Rescoring(company.engine, {})
    due = store.read(["L-2", "L-3"])
    company.act(2, [0.001])
    at, by = moment_of(company.clock.at), {"": "other"}
    numbers = {"": rescored(due, company.loaded, at)}
    assert writing.write(numbers, due, (by, at)) == 1
    prints = {one: row["model_fingerprint"] for one, row in stored(company, RANKING).items()}
    assert (prints["L-2"], prints["L-3"]) == (company.loaded.fingerprint, "other")
    assert writing.write(numbers, due, (by, at)) == 0


def test_numbers_get_their_turn_while_leads_are_changed_all_the_time(company: Company) -> None:
    company.refresh()
    company.loaded = LoadedModel(served.artifact(1), 2)
    for _ in range(3):
        company.act(2, [0.001])
        company.clock.at += timedelta(seconds=1)
        company.refresher.step(company.loaded, moment_of(company.clock.at))
    prints = {row["model_fingerprint"] for row in stored(company, RANKING).values()}
    assert prints == {company.loaded.fingerprint}


def test_what_cannot_be_written_together_is_refreshed_lead_by_lead(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.refresh()
    company.loaded = LoadedModel(served.artifact(1), 2)

    def broken(*_arguments: object) -> int:
        raise ValueError("a planted fault")

    monkeypatch.setattr(Rescoring, "write", broken)
    company.refresh()
    rows = stored(company, RANKING).values()
    assert {row["model_fingerprint"] for row in rows} == {company.loaded.fingerprint}


def test_postgresql_finds_the_rows_by_their_whole_key() -> None:
    """A constant target lets a table without statistics be read whole for each transaction."""
    statement = str(rescoring._together().compile(dialect=postgresql.dialect()))
    assert "ranking.lead_id = fresh.lead_id AND ranking.target = fresh.target" in statement
