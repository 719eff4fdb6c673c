"""Scores in a table of somebody's database: SQLite and PostgreSQL alike."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text

from features.errors import BadRequest, MikomiError
from pipelines.connect.connection import draft
from pipelines.connect.credentials import Credentials
from pipelines.connect.pull import pull
from pipelines.connect.push import Pushed, PushRules, push
from pipelines.connect.rest_client import CallRefused
from pipelines.connect.score_fields import FIELDS, Wording
from pipelines.connect.state import State
from pipelines.connect.systems.sql import SqlDatabase
from tests.crms.histories import Scores

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DEALS = 1_203


class Company:
    """A database with deals, a connection to it, and scores."""

    def __init__(self, url: str, folder: Path) -> None:
        address = url.replace("postgresql://", "postgresql+psycopg://")
        self.engine: Engine = create_engine(address)
        self.do("create table deals (id integer primary key, stage text, changed integer)")
        with self.engine.begin() as connection:
            rows = [{"id": n, "changed": n % 7} for n in range(1, DEALS + 1)]
            connection.execute(text("insert into deals values (:id, 'open', :changed)"), rows)
        tables = {"deals": {"place": "deals", "key": "id", "changed": "changed"}}
        made = draft("sql", "sql", {"tables": tables, "scores": "lead_scores"})
        self.crm = SqlDatabase(made, Credentials({"URL": address}))
        self.state = State(folder / "state.db")
        self.scores = Scores(random.Random(3))  # noqa: S311 - a test's own
        self.scores.calm = True
        for n in range(1, DEALS + 1):
            self.scores.move(str(n), NOW)
        self.statements: list[str] = []
        listen = lambda *event: self.statements.append(event[2])  # noqa: E731
        event.listen(self.crm._engine, "before_cursor_execute", listen)

    def do(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def pushed(self, *, whole: bool = False, pulled: bool = True) -> Pushed:
        if pulled:
            pull(self.crm, self.state, NOW, whole=True, accept=True)
        self.statements.clear()
        return push(self.crm, self.state, self.scores, NOW, PushRules(Wording("ja"), whole=whole))

    def rows(self) -> dict[str, tuple[float, str, str]]:
        with self.engine.connect() as connection:
            query = "select lead_id, mikomi_score, mikomi_band, mikomi_hot_until from lead_scores"
            return {r[0]: (r[1], r[2], str(r[3] or "")) for r in connection.execute(text(query))}

    def close(self) -> None:
        self.crm.close()
        self.state.close()
        self.engine.dispose()


@pytest.fixture
def company(url: str, tmp_path: Path) -> Iterator[Company]:
    made = Company(url, tmp_path)
    yield made
    made.close()


def test_scores_are_written_once_and_then_only_what_changed(company: Company) -> None:
    assert company.crm.faults() == []
    assert company.pushed()[:3] == (DEALS, 0, 0)
    rows = company.rows()
    assert len(rows) == DEALS
    row = company.scores.rows["7"]
    band = {"hot": "ホット", "warm": "ウォーム", "cold": "コールド"}[row["band"]]
    assert rows["7"][:2] == (pytest.approx(round(row["score"])), band)
    assert company.pushed(pulled=False)[:3] == (0, 0, DEALS)
    assert not [one for one in company.statements if one.startswith(("INSERT", "UPDATE"))]
    before = company.scores.rows["7"]["score"]
    company.scores.rows["7"]["score"] = before - 30 if before > 50 else before + 30
    assert company.pushed()[:3] == (1, 0, DEALS - 1)
    assert {k for k, v in company.rows().items() if v != rows[k]} == {"7"}


def test_a_full_resync_doubles_nothing_and_changes_nothing(company: Company) -> None:
    company.pushed()
    rows = company.rows()
    assert company.pushed(whole=True)[:3] == (DEALS, 0, 0)
    assert company.rows() == rows


def test_a_row_that_somebody_changed_or_removed_is_mended(company: Company) -> None:
    company.pushed()
    rows = company.rows()
    company.do("update lead_scores set mikomi_score = 1000 where lead_id = '5'")
    company.do("delete from lead_scores where lead_id = '6'")
    assert company.pushed()[:2] == (2, 0)
    assert company.rows() == rows


def test_a_lead_that_is_no_longer_ranked_has_no_row(company: Company) -> None:
    company.pushed()
    del company.scores.rows["9"]
    assert company.pushed()[:2] == (0, 1)
    assert "9" not in company.rows()
    company.do("delete from deals where id = 10")
    company.pushed()
    assert "10" not in company.rows(), "an erased lead has no score"


def test_a_ledger_that_forgot_writes_again_and_doubles_nothing(
    company: Company, tmp_path: Path
) -> None:
    company.pushed()
    rows = company.rows()
    company.state.close()
    company.state = State(tmp_path / "anew.db")
    company.pushed()
    assert company.rows() == rows


def test_a_table_of_something_else_is_refused(company: Company) -> None:
    company.do("create table lead_scores (lead_id varchar(20) primary key, mikomi_band text)")
    (fault,) = company.crm.faults()
    assert "lead_scores without mikomi_hot_until" in fault.observed
    with pytest.raises(BadRequest):
        company.pushed()


def test_values_that_the_table_does_not_take_are_refused_alone(company: Company) -> None:
    columns = ", ".join(f"{n} text" for n in FIELDS if n != "mikomi_band")
    company.do(
        f"create table lead_scores (lead_id varchar(20) primary key, {columns}, mikomi_band text "
        "check (mikomi_band <> '壊'))"
    )
    rows = {str(n): {"mikomi_band": "壊" if n == 3 else "x"} for n in range(1, 6)}
    with pytest.raises(CallRefused) as refused:
        company.crm.write(rows)
    assert refused.value.status == 422


def test_a_connection_without_a_table_for_scores_says_which_field(company: Company) -> None:
    tables = {"deals": {"place": "deals", "key": "id", "changed": "changed"}}
    bare = SqlDatabase(draft("sql", "sql", {"tables": tables}), company.crm._secrets)
    with pytest.raises(BadRequest, match=r"scores: sales\.mikomi_scores"):
        bare.write({"1": {"mikomi_score": "1"}})
    assert bare.prepare() == []
    bare.close()


@pytest.mark.parametrize("name", ["x; drop table deals", "a.b.c", "1x", '"deals"', "deals"])
def test_a_name_that_is_no_free_table_is_refused(name: str) -> None:
    tables = {"deals": {"place": "deals", "key": "id", "changed": "changed"}}
    with pytest.raises(MikomiError, match="scores"):
        draft("sql", "sql", {"tables": tables, "scores": name})
