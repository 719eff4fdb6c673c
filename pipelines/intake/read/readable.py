"""The interface of every source: a file, a query or a table of the server's store.

Decided here: a piece carries the place it came from and the number of its first row there, so that
every row can be found again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pandas as pd


@dataclass(frozen=True)
class Piece:
    """Some rows of a source: `first_row` counts from 1 in `place`, `before` rows in the source."""

    frame: pd.DataFrame
    place: str
    first_row: int
    before: int


@dataclass(frozen=True)
class Input:
    """What was read: for the manifest."""

    source: str
    place: str
    sha256: str


class Readable(Protocol):
    """A source that is ready to be read: a `Reader`, or a table of the server's store."""

    def columns(self) -> tuple[str, ...]:
        """Name the columns."""

    def estimated_rows(self) -> int:
        """Return about how many rows there are."""

    def pieces(self, rows: int) -> Iterator[Piece]:
        """Read the source, at most `rows` rows at a time."""

    def inputs(self) -> list[Input]:
        """List what is read."""
