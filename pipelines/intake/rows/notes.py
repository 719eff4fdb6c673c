"""What was noticed while a row was read.

Decided here: a note travels with its row in the hidden column `_notes`, through pieces and
partitions, so that the data checks, which come later, can name the row. Hidden columns begin with
`_` and are never written to the store.
"""

from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NoteKind = Literal[
    "missing",
    "time",
    "number",
    "value",
    "ambiguous",
    "nonexistent",
    "later_without_time",
    "undated_win",
    "free_mail",
    "bytes",
]
PLACE: Final = "_place"
ROW: Final = "_row"
NOTES: Final = "_notes"
RULE: Final = "_rule"
AUDIT: Final = "_audit:"
"""Before the name of a protected attribute, which goes beside the tables and never into them."""
DISPLAY: Final = "_display:"
"""Before the name of what is shown of a lead, which goes beside the tables and never into them."""
HIDDEN: Final = (PLACE, ROW, NOTES, RULE)
_LONGEST_VALUE: Final = 60


class Notes:
    """The notes of some rows, gathered while their columns are read."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._by_row: dict[int, list[str]] = {}

    def add(
        self, kind: NoteKind, column: str, rows: NDArray[np.bool_], values: pd.Series | None = None
    ) -> None:
        """Note `kind` about `column` in the flagged rows, with the value that stood there.

        Parameters
        ----------
        kind
            What kind of note.
        column
            The canonical column.
        rows
            Shape (rows,): which rows.
        values
            Shape (rows,): what stood there, if that is worth stating.
        """
        for row in np.flatnonzero(rows):
            value = "" if values is None else str(values.iloc[row])[:_LONGEST_VALUE]
            clean = value.replace("\t", " ").replace("\n", " ")
            self._by_row.setdefault(int(row), []).append(f"{kind}\t{column}\t{clean}")

    def flagged(self, kind: NoteKind, column: str) -> NDArray[np.bool_]:
        """Return which rows bear a note of this kind about this column.

        Parameters
        ----------
        kind
            What kind of note.
        column
            The canonical column.
        """
        start = f"{kind}\t{column}\t"
        flags = np.zeros(self._rows, dtype=bool)
        for row, lines in self._by_row.items():
            flags[row] = any(line.startswith(start) for line in lines)
        return flags

    def column(self) -> pd.Series:
        """Return the notes of every row as text, missing where there are none."""
        notes: NDArray[np.object_] = np.full(self._rows, None, dtype=object)
        for row, lines in self._by_row.items():
            notes[row] = "\n".join(lines)
        return pd.Series(notes, dtype="str")


def noted(notes: pd.Series, kind: NoteKind) -> NDArray[np.bool_]:
    """Return which rows bear a note of a kind.

    Parameters
    ----------
    notes
        Shape (rows,): the notes of each row as one text.
    kind
        What kind of note.
    """
    return notes.str.contains(rf"(?:^|\n){kind}\t", regex=True, na=False).to_numpy(bool)


def spell(notes: str, kind: NoteKind) -> list[str]:
    r"""Write the notes of a kind: `occurred_at = 'abc'`.

    >>> spell("time\toccurred_at\tabc", "time")
    ["occurred_at = 'abc'"]

    Parameters
    ----------
    notes
        The notes of one row.
    kind
        What kind of note.
    """
    lines = [line.split("\t", 2) for line in notes.split("\n")]
    return [f"{column} = {value!r}" if value else column for k, column, value in lines if k == kind]
