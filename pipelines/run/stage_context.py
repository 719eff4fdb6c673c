"""The context of a stage: the parameters, the places, the time, and how to show progress."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from features.feature import Text
from pipelines.run.params import Params
from pipelines.run.target_params import TargetParams
from pipelines.run.workspace import Workspace

Track = Callable[[Iterable[Any], str, int], Iterator[Any]]
"""Goes through (things, what is done with them, how many there are)."""
Tell = Callable[[str, int, int | None], None]
"""Receives (what is done, how much of it, of how much; None: unknown)."""


def silently(things: Iterable[Any], _title: str, _total: int) -> Iterator[Any]:
    """Iterate over the things and show nothing.

    Parameters
    ----------
    things
        What is worked on.
    _title, _total
        What is done with them, and how many there are; not shown.
    """
    yield from things


def nobody(_title: str, _done: int, _total: int | None) -> None:
    """Show no progress.

    Parameters
    ----------
    _title, _done, _total
        What is done, how much of it, of how much; not shown.
    """


@dataclass(frozen=True)
class Job:
    """One call of a stage.

    Attributes
    ----------
    params, places
        What to do, and where things lie.
    now
        The moment of the call, by which dates in the future are recognised; None: unknown.
    track, tell
        How progress is shown, by a stage that goes through things and by one that counts.
    """

    params: Params
    places: Workspace
    now: pd.Timestamp | None = None
    track: Track = silently
    tell: Tell = nobody

    @property
    def target(self) -> TargetParams | None:
        """The target that this is about; None where params.yaml has no list `targets`."""
        return self.params.target(self.places.target)

    @property
    def target_text(self) -> Text | None:
        """What people call the target; None where params.yaml has no list `targets`."""
        return None if self.target is None else self.target.text
