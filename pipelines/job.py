"""What every stage is given: the parameters, the places, and how to show its progress."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.params import Params
from pipelines.workspace import Workspace

Track = Callable[[Iterable[Any], str, int], Iterator[Any]]
"""Goes through (things, what is done with them, how many there are)."""


def silently(things: Iterable[Any], _title: str, _total: int) -> Iterator[Any]:
    """Go through the things and show nothing."""
    yield from things


@dataclass(frozen=True)
class Job:
    """One call of a stage."""

    params: Params
    places: Workspace
    track: Track = silently
