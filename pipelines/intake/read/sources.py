"""Files and databases, read piece by piece.

Decided here: CSV and workbooks are read as text, every value exactly as it stands (`007`, `NA`),
because only the mapping knows what it means; Parquet and databases keep their types. Relative
paths start at the mapping file's folder; a path that comes from the environment starts where the
command was called.
"""

import hashlib
from collections.abc import Iterator
from glob import glob
from pathlib import Path

import pandas as pd

from features.errors import BadTables
from pipelines.intake.mapping.schema import Source
from pipelines.intake.mapping.variables import expand
from pipelines.intake.read.bounds import refuse_unreadable
from pipelines.intake.read.csv_files import csv_pieces, estimated_lines
from pipelines.intake.read.databases import safe_place
from pipelines.intake.read.parquet_files import (
    is_parquet,
    parquet_columns,
    parquet_pieces,
    parquet_rows,
)
from pipelines.intake.read.queries import query_pieces, query_rows
from pipelines.intake.read.readable import Input, Piece
from pipelines.intake.read.workbooks import SUFFIXES, workbook_pieces
from pipelines.storage.file_hashes import sha256_of

ROWS_PER_PIECE = 500_000


class Reader:
    """One source of a mapping, ready to be read."""

    def __init__(self, name: str, source: Source, folder: Path) -> None:
        self.name = name
        self.source = source
        self._folder = folder
        self._columns: tuple[str, ...] | None = None
        self._bounded: set[Path] = set()

    def columns(self) -> tuple[str, ...]:
        """Name the columns of the first file, or of the query."""
        if self._columns is None:
            self._columns = self._read_columns()
        return self._columns

    def _read_columns(self) -> tuple[str, ...]:
        if self.source.url is not None:
            return next(iter(query_pieces(self.source, 1))).names
        path = self._paths()[0]
        if is_parquet(path):
            return parquet_columns(path)
        return tuple(next(_file_pieces(path, self.source, 1)).columns)

    def estimated_rows(self) -> int:
        """Return about how many rows there are, without reading them all."""
        if self.source.url is not None:
            return query_rows(self.source)
        return sum(_estimate(path, self.source) for path in self._paths())

    def pieces(self, rows: int = ROWS_PER_PIECE) -> Iterator[Piece]:
        """Read the source, at most `rows` rows at a time."""
        before = 0
        for place, frames in self._frames(rows):
            first = 1
            for frame in frames:
                yield Piece(frame, place, first, before)
                first += len(frame)
                before += len(frame)

    def inputs(self) -> list[Input]:
        """List what is read, with the hash of each file's bytes or of the query's text."""
        if self.source.url is not None:
            place = safe_place(self.source.url)
            query = f"{place}\n{self.source.query}".encode()
            return [Input(self.name, place, hashlib.sha256(query).hexdigest())]
        return [Input(self.name, path.name, sha256_of(path)) for path in self._paths()]

    def _frames(self, rows: int) -> Iterator[tuple[str, Iterator[pd.DataFrame]]]:
        if self.source.url is not None:
            yield self.name, (piece.frame() for piece in query_pieces(self.source, rows))
            return
        paths = self._paths()
        for path in paths:
            place = path.name if len(paths) > 1 else self.name
            yield place, _file_pieces(path, self.source, rows)

    def _paths(self) -> list[Path]:
        pattern = self._folder / expand(self.source.path or "", is_path=True)
        paths = sorted(Path(name) for name in glob(str(pattern)))  # noqa: PTH207 - absolute pattern
        if not paths:
            raise BadTables.of(
                f"source {self.name}: no file {pattern}", "a file", "correct path in the mapping"
            )
        for path in paths:
            if path not in self._bounded:
                refuse_unreadable(path)
                self._bounded.add(path)
        return paths


def _file_pieces(path: Path, source: Source, rows: int) -> Iterator[pd.DataFrame]:
    if is_parquet(path):
        return parquet_pieces(path, rows)
    if path.suffix.lower() in SUFFIXES:
        return workbook_pieces(path, source.sheet, rows)
    return csv_pieces(path, source, rows)


def _estimate(path: Path, source: Source) -> int:
    if is_parquet(path):
        return parquet_rows(path)
    if path.suffix.lower() in SUFFIXES:
        return sum(len(piece) for piece in workbook_pieces(path, source.sheet, ROWS_PER_PIECE))
    return estimated_lines(path, source.encoding)
