"""Full collections wait for a quiet moment; what one request held is given back in slices."""

import gc
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from serve.http.garbage import GarbageCollection, give_back

MANY = 40_000


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    _ = gc.enable() if enabled else gc.disable()


@pytest.fixture
def full() -> Iterator[list[int]]:
    """Count the full collections."""
    counts: list[int] = []

    def note(phase: str, facts: dict[str, Any]) -> None:
        if phase == "start" and facts["generation"] == 2:
            counts.append(1)

    gc.callbacks.append(note)
    yield counts
    gc.callbacks.remove(note)


def hold_many() -> list[Any]:
    return [[n] for n in range(MANY)]


def test_many_new_objects_start_no_full_collection(full: list[int]) -> None:
    GarbageCollection.begin()
    gc.freeze()  # what other tests left does not count among the old objects
    gc.collect()
    full.clear()
    held = [hold_many(), hold_many()]
    assert full == []
    gc.set_threshold(700, 10, 1)
    held.append(hold_many())
    assert full, "the planted fault: old objects are looked at as often as young ones"


def test_a_full_collection_waits_until_it_is_quiet(full: list[int]) -> None:
    moment, busy = [0.0], [True]
    garbage = GarbageCollection(lambda: busy[0], lambda: moment[0])
    for at, is_busy, count in (
        (59.0, False, 0), (61.0, True, 0), (599.0, True, 0), (600.0, True, 1), (659.0, False, 1),
        (661.0, False, 2),
    ):  # fmt: skip
        moment[0], busy[0] = at, is_busy
        garbage.collect()
        assert len(full) == count, at


def test_long_lists_are_emptied() -> None:
    first, second = hold_many(), hold_many()
    holders = sys.getrefcount(first[0])
    give_back([first, second])
    assert (first, second) == ([], [])
    assert holders
