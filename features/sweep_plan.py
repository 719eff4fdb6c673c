"""From records to the slots of the sweep.

Decided here: only keys and windows that some wanted record needs are counted, so that a catalog
cut down to ten features costs as little as ten features.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from features.feature import Feature
from features.kernel.counters import Cells, DaysWritten, Ends, LongWritten, Rates, Written
from features.kernel.records import Indices
from features.kernel.sweep import SweepPlan
from features.timeline import DAY

VALUE_COLUMNS: Final = ("dwell_seconds", "amount")
RATE_DAYS: Final = (7.0, 30.0)
"""Acceleration: the rate of the first span against that of the rest of the second."""


class Column(NamedTuple):
    """A wanted record and its column of the matrix."""

    number: int
    feature: Feature


@dataclass(frozen=True)
class KeyTables:
    """Which key each code counts under, -1 for none: for all, by code, by pair."""

    numbers: Mapping[str, int]
    for_all: int
    of_code: Sequence[int]
    of_pair: Sequence[int]


def plan_sweep(columns: Sequence[Column], tables: KeyTables) -> SweepPlan:
    """Lay out the counters and say which column each is written to."""
    return _Layout(columns, tables).plan()


class _Layout:
    """Keys in the order of the columns, then nobody's key; planes: head, tails, zero."""

    def __init__(self, columns: Sequence[Column], tables: KeyTables) -> None:
        self._columns = columns
        self._tables = tables
        keys = dict.fromkeys(column.feature.key for column in columns)
        self._key = {code: i for i, code in enumerate(keys)}
        self._windows = _windows([column.feature for column in columns])

    def plan(self) -> SweepPlan:
        """Give the plan."""
        nobody = len(self._key)
        of_number = {n: self._key.get(code, nobody) for code, n in self._tables.numbers.items()}
        any_key = of_number.get(self._tables.for_all, nobody)
        of_code = [of_number.get(n, nobody) for n in self._tables.of_code]
        of_pair = [of_number.get(n, nobody) for n in self._tables.of_pair]
        wanted = [min(of_code) < nobody, min(of_pair) < nobody]
        return SweepPlan(
            windows=np.array([round(days * DAY) for days in self._windows], np.int64),
            key_count=nobody + 1,
            kinds=_indices([kind for kind, any_wanted in enumerate(wanted) if any_wanted]),
            any_key=any_key,
            key_of_code=_cells(of_code),
            key_of_pair=_cells(of_pair),
            counts=self._counts(),
            rates=self._rates(),
            ends=self._ends(),
            dwell=self._sums("dwell_seconds"),
            amount=self._sums("amount"),
            days=self._days(),
        )

    def _counts(self) -> Written:
        columns = self._measured("count")
        tails = [self._cell(c, c.feature.window_days) for c in columns]
        return self._keys(columns), _cells(tails), _numbers(columns)

    def _rates(self) -> Rates:
        recent, longer = RATE_DAYS
        columns = self._measured("acceleration")
        return (
            self._keys(columns),
            _cells([self._cell(c, recent) for c in columns]),
            _cells([self._cell(c, longer) for c in columns]),
            _numbers(columns),
            np.array([recent, longer - recent]),
        )

    def _ends(self) -> Ends:
        last, first = self._measured("days_since_last"), self._measured("days_since_first")
        to_first = self._measured("hours_to_first")
        return (
            *(self._keys(last), _numbers(last)),
            *(self._keys(first), _numbers(first)),
            *(self._keys(to_first), _numbers(to_first)),
        )

    def _days(self) -> DaysWritten:
        columns = self._measured("active_day_count")
        lengths = [c.feature.window_days for c in columns]
        pointers = [0 if days is None else self._plane(days) for days in lengths]
        tails = [self._cell(c, c.feature.window_days) for c in columns]
        cells = self._keys(columns), _cells(tails), _followed(pointers), _numbers(columns)
        return cells, _indices(pointers)

    def _sums(self, column: str) -> LongWritten:
        columns = self._measured(f"{column}_sum")
        tails = [self._cell(c, c.feature.window_days) for c in columns]
        lengths = [c.feature.window_days for c in columns]
        pointers = [self._plane(days) for days in lengths if days is not None]
        return self._keys(columns), _cells(tails), _followed(pointers), _numbers(columns)

    def _measured(self, measure: str) -> list[Column]:
        return [column for column in self._columns if column.feature.measure == measure]

    def _keys(self, columns: list[Column]) -> Cells:
        return _cells([self._key[column.feature.key] for column in columns])

    def _plane(self, days: float | None) -> int:
        """Tell the plane of a window's tail; that of ever is the last one."""
        place = len(self._windows) if days is None else self._windows.index(days)
        return place + 1

    def _cell(self, column: Column, days: float | None) -> int:
        return self._plane(days) * (len(self._key) + 1) + self._key[column.feature.key]


def _windows(features: list[Feature]) -> list[float]:
    lengths = {feature.window_days for feature in features if feature.window_days is not None}
    if any(feature.measure == "acceleration" for feature in features):
        lengths |= set(RATE_DAYS)
    return sorted(lengths)


def _indices(numbers: Sequence[int]) -> Indices:
    return np.array(numbers, dtype=np.int32)


def _numbers(columns: list[Column]) -> Cells:
    return _cells([column.number for column in columns])


def _cells(numbers: Sequence[int]) -> Cells:
    return np.array(numbers, dtype=np.uint32)


def _followed(pointers: Sequence[int]) -> Indices:
    """Give the head and the tails that are needed, each once."""
    return _indices(sorted({0, *pointers}))
