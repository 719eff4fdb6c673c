"""The files of an unknown export, read as far as a first mapping needs.

Decided here: the first 200,000 rows are looked at. The encoding and the separator are
looked up; each sheet of a workbook is a file; the columns of a file settle its manner of dates and
numbers together.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import BadTables
from features.reading.text import as_text
from pipelines.intake.guess.cells.agreement import agreed, settled_order
from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.cells.footers import footer_of
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.bounds import refuse_unreadable
from pipelines.intake.read.csv_files import guess_separator
from pipelines.intake.read.encodings import guess_encoding
from pipelines.intake.read.parquet_files import is_parquet
from pipelines.intake.read.sources import Reader
from pipelines.intake.read.workbooks import SUFFIXES, sheet_names

ROWS: Final = 200_000
_FIRST: Final = 1 << 16
_EXPORT: Final = re.compile(
    r"\.(?:csv|tsv|txt|parquet|pq)(?:\.gz)?$|\.(?:xlsx|xlsm|xls|xlsb|ods)$", re.IGNORECASE
)


def read_files(exports: Sequence[Path], folder: Path) -> list[ExportFile]:
    """Read files of an export and describe their columns; those without rows are left out.

    Parameters
    ----------
    exports
        The files, or folders that hold them.
    folder
        Their paths are written relative to it.

    Raises
    ------
    BadTables
        There is no file, none has rows, or one cannot be read.
    """
    paths = list(_in_folders(exports))
    if not paths:
        raise BadTables.of("no file", "CSV or Parquet files", "name them: mikomi init EXPORT...")
    files = _distinct([file for path in paths for file in _files(path, folder)])
    if not files:
        names = ", ".join(path.name for path in paths)
        raise BadTables.of(f"{names}: no rows", "some rows", "export again")
    orders = {settled_order(file.columns) for file in files} - {None}
    order = next(iter(orders)) if len(orders) == 1 else None
    return [replace(file, columns=agreed(file.columns, order)) for file in files]


def without_rows(exports: Sequence[Path], files: Sequence[ExportFile], folder: Path) -> list[str]:
    """Return the names of the files that were left out since they have no rows.

    Parameters
    ----------
    exports
        As named for `read_files`.
    files
        Those that were read.
    folder
        As for `read_files`.
    """
    read = {file.path for file in files}
    paths = [path for path in _in_folders(exports) if os.path.relpath(path, folder) not in read]
    return [path.name for path in paths]


def _distinct(files: Sequence[ExportFile]) -> list[ExportFile]:
    """Return files with a name each: those of one name with a number behind it."""
    names: list[str] = []
    for file in files:
        numbered = (f"{file.name}_{n}" for n in count(2))
        name = file.name if file.name not in names else next(n for n in numbered if n not in names)
        names.append(name)
    return [replace(file, name=name) for file, name in zip(files, names, strict=True)]


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


def _files(path: Path, folder: Path) -> Iterator[ExportFile]:
    """Read a file, or each sheet of a workbook."""
    refuse_unreadable(path)
    name = re.sub(r"\W+", "_", path.name.split(".")[0]).strip("_") or "export"
    for source in _sources(path):
        own = f"{name}_{source.sheet}" if source.sheet else name
        file = _file(re.sub(r"\W+", "_", own).strip("_"), source, path, folder)
        if file is not None:
            yield file


def _file(name: str, source: Source, path: Path, folder: Path) -> ExportFile | None:
    frame = _rows(path, folder, source)
    if frame is None:
        return None
    if source.separator and len(frame.columns) == 1 and len(str(frame.columns[0]).split()) > 1:
        source = source.model_copy(update={"separator": "whitespace"})
        again = _rows(path, folder, source)
        frame = frame if again is None else again
    footer = None if len(frame) >= ROWS or is_parquet(path) else footer_of(frame)
    frame = frame if footer is None else frame.iloc[: -footer.rows]
    columns = tuple(look_at(str(column), frame[column]) for column in frame.columns)
    return ExportFile(
        name,
        os.path.relpath(path, folder),
        columns,
        len(frame),
        source.separator,
        source.encoding if source.encoding != "utf-8" else None,
        source.sheet,
        pd.DataFrame({str(column): as_text(frame[column]) for column in frame.columns}),
        footer=footer,
    )


def _sources(path: Path) -> Iterator[Source]:
    place = str(path.absolute())
    if path.suffix.lower() in SUFFIXES:
        sheets = sheet_names(path)
        yield from (Source(path=place, sheet=one if len(sheets) > 1 else None) for one in sheets)
    elif is_parquet(path):
        yield Source(path=place)
    elif not _is_blank(path):
        encoding = guess_encoding(path)
        yield Source(path=place, separator=guess_separator(path, encoding), encoding=encoding)


def _is_blank(path: Path) -> bool:
    """Return whether a file holds nothing, or empty lines alone."""
    with path.open("rb") as file:
        return not file.read(_FIRST).strip()


def _rows(path: Path, folder: Path, source: Source) -> pd.DataFrame | None:
    """Return the first rows; None if there are none."""
    piece = next(iter(Reader(path.name, source, folder).pieces(ROWS)), None)
    return None if piece is None or piece.frame.empty else piece.frame
