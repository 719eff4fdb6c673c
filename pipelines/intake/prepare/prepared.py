"""A source that is prepared: lookups, derived columns, conditions and groups over its rows.

Decided here: rows keep their numbers in the file, whatever is left out between them. A source that
is grouped, or looked into, is held in memory; everything else passes piece by piece.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.intake.mapping.schema import Source
from pipelines.intake.mapping.time_rule import TimeRule
from pipelines.intake.prepare.columns import Workbench
from pipelines.intake.prepare.derived import derive
from pipelines.intake.prepare.grouping import grouped
from pipelines.intake.prepare.lookups import LookupTable, look_up, lookup_table
from pipelines.intake.read.readable import Input, Notice, Piece, Readable
from pipelines.intake.rows.conditions import meets


@dataclass(frozen=True)
class Surroundings:
    """What a prepared source needs of its mapping: its times, and the words for missing."""

    times: TimeRule
    missing: tuple[str, ...]


class PreparedSource:
    """One source of a mapping with its steps; a `Readable`."""

    def __init__(
        self,
        name: str,
        source: Source,
        below: Readable,
        others: Mapping[str, Readable],
        around: Surroundings,
    ) -> None:
        self.name = name
        self._source = source
        self._below = below
        self._others = others
        self._around = around
        self._tables: list[LookupTable] | None = None

    def columns(self) -> tuple[str, ...]:
        """Name the columns: those of the rows, or of the groups."""
        group = self._source.group
        if group is not None:
            return tuple(dict.fromkeys([*group.by, *group.columns]))
        return self.row_columns()

    def row_columns(self) -> tuple[str, ...]:
        """Name the columns before any groups are made."""
        looked_up = [name for one in self._source.lookup for name in one.columns]
        return (*self._below.columns(), *looked_up, *self._source.derived)

    def estimated_rows(self) -> int:
        """Return about how many rows there are at most."""
        return self._below.estimated_rows()

    def inputs(self) -> list[Input]:
        """List what is read; what another source reads is listed there."""
        return [] if self._source.made_of is not None else self._below.inputs()

    def pieces(self, rows: int) -> Iterator[Piece]:
        """Read the source, at most `rows` rows at a time."""
        made = (self._prepared(piece, first=n == 0) for n, piece in enumerate(self._made(rows)))
        if self._source.group is None:
            yield from made
            return
        whole = self._grouped(list(made))
        for start in range(0, max(len(whole.frame), 1), rows):
            yield _part(whole, start, rows)

    def _made(self, rows: int) -> Iterator[Piece]:
        if self._tables is None:
            self._tables = [
                lookup_table(one, self._others[one.source], self._around.missing)
                for one in self._source.lookup
            ]
        above: dict[str, object] = {}
        for piece in self._below.pieces(rows):
            yield self._filled(piece, above) if self._source.fill_down else piece

    def _filled(self, piece: Piece, above: dict[str, object]) -> Piece:
        """Fill missing values from the rows above, the first from the last of the piece before."""
        bench = self._bench(piece)
        for column in self._source.fill_down:
            values = bench.there(column)
            if column in above and len(values) and pd.isna(values.iloc[0]):
                values.iloc[0] = above[column]
            bench.frame[column] = values.ffill()
            above |= {column: bench.frame[column].iloc[-1]} if len(values) else {}
        return replace(piece, frame=bench.frame)

    def _bench(self, piece: Piece) -> Workbench:
        frame = piece.frame.reset_index(drop=True)
        around = self._around
        return Workbench(self.name, frame, around.missing, around.times, dict(piece.notices))

    def _prepared(self, piece: Piece, *, first: bool) -> Piece:
        """Take a piece through lookups, derived columns and conditions."""
        bench = self._bench(piece)
        asides = Counter(piece.asides)
        for rule, table in zip(self._source.lookup, self._tables or (), strict=True):
            bench.frame = bench.frame.assign(**look_up(bench, rule, table))
            asides += table.asides if first else Counter()
        for name, derived in self._source.derived.items():
            bench.frame = bench.frame.assign(**{name: derive(bench, name, derived)})
        done = replace(piece, frame=bench.frame, notices=bench.notices, asides=asides)
        return self._chosen(done) if self._source.where else done

    def _chosen(self, piece: Piece) -> Piece:
        chosen = np.ones(len(piece.frame), bool)
        for column, condition in self._source.where.items():
            chosen &= meets(piece.frame[column], condition, self._around.missing)
        ground = {f"not for source {self.name}": int((~chosen).sum())}
        return replace(
            piece,
            frame=piece.frame[chosen].reset_index(drop=True),
            numbers=piece.row_numbers[chosen],
            passed_over=piece.passed_over + Counter(ground),
            notices={notice: flags[chosen] for notice, flags in piece.notices.items()},
        )

    def _grouped(self, pieces: list[Piece]) -> Piece:
        group = self._source.group
        assert group is not None  # noqa: S101 - the caller has looked
        one_place = len({piece.place for piece in pieces}) == 1
        numbers = [p.row_numbers if one_place else p.row_numbers + _offset(p) for p in pieces]
        whole = Piece(
            pd.concat([piece.frame for piece in pieces], ignore_index=True),
            pieces[0].place if one_place else self.name,
            1,
            0,
            np.concatenate(numbers),
            sum((piece.passed_over for piece in pieces), Counter[str]()),
            _joined_notices(pieces),
            sum((piece.asides for piece in pieces), Counter()),
        )
        bench = self._bench(whole)
        groups = grouped(bench, group)
        return replace(
            whole,
            frame=groups.frame,
            numbers=whole.row_numbers[groups.first],
            passed_over=whole.passed_over + groups.passed_over,
            notices=groups.notices,
        )


def _offset(piece: Piece) -> int:
    """Return how many rows of the source lie before the place of a piece."""
    return piece.before - (piece.first_row - 1)


def _joined_notices(pieces: list[Piece]) -> dict[Notice, NDArray[np.bool_]]:
    names = dict.fromkeys(notice for piece in pieces for notice in piece.notices)
    return {
        name: np.concatenate(
            [piece.notices.get(name, np.zeros(len(piece.frame), bool)) for piece in pieces]
        )
        for name in names
    }


def _part(whole: Piece, start: int, rows: int) -> Piece:
    """Return some rows of a piece; what was counted comes with the first."""
    end = start + rows
    return Piece(
        whole.frame.iloc[start:end].reset_index(drop=True),
        whole.place,
        1,
        start,
        whole.row_numbers[start:end],
        whole.passed_over if start == 0 else Counter(),
        {notice: flags[start:end] for notice, flags in whole.notices.items()},
        whole.asides if start == 0 else Counter(),
    )
