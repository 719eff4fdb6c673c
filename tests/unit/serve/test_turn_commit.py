"""What one turn of the event loop brings is written together; what cannot be is handed over."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from serve.store.engine import open_engine
from serve.store.receipts.group_commit import GroupCommit
from serve.store.receipts.turn_commit import NoWaitConnection, TurnCommit


def written(
    *items: str, refuses: Exception | None = None, many: int = 1
) -> tuple[list[list[str]], list[list[str]]]:
    """Hand items over in one turn; give the batches written in the loop, and by the other."""
    here: list[list[str]] = []
    later: list[list[str]] = []

    def write(batch: list[str]) -> None:
        if refuses is not None:
            raise refuses
        here.append(batch)

    commits: GroupCommit[str] = GroupCommit(later.append)
    turns = TurnCommit(write, commits)

    async def ask() -> None:
        await asyncio.gather(*(turns.written([item] * many) for item in items))

    asyncio.run(ask())
    commits.close()
    return here, later


def test_a_turn_is_one_batch() -> None:
    assert written("a", "b", "c") == ([["a", "b", "c"]], [])


def test_what_cannot_be_written_here_is_handed_over_and_lost_nowhere() -> None:
    here, later = written("a", "b", "c", refuses=OSError("taken"))
    assert here == []
    assert [item for batch in later for item in batch] == ["a", "b", "c"]


def test_a_defect_reaches_every_caller_instead_of_being_written_around() -> None:
    with pytest.raises(KeyError):
        written("a", "b", refuses=KeyError("column"))


def test_a_large_batch_does_not_hold_the_loop_up() -> None:
    here, later = written("a", many=1_000)
    assert (here, len(later[0])) == ([], 1_000)


def test_a_lock_is_not_waited_for_and_then_it_goes_on(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'some.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("create table kept (name text unique)")
    ours = NoWaitConnection(engine)
    with engine.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        ours.execute("insert into kept values (?)", ["a"])
    ours.execute("insert into kept values (?)", ["a"])
    with pytest.raises(sqlite3.IntegrityError):
        ours.execute("insert into kept values (?)", ["a"])
    ours.execute("insert into kept values (?)", ["b"])
    with engine.connect() as connection:
        names = connection.exec_driver_sql("select name from kept order by name").scalars().all()
    assert names == ["a", "b"]
    ours.close()
    engine.dispose()
