"""The interface of every source: a file, a query or a table of the server's store.

Decided here: a piece carries the place it came from and the number of its first row there, so that
every row can be found again. What was noticed while a source was prepared travels with the rows it
is about.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Notice:
    """Something noticed about rows: a sentence, and what stood in some of them."""

    step: Literal["lookup", "derived"]
    sentence: str


@dataclass(frozen=True)
class Piece:
    """Some rows of a source: `first_row` counts from 1 in `place`, `before` rows in the source.

    `numbers` are those of the rows in `place` where rows between them were left out; `passed_over`
    counts the rows of the source that are in no piece, by ground; `notices` flag rows; `asides`
    count rows of other sources that were read for this one.
    """

    frame: pd.DataFrame
    place: str
    first_row: int
    before: int
    numbers: NDArray[np.int64] | None = None
    passed_over: Counter[str] = field(default_factory=Counter)
    notices: Mapping[Notice, NDArray[np.bool_]] = field(default_factory=dict)
    asides: Counter[Notice] = field(default_factory=Counter)

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """The number of each row in `place`, from 1."""
        if self.numbers is not None:
            return self.numbers
        return np.arange(self.first_row, self.first_row + len(self.frame), dtype="int64")


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
