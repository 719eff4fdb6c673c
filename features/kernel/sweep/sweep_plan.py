"""From records of features to the plan of a sweep.

Decided here: only keys and windows that some wanted record needs are counted, so that a catalog
of ten features costs as little as ten features. Cells and columns that follow each other are
written together, as runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from features.feature import Feature
from features.kernel.inputs import Indices
from features.kernel.sweep.counters import Cells, DaysWritten, Ends, Fading, Rates, Runs, Sums
from features.kernel.sweep.sweep_layout import SweepPlan
from features.timeline import DAY

VALUE_COLUMNS: Final = ("dwell_seconds", "amount")
RATE_DAYS: Final = (7.0, 30.0)
"""Acceleration: the rate of the first span against that of the rest of the second."""
FADING: Final = "decayed_count"
"""The measure whose `window_days` is a half-life: no window has to be followed for it."""


class PlannedColumn(NamedTuple):
    """A wanted record and its column of the matrix."""

    number: int
    feature: Feature


@dataclass(frozen=True)
class KeyTables:
    """Which key each activity counts under; -1 is none.

    Attributes
    ----------
    numbers
        Key of a record -> its number.
    for_all
        The key that all activities count under.
    of_code, of_pair
        The key of each activity type code and of each (type, topic) pair.
    """

    numbers: Mapping[str, int]
    for_all: int
    of_code: Sequence[int]
    of_pair: Sequence[int]


def plan_sweep(columns: Sequence[PlannedColumn], tables: KeyTables) -> SweepPlan:
    """Lay out the counters and choose which column each is written to.

    Parameters
    ----------
    columns
        The wanted records with their columns; may be empty.
    tables
        Which key each activity counts under.
    """
    return _Layout(columns, tables).plan()


class _Layout:
    """Keys in the order of the vocabulary, that of all activities (or of nobody) always."""

    def __init__(self, columns: Sequence[PlannedColumn], tables: KeyTables) -> None:
        self._columns = columns
        self._tables = tables
        wanted = {column.feature.key for column in columns}
        keys = [code for code, n in tables.numbers.items() if code in wanted or n == tables.for_all]
        self._key = {code: i for i, code in enumerate(keys)}
        self._key_count = len(keys) if tables.for_all >= 0 else len(keys) + 1
        self._windows = _windows([c.feature for c in columns if c.feature.measure != FADING])

    def plan(self) -> SweepPlan:
        """Return the plan."""
        of_number = {n: self._key[c] for c, n in self._tables.numbers.items() if c in self._key}
        any_key = of_number.get(self._tables.for_all, self._key_count - 1)
        of_code = [of_number.get(n, any_key) for n in self._tables.of_code]
        of_pair = [of_number.get(n, any_key) for n in self._tables.of_pair]
        wanted = [{*of_code} != {any_key}, {*of_pair} != {any_key}]
        return SweepPlan(
            windows=np.array([round(days * DAY) for days in self._windows], np.int64),
            key_count=self._key_count,
            kinds=_indices([kind for kind, any_wanted in enumerate(wanted) if any_wanted]),
            any_key=any_key,
            key_of_code=_cells(of_code),
            key_of_pair=_cells(of_pair),
            counts=self._runs(self._measured("count"), self._windows),
            rates=self._rates(),
            ends=self._ends(),
            dwell=self._sums("dwell_seconds"),
            amount=self._sums("amount"),
            days=self._days(),
            fading=self._fading(),
        )

    def _runs(self, columns: list[PlannedColumn], windows: list[float]) -> Runs:
        """Return the cells of the columns in planes of these windows and ever."""
        return runs([(self._cell(c, c.feature.window_days, windows), c.number) for c in columns])

    def _rates(self) -> Rates:
        recent, longer = RATE_DAYS
        columns = self._measured("acceleration")
        return (
            _cells([self._cell(c, recent, self._windows) for c in columns]),
            _cells([self._cell(c, longer, self._windows) for c in columns]),
            _numbers(columns),
            np.array([recent, longer - recent]),
        )

    def _ends(self) -> Ends:
        last, first = self._measured("days_since_last"), self._measured("days_since_first")
        since = [(self._key[c.feature.key], c.number) for c in last]
        since += [(self._first(c), c.number) for c in first]
        to_first = self._measured("hours_to_first")
        return runs(since), runs([(self._first(c), c.number) for c in to_first])

    def _first(self, column: PlannedColumn) -> int:
        """Return the cell of a key's first moment; those of the last moments come before."""
        return self._key_count + self._key[column.feature.key]

    def _days(self) -> DaysWritten:
        columns = self._measured("active_day_count")
        lengths = [c.feature.window_days for c in columns]
        pointers = [0 if days is None else self._windows.index(days) + 1 for days in lengths]
        keys = [self._key[column.feature.key] for column in columns]
        cells = [self._cell(c, c.feature.window_days, self._windows) for c in columns]
        tails = [self._key_count + cell for cell in cells]
        followed = _indices(sorted({0, *pointers}))
        return (_cells(keys), _cells(tails), followed, _numbers(columns)), _indices(pointers)

    def _fading(self) -> Fading:
        columns = self._measured(FADING)
        lives = _windows([column.feature for column in columns])
        return (
            np.array([days * DAY for days in lives], np.float64),
            _indices([lives.index(c.feature.window_days or 0.0) for c in columns]),
            _cells([self._key[column.feature.key] for column in columns]),
            _numbers(columns),
        )

    def _sums(self, name: str) -> Sums:
        columns = self._measured(f"{name}_sum")
        windows = _windows([column.feature for column in columns])
        tails = [self._windows.index(days) + 1 for days in windows]
        return _indices(tails), self._runs(columns, windows)

    def _measured(self, measure: str) -> list[PlannedColumn]:
        return [column for column in self._columns if column.feature.measure == measure]

    def _cell(self, column: PlannedColumn, days: float | None, windows: list[float]) -> int:
        """Return the cell of a key in the plane of a window; that of ever is the last one."""
        plane = len(windows) if days is None else windows.index(days)
        return plane * self._key_count + self._key[column.feature.key]


def runs(written: Sequence[tuple[int, int]]) -> Runs:
    """Join (cell, column) pairs that follow each other into (first cell, first column, length).

    >>> runs([(4, 0), (5, 1), (7, 2)])[2].tolist()
    [2, 1]
    """
    joined: list[tuple[int, int, int]] = []
    for cell, column in written:
        if joined and (cell, column) == (sum(joined[-1][::2]), sum(joined[-1][1:])):
            joined[-1] = (*joined[-1][:2], joined[-1][2] + 1)
        else:
            joined.append((cell, column, 1))
    first_cells, first_columns, lengths = zip(*joined, strict=True) if joined else ((), (), ())
    return _cells(first_cells), _cells(first_columns), _cells(lengths)


def _windows(features: list[Feature]) -> list[float]:
    lengths = {feature.window_days for feature in features if feature.window_days is not None}
    if any(feature.measure == "acceleration" for feature in features):
        lengths |= set(RATE_DAYS)
    return sorted(lengths)


def _indices(numbers: Sequence[int]) -> Indices:
    return np.array(numbers, dtype=np.int32)


def _numbers(columns: list[PlannedColumn]) -> Cells:
    return _cells([column.number for column in columns])


def _cells(numbers: Sequence[int]) -> Cells:
    return np.array(numbers, dtype=np.uint32)
