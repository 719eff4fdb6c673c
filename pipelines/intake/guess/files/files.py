"""The files of an unknown export, read as far as a first mapping needs.

Decided here: the first 200,000 rows are looked at. The encoding, the separator and the sheet are
looked up; the columns of a file settle its manner of dates and numbers together.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import BadTables
from features.reading.text import as_text
from pipelines.intake.guess.cells.agreement import agreed, settled_order
from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.bounds import refuse_unreadable
from pipelines.intake.read.csv_files import guess_separator
from pipelines.intake.read.encodings import guess_encoding
from pipelines.intake.read.parquet_files import is_parquet
from pipelines.intake.read.sources import Reader
from pipelines.intake.read.workbooks import SUFFIXES, sheet_names

ROWS: Final = 200_000
_EXPORT: Final = re.compile(
    r"\.(?:csv|tsv|txt|parquet|pq)(?:\.gz)?$|\.(?:xlsx|xlsm|xls|xlsb|ods)$", re.IGNORECASE
)


def read_files(exports: Sequence[Path], folder: Path) -> list[ExportFile]:
    """Read files of an export and describe their columns.

    Parameters
    ----------
    exports
        The files, or folders that hold them.
    folder
        Their paths are written relative to it.

    Raises
    ------
    BadTables
        There is no file, or one cannot be read.
    """
    files = [_file(path, folder) for path in _in_folders(exports)]
    if not files:
        raise BadTables.of("no file", "CSV or Parquet files", "name them: mikomi init EXPORT...")
    orders = {settled_order(file.columns) for file in files} - {None}
    order = next(iter(orders)) if len(orders) == 1 else None
    return [replace(file, columns=agreed(file.columns, order)) for file in files]


def _in_folders(exports: Sequence[Path]) -> Iterator[Path]:
    """List the files, and those in the folders that are called like an export, by name."""
    for path in exports:
        if not path.is_dir():
            yield path
            continue
        files = sorted(p for p in path.iterdir() if p.is_file() and _EXPORT.search(p.name))
        if not files:
            expected = "CSV, Parquet or workbook files in it"
            raise BadTables.of(f"{path.name}: no export", expected, "name the files")
        yield from files


def _file(path: Path, folder: Path) -> ExportFile:
    refuse_unreadable(path)
    name = re.sub(r"\W+", "_", path.name.split(".")[0]).strip("_") or "export"
    source, sheets = _source(path)
    frame = _rows(path, folder, source)
    if source.separator and len(frame.columns) == 1 and len(str(frame.columns[0]).split()) > 1:
        source = source.model_copy(update={"separator": "whitespace"})
        frame = _rows(path, folder, source)
    columns = tuple(look_at(str(column), frame[column]) for column in frame.columns)
    return ExportFile(
        name,
        os.path.relpath(path, folder),
        columns,
        len(frame),
        source.separator,
        source.encoding if source.encoding != "utf-8" else None,
        source.sheet,
        sheets,
        pd.DataFrame({str(column): as_text(frame[column]) for column in frame.columns}),
    )


def _source(path: Path) -> tuple[Source, tuple[str, ...]]:
    place = str(path.absolute())
    if path.suffix.lower() in SUFFIXES:
        sheets = tuple(sheet_names(path))
        sheet = sheets[0] if len(sheets) > 1 else None
        return Source(path=place, sheet=sheet), sheets
    if is_parquet(path):
        return Source(path=place), ()
    encoding = guess_encoding(path)
    separator = guess_separator(path, encoding)
    return Source(path=place, separator=separator, encoding=encoding), ()


def _rows(path: Path, folder: Path, source: Source) -> pd.DataFrame:
    piece = next(iter(Reader(path.name, source, folder).pieces(ROWS)), None)
    if piece is None or not len(piece.frame.columns):
        raise BadTables.of(f"{path.name}: no rows", "some rows", "export again")
    return piece.frame
