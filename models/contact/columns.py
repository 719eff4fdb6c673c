"""Columns cut into bins: what effects, outcomes and chances of a contact are linear in.

Decided here: a number has at most five bins of equal shares, a category its eight most frequent
values and the rest together; missing is a bin of its own. Each estimate is then a sum of one number
a column, which is its reason, exactly. Bins are drawn from the columns alone, never from outcomes.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.stats.training_set import Floats

Codes = NDArray[np.int64]
_BINS: Final = 5
_VALUES: Final = 8
_FEWEST: Final = 0.01
"""A value of a category that fewer have belongs to the rest."""
REST, MISSING = "…", "–"


@dataclass(frozen=True)
class EffectColumn:
    """One column: its name, and the upper ends of its bins (numbers) or its values (categories).

    Attributes
    ----------
    name
        What it is.
    ends
        Shape (bins - 1,): a number lies in the first bin whose end it does not exceed; None for a
        category.
    levels
        The names of the bins, the last of them for what is missing.
    """

    name: str
    ends: Floats | None
    levels: tuple[str, ...]

    def codes(self, column: pd.Series) -> Codes:
        """Return the bin of each row."""
        last = len(self.levels) - 1
        if self.ends is not None:
            number = column.to_numpy(np.float64)
            return np.where(np.isnan(number), last, np.searchsorted(self.ends, number))
        place = pd.Index(self.levels[:-1]).get_indexer(pd.Index(column.astype("object")))
        rest = np.where(place < 0, max(last - 1, 0), place)
        return np.where(column.isna().to_numpy(), last, rest).astype(np.int64)


@dataclass(frozen=True)
class ColumnBinning:
    """All columns, and which entry of a row of indicators belongs to which of them."""

    columns: tuple[EffectColumn, ...]

    @property
    def first_bin(self) -> Codes:
        """Shape (columns + 1,): the number of the first bin of each column, and of all bins."""
        return np.cumsum([0, *(len(one.levels) for one in self.columns)])

    @property
    def column_of(self) -> Codes:
        """Shape (indicators,): the number of the column of each indicator."""
        return np.repeat(np.arange(len(self.columns)), np.diff(self.first_bin))

    def bins(self, frame: pd.DataFrame) -> Codes:
        """Return the number of the bin of each column, among all bins: shape (rows, columns)."""
        codes = [one.codes(frame[one.name]) for one in self.columns]
        return np.array(codes, np.int64).reshape(-1, len(frame)).T + self.first_bin[:-1]

    def indicators(self, frame: pd.DataFrame) -> Floats:
        """Return 1 where a row lies in a bin: shape (rows, indicators)."""
        out = np.zeros((len(frame), int(self.first_bin[-1])))
        np.put_along_axis(out, self.bins(frame), 1.0, axis=1)
        return out

    def names(self) -> list[tuple[str, str]]:
        """Return the column and the bin of each indicator."""
        return [(one.name, level) for one in self.columns for level in one.levels]


def binned(frame: pd.DataFrame, names: Sequence[str] | None = None) -> ColumnBinning:
    """Draw the bins of the columns of a frame; a column with one bin alone is left out.

    >>> binned(pd.DataFrame({"size": ["S", "L", "S"], "same": [1, 1, 1]})).names()
    [('size', 'S'), ('size', 'L'), ('size', '…'), ('size', '–')]

    Parameters
    ----------
    frame
        One row a lead and moment; numbers, or categories.
    names
        The columns that are used; None for all.
    """
    chosen = frame.columns if names is None else names
    made = [_column(str(name), frame[name]) for name in chosen]
    varied = [one for one in made if len(np.unique(one.codes(frame[one.name]))) > 1]
    return ColumnBinning(tuple(varied))


def _column(name: str, column: pd.Series) -> EffectColumn:
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        number = column.to_numpy(np.float64)
        known = number[np.isfinite(number)]
        shares = np.arange(1, _BINS) / _BINS
        ends = np.unique(np.quantile(known, shares, method="lower")) if len(known) else np.zeros(0)
        ends = ends[ends < known.max()] if len(known) else ends
        return EffectColumn(name, ends, (*_spans(ends), MISSING))
    counted = column.astype("object").dropna().value_counts()
    frequent = counted[counted >= max(_FEWEST * len(column), 1)].index[:_VALUES]
    return EffectColumn(name, None, (*map(str, frequent), REST, MISSING))


def _spans(ends: Floats) -> list[str]:
    """Name the bins of a number by their ends."""
    if not len(ends):
        return ["all"]
    texts = [f"{end:.3g}" for end in ends]
    between = [f"{low} – {high}" for low, high in itertools.pairwise(texts)]
    return [f"≤ {texts[0]}", *between, f"> {texts[-1]}"]
