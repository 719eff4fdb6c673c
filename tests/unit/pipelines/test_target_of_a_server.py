"""Rows of one target in the database of a server, for `mikomi shadow` and `mikomi lift`."""

from collections.abc import Iterator

import pandas as pd
import pytest
from sqlalchemy import Connection, create_engine, text

from features.errors import BadInput
from pipelines.lifecycle import lift
from pipelines.lifecycle.server_database import target_clause
from pipelines.run.params_file import parse
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace

LISTED = {"lead_id": ["a", "b", "c"], "at": 0, "chosen_by": "rank", "probability": 0.1, "score": 9}


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def job(target: str | None) -> Job:
    return Job(parse(""), Workspace("small", target=target))


def leads(connection: Connection, target: str | None) -> list[str]:
    return lift._listed(connection, job(target))["lead_id"].tolist()


def test_only_rows_of_the_target_are_read(connection: Connection) -> None:
    rows = pd.DataFrame(LISTED | {"target": ["", "opened", "opened"]})
    rows.to_sql("worked_lists", connection, index=False)
    assert leads(connection, None) == ["a"]
    assert leads(connection, "opened") == ["b", "c"]


def test_a_server_of_before_has_rows_of_the_default_target_alone(connection: Connection) -> None:
    pd.DataFrame(LISTED).to_sql("worked_lists", connection, index=False)
    assert leads(connection, None) == ["a", "b", "c"]
    with pytest.raises(BadInput, match="rows of target opened"):
        leads(connection, "opened")


def test_without_a_list_there_is_none(connection: Connection) -> None:
    assert lift._listed(connection, job("opened")).empty


def test_the_clause_is_a_condition_with_one_parameter(connection: Connection) -> None:
    connection.execute(text("create table receipts (target text)"))
    assert target_clause(connection, "receipts", job(None)) == "target = :target"
