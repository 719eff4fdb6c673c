"""A first mapping for an unknown export: guesses, and questions as comments.

Decided here: the text always reads as a mapping, so that `mikomi check` can be run at once; what is
a guess or open is marked with `# ?`. Columns that look personal or protected are put under
never_use; columns whose names say that somebody fills them later are asked about.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import BadTables
from pipelines.intake.guess.columns import look_at
from pipelines.intake.guess.links import File
from pipelines.intake.guess.roles import Part, find_roles
from pipelines.intake.guess.tables import part_lines
from pipelines.intake.guess.vocabulary import meaning
from pipelines.intake.guess.wording import say
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.csv_files import guess_separator
from pipelines.intake.read.sources import Reader

ROWS: Final = 200_000
_JAPANESE: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def guess(exports: Sequence[Path], folder: Path) -> str:
    """Look at the files of an export and write a first mapping, to lie in `folder`.

    Raises
    ------
    BadTables
        There is no file, or one cannot be read.
    """
    files = [_file(path, folder) for path in exports]
    if not files:
        raise BadTables.of("no file", "CSV or Parquet files", "name them: mikomi init EXPORT...")
    parts = find_roles(files)
    lines = [*_head(files, folder), "", *_sources(files, parts), "", *_general(files)]
    for role in ("leads", "accounts", "activities", "outcomes", "attribute_changes"):
        mine = [part for part in parts if part.role == role]
        if mine:
            lines += ["", f"{role}:"]
            for part in mine:
                lines += part_lines(part, parts)
    return "\n".join([*lines, "", *_open_questions(parts)]).rstrip() + "\n"


def _file(path: Path, folder: Path) -> File:
    name = re.sub(r"\W+", "_", path.name.split(".")[0]).strip("_") or "export"
    table = {".parquet", ".pq"} & set(path.suffixes)
    separator = None if table else guess_separator(path)
    frame = _rows(path, folder, separator)
    if separator and len(frame.columns) == 1 and len(str(frame.columns[0]).split()) > 1:
        separator = "whitespace"
        frame = _rows(path, folder, separator)
    columns = tuple(look_at(column, frame[column]) for column in frame.columns)
    return File(name, os.path.relpath(path, folder), columns, len(frame), separator)


def _rows(path: Path, folder: Path, separator: str | None) -> pd.DataFrame:
    source = Source(path=str(path.absolute()), separator=separator)
    piece = next(iter(Reader(path.name, source, folder).pieces(ROWS)), None)
    if piece is None:
        raise BadTables.of(f"{path.name}: no rows", "some rows", "export again")
    return piece.frame


def _head(files: Sequence[File], folder: Path) -> Iterator[str]:
    yield "# A first mapping, guessed from the files. Lines with `# ?` need your eye;"
    yield "# `mikomi check` then says what does not fit, all at once."
    yield f"name: {say(folder.absolute().name or files[0].name)}"


def _sources(files: Sequence[File], parts: Sequence[Part]) -> Iterator[str]:
    yield "sources:"
    for file in files:
        text = f"path: {say(file.path)}"
        if file.separator is not None:
            text += f", separator: {say(file.separator)}"
        used = any(part.file is file for part in parts)
        line = f"{say(file.name)}: {{{text}}}"
        yield f"  {line}" if used else f"  # ? {line} # no table found for it"


def _general(files: Sequence[File]) -> Iterator[str]:
    columns = [column for file in files for column in file.columns]
    words = dict.fromkeys(["", *(word for column in columns for word in column.missing_words)])
    yield f"missing_values: [{', '.join(say(word) for word in words)}] # ? anything else"
    if any(column.local for column in columns):
        japanese = any(_JAPANESE.search(column.name) for column in columns)
        zone = "Asia/Tokyo" if japanese else "UTC"
        yield f"times: {{zone: {zone}}} # ? no offsets: in which zone are the times"


def _open_questions(parts: Sequence[Part]) -> Iterator[str]:
    roles = {part.role for part in parts}
    if "outcomes" not in roles:
        yield "# ? outcomes: which file or column says who was won and when"
    told = [v for p in parts if p.role == "activities" and p.kind for v in p.kind.values]  # noqa: PD011 - not a frame
    written = [say(value) for value in told if meaning(value) in {"won", "lost"}]
    if "activities" in roles:
        words = ", ".join(written)
        yield f"outcome_activities: [{words}] # ? all types that are the outcome written down"
    yield "# ? observed_until: 2026-01-01T00:00:00Z # until when the data are complete"
