"""A table in a file of its own: CSV, Parquet or a workbook, with columns of any name.

Decided here: the encoding is guessed, every cell of a text file is text, and columns that are not
there are named all at once, with those that are.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from features.errors import BadInput, BadTables, Fault
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.encodings import guess_encoding
from pipelines.intake.read.parquet_files import is_parquet
from pipelines.intake.read.sources import Reader
from pipelines.intake.read.workbooks import SUFFIXES


def read(path: Path, wanted: Mapping[str, str], what: str) -> pd.DataFrame:
    """Read a whole table.

    Parameters
    ----------
    path
        The file.
    wanted
        Where a column is named (an option, a setting) -> the name of a column that has to be there.
    what
        What the file is, for messages.

    Raises
    ------
    BadInput
        If there is no file, or a column is not there.
    """
    if not path.is_file():
        raise BadInput.of(f"no file {path}", what, "correct the path")
    plain = not is_parquet(path) and path.suffix.lower() not in SUFFIXES
    source = Source(path=path.name, encoding=guess_encoding(path) if plain else "utf-8")
    reader = Reader(path.name, source, path.resolve().parent)
    listed = reader.columns()
    faults = [
        Fault(
            f"{path.name}: no column {name} ({place})",
            f"one of {', '.join(listed)}",
            "name the column" + ("; or `none` if nobody recorded it" * place.endswith("at")),
        )
        for place, name in wanted.items()
        if name not in listed
    ]
    if faults:
        raise BadTables(faults)
    return pd.concat([piece.frame for piece in reader.pieces()], ignore_index=True)
