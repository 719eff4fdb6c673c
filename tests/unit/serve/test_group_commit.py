"""What waits is written together, and who waits is told once it is written."""

import asyncio
from threading import Event

import pytest

from serve.store.receipts.group_commit import GroupCommit


class Writer:
    """A place to write to that holds the first batch up, and refuses some."""

    def __init__(self) -> None:
        self.go = Event()
        self.batches: list[list[str]] = []

    def __call__(self, items: list[str]) -> None:
        self.go.wait(10)
        if "disk" in items:
            raise OSError("no room")
        if "bad" in items:
            raise ValueError("an item")
        self.batches.append(items)


def written(*items: str) -> tuple[Writer, list[BaseException | None]]:
    """Hand items over at once; give what became of each."""
    writer = Writer()
    commits = GroupCommit[str](writer, (ValueError,))

    async def ask() -> list[BaseException | None]:
        waiting = [commits.written([item]) for item in items]
        asyncio.get_running_loop().call_later(0.05, writer.go.set)
        return await asyncio.gather(*waiting, return_exceptions=True)

    errors = asyncio.run(ask())
    commits.close()
    return writer, errors


def test_what_waits_is_written_together() -> None:
    writer, errors = written(*"abcdef")
    assert errors == [None] * 6
    assert [item for batch in writer.batches for item in batch] == list("abcdef")
    assert len(writer.batches) <= 2


def test_an_item_suffers_alone_what_it_is_to_blame_for() -> None:
    writer, errors = written("first", "a", "bad", "b")
    assert [type(one) for one in errors] == [type(None), type(None), ValueError, type(None)]
    assert [item for batch in writer.batches for item in batch] == ["first", "a", "b"]


def test_a_full_disk_is_reported_to_all_and_passes() -> None:
    items = ("first", "a", "disk")
    writer, errors = written(*items)
    committed = [item for batch in writer.batches for item in batch]
    assert "disk" not in committed
    assert [one is None for one in errors] == [item in committed for item in items]
    assert {type(one) for one in errors if one is not None} == {OSError}


def test_threads_wait_too_and_nothing_is_accepted_after_the_end() -> None:
    writer = Writer()
    writer.go.set()
    commits = GroupCommit[str](writer)
    commits.put(["a"]).result(10)
    commits.close()
    assert writer.batches == [["a"]]
    with pytest.raises(RuntimeError, match="closed"):
        commits.put(["b"])


def test_who_went_away_holds_nobody_up() -> None:
    writer = Writer()
    commits = GroupCommit[str](writer)

    async def ask() -> None:
        gone, stays = commits.written(["gone"]), commits.written(["stays"])
        gone.cancel()
        writer.go.set()
        await stays

    asyncio.run(ask())
    commits.close()
    assert [item for batch in writer.batches for item in batch] == ["gone", "stays"]
