"""Files and databases, read piece by piece.

Decided here: CSV is read as text, every value exactly as it stands (`007`, `NA`), because only the
mapping knows what it means; Parquet and databases keep their types. Relative
paths start at the mapping file's folder; a path that comes from the environment starts where the
command was called.
"""

import csv
import gzip
import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadTables, Fault
from pipelines.intake.mapping.schema import Source
from pipelines.intake.mapping.variables import expand
from pipelines.intake.read.databases import first_line, opened, safe_place
from pipelines.intake.read.readable import Input, Piece

ROWS_PER_PIECE = 500_000


class Reader:
    """One source of a mapping, ready to be read."""

    def __init__(self, name: str, source: Source, folder: Path) -> None:
        self.name = name
        self.source = source
        self._folder = folder
        self._columns: tuple[str, ...] | None = None

    def columns(self) -> tuple[str, ...]:
        """Name the columns of the first file, or of the query."""
        if self._columns is None:
            self._columns = self._look_at_columns()
        return self._columns

    def _look_at_columns(self) -> tuple[str, ...]:
        if self.source.url is not None:
            return next(iter(_sql_pieces(self.source, 1))).names
        path = self._paths()[0]
        if _is_parquet(path):
            return tuple(pq.read_schema(_opened(path)).names)
        return tuple(next(_csv_pieces(path, self.source, 1)).columns)

    def estimated_rows(self) -> int:
        """Tell about how many rows there are, without reading them all."""
        if self.source.url is not None:
            return _sql_count(self.source)
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
        """Tell what is read, with the hash of each file's bytes or of the query's text."""
        if self.source.url is not None:
            place = safe_place(self.source.url)
            said = f"{place}\n{self.source.query}".encode()
            return [Input(self.name, place, hashlib.sha256(said).hexdigest())]
        return [Input(self.name, path.name, _sha256(path)) for path in self._paths()]

    def _frames(self, rows: int) -> Iterator[tuple[str, Iterator[pd.DataFrame]]]:
        if self.source.url is not None:
            yield self.name, (piece.frame() for piece in _sql_pieces(self.source, rows))
            return
        paths = self._paths()
        for path in paths:
            read = _parquet_pieces if _is_parquet(path) else _csv_pieces
            yield (path.name if len(paths) > 1 else self.name), read(path, self.source, rows)

    def _paths(self) -> list[Path]:
        pattern = self._folder / expand(self.source.path or "", is_path=True)
        found = sorted(Path(name) for name in glob(str(pattern)))  # noqa: PTH207 - absolute pattern
        if not found:
            raise BadTables.of(
                f"source {self.name}: no file {pattern}", "a file", "correct path in the mapping"
            )
        return found


@dataclass(frozen=True)
class _Fetched:
    """Some rows of a query's answer, in the driver's own types."""

    names: tuple[str, ...]
    rows: list[tuple[object, ...]]

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=list(self.names), dtype=object)


def _sql_pieces(source: Source, rows: int) -> Iterator[_Fetched]:
    engine = _engine(source)
    try:
        with (
            engine.connect().execution_options(stream_results=True) as connection,
            connection.execute(text(source.query or "")) as result,
        ):
            names = tuple(result.keys())
            fetched = result.fetchmany(rows)
            yield _Fetched(names, [tuple(row) for row in fetched])
            while fetched := result.fetchmany(rows):
                yield _Fetched(names, [tuple(row) for row in fetched])
    except SQLAlchemyError as error:
        raise _sql_fault(source, error) from error
    finally:
        engine.dispose()


def _engine(source: Source) -> Engine:
    return opened(source.url or "", "correct url in the mapping, or install its driver")


def _sql_count(source: Source) -> int:
    inner = (source.query or "").rstrip().rstrip(";")
    engine = _engine(source)
    try:
        with engine.connect() as connection:
            # The query is the mapping author's own; nothing of a third party enters it.
            count = text(f"select count(*) from ({inner}) as counted")  # noqa: S608
            return int(connection.execute(count).scalar_one())
    except SQLAlchemyError as error:
        raise _sql_fault(source, error) from error
    finally:
        engine.dispose()


def _sql_fault(source: Source, error: SQLAlchemyError) -> BadTables:
    place = safe_place(source.url or "")
    return BadTables(
        [Fault(f"{place}: {first_line(error)}", "rows", "correct url or query in the mapping")]
    )


def _csv_pieces(path: Path, source: Source, rows: int) -> Iterator[pd.DataFrame]:
    separator = source.separator or guess_separator(path, source.encoding)
    try:
        with (
            warnings.catch_warnings(action="error", category=pd.errors.ParserWarning),
            pd.read_csv(
                path,
                sep=r"\s+" if separator == "whitespace" else separator,
                dtype=str,
                na_filter=False,
                index_col=False,
                encoding=source.encoding,
                chunksize=rows,
            ) as pieces,
        ):
            yield from pieces
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError) as error:
        raise BadTables(
            [
                Fault(
                    f"{path.name}: {error}",
                    f"rows like the header, {separator!r} between values, {source.encoding}",
                    "correct the file, or separator and encoding in the mapping",
                )
            ]
        ) from error
    except pd.errors.EmptyDataError as error:
        raise BadTables(
            [Fault(f"{path.name}: nothing", "a header line", "export again")]
        ) from error


def guess_separator(path: Path, encoding: str = "utf-8") -> str:
    """Take the sign that splits the header line into most parts."""
    with _text(path, encoding) as file:
        header = file.readline()
    parts = {sign: len(next(csv.reader([header], delimiter=sign), [])) for sign in ",;\t|"}
    return max(parts, key=lambda sign: parts[sign])


def _text(path: Path, encoding: str) -> io.TextIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding)
    return path.open(encoding=encoding)


def _parquet_pieces(path: Path, _source: Source, rows: int) -> Iterator[pd.DataFrame]:
    file = pq.ParquetFile(_opened(path))
    empty = True
    for batch in file.iter_batches(batch_size=rows):
        empty = False
        yield batch.to_pandas()
    if empty:
        yield file.read().to_pandas()


def _opened(path: Path) -> Path | io.BytesIO:
    return io.BytesIO(gzip.decompress(path.read_bytes())) if path.suffix == ".gz" else path


def _is_parquet(path: Path) -> bool:
    return any(suffix in {".parquet", ".pq"} for suffix in path.suffixes)


def _estimate(path: Path, source: Source) -> int:
    if _is_parquet(path):
        return int(pq.read_metadata(_opened(path)).num_rows)
    with _text(path, source.encoding) as file:
        sample = file.read(1 << 20)
    lines = max(sample.count("\n"), 1)
    if len(sample) < 1 << 20:
        return lines
    size = path.stat().st_size * (8 if path.suffix == ".gz" else 1)
    return int(size * lines / len(sample.encode(source.encoding)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
