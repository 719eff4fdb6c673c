"""From records to the slots of the sweep.

Decided here: only keys and windows that some wanted record needs are counted, so that a catalog
cut down to ten features costs as little as ten features.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from features.feature import Feature
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
    def __init__(self, columns: Sequence[Column], tables: KeyTables) -> None:
        self._columns = columns
        self._tables = tables
        keys = dict.fromkeys(column.feature.key for column in columns)
        self._key = {code: i for i, code in enumerate(keys)}
        self._windows = _windows([column.feature for column in columns])

    def plan(self) -> SweepPlan:
        kept = self._kept()
        recent, longer = RATE_DAYS
        counts, days = self._measured("count"), self._measured("active_day_count")
        sums = [c for c in self._columns if c.feature.measure.endswith("_sum")]
        rates = self._measured("acceleration")
        slots = [(self._slot(c, recent), self._slot(c, longer)) for c in rates]
        value_of = self._values(sums)
        return SweepPlan(
            windows=np.array([round(days * DAY) for days in self._windows], np.int64),
            any_key=_indices([kept[self._tables.for_all] if self._tables.for_all >= 0 else -1]),
            key_of_code=_indices([kept[n] if n >= 0 else -1 for n in self._tables.of_code]),
            key_of_pair=_indices([kept[n] if n >= 0 else -1 for n in self._tables.of_pair]),
            value_of=value_of,
            count_slot=_indices([self._slot(c, c.feature.window_days) for c in counts]),
            count_column=_numbers(counts),
            day_slot=_indices([self._slot(c, c.feature.window_days) for c in days]),
            day_column=_numbers(days),
            sum_slot=_indices([self._sum_slot(c, value_of) for c in sums]),
            sum_column=_numbers(sums),
            last_key=self._keys(self._measured("days_since_last")),
            last_column=_numbers(self._measured("days_since_last")),
            first_key=self._keys(self._measured("days_since_first")),
            first_column=_numbers(self._measured("days_since_first")),
            rate_slot=np.array(slots, np.int32).reshape(-1, 2),
            rate_column=_numbers(rates),
            rate_days=np.array([recent, longer - recent]),
        )

    def _kept(self) -> dict[int, int]:
        """Map the view's key numbers to the plan's; -1 for keys that nobody wants."""
        return {n: self._key.get(code, -1) for code, n in self._tables.numbers.items()}

    def _measured(self, measure: str) -> list[Column]:
        return [column for column in self._columns if column.feature.measure == measure]

    def _keys(self, columns: list[Column]) -> Indices:
        return _indices([self._key[column.feature.key] for column in columns])

    def _window(self, days: float | None) -> int:
        return len(self._windows) if days is None else self._windows.index(days)

    def _slot(self, column: Column, days: float | None) -> int:
        width = len(self._windows) + 1
        return self._key[column.feature.key] * width + self._window(days)

    def _values(self, sums: list[Column]) -> Indices:
        value_of = np.full((max(len(self._key), 1), 2), -1, np.int32)
        for column in sums:
            place = self._key[column.feature.key], _value_column(column)
            if value_of[place] < 0:
                value_of[place] = value_of.max() + 1
        return value_of

    def _sum_slot(self, column: Column, value_of: Indices) -> int:
        number = int(value_of[self._key[column.feature.key], _value_column(column)])
        return number * (len(self._windows) + 1) + self._window(column.feature.window_days)


def _windows(features: list[Feature]) -> list[float]:
    lengths = {feature.window_days for feature in features if feature.window_days is not None}
    if any(feature.measure == "acceleration" for feature in features):
        lengths |= set(RATE_DAYS)
    return sorted(lengths)


def _value_column(column: Column) -> int:
    return VALUE_COLUMNS.index(column.feature.measure.removesuffix("_sum"))


def _indices(numbers: Sequence[int]) -> Indices:
    return np.array(numbers, dtype=np.int32)


def _numbers(columns: list[Column]) -> Indices:
    return _indices([column.number for column in columns])
