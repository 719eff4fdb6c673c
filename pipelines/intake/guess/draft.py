"""A first mapping for an unknown export: guesses, and questions as comments.

Decided here: the text always reads as a mapping, so that `mikomi check` can be run at once; what is
a guess or open is marked with `# ?`. Columns that look personal or protected are put under
never_use; columns whose names say that somebody fills them later are asked about.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from pipelines.intake.guess.cells.agreement import settled_order
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.value_words import meaning
from pipelines.intake.guess.cells.vocabulary import OUTCOME_NAME, STAGE
from pipelines.intake.guess.file_role import FileRole
from pipelines.intake.guess.files.day_offsets import with_dates
from pipelines.intake.guess.files.files import read_files, without_rows
from pipelines.intake.guess.files.invoices import with_invoices
from pipelines.intake.guess.files.record_lines import with_records
from pipelines.intake.guess.files.shared_keys import with_shared_keys
from pipelines.intake.guess.files.spend import spend_files, spend_lines
from pipelines.intake.guess.recipe import with_recipe, zone_of
from pipelines.intake.guess.roles import find_roles
from pipelines.intake.guess.tables import part_lines
from pipelines.intake.guess.unused import why_unused
from pipelines.intake.guess.wording import say, some

_JAPANESE: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_FEW: Final = 30
_VERY_FEW: Final = 12
_MOST_CANDIDATES: Final = 8
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufeff]")
"""What may stand in a header or a value, and in no line of a YAML file."""


def guess(exports: Sequence[Path], folder: Path, system: str | None = None) -> str:
    """Write a first mapping for the files of an export.

    Parameters
    ----------
    exports
        CSV, Parquet or workbook files.
    folder
        Where the mapping will lie: paths are written relative to it.
    system
        The system that wrote the export, where there is a recipe for it; None for any.

    Raises
    ------
    BadTables
        There is no file, or one cannot be read.
    BadRequest
        There is no recipe for the system, or the files are not its standard export.
    """
    read = read_files(exports, folder)
    files = with_dates(with_shared_keys(with_records(with_invoices(read))))
    whole = [file for file in files if not _is_made_from(file.name, files)]
    parts = find_roles(whole)
    if system is not None:
        parts = with_recipe(system, whole, parts)
    empty = without_rows(exports, read, folder)
    lines = [*_head(files, folder), *(f"# {name}: no rows, left out" for name in empty), ""]
    spend = spend_files(files, parts)
    lines += [*_sources(files, parts, spend), "", *_general(files, system)]
    for role in ("leads", "accounts", "activities", "outcomes", "attribute_changes"):
        mine = [part for part in parts if part.role == role]
        if mine:
            lines += ["", f"{role}:"]
            for part in mine:
                lines += part_lines(part, parts)
    lines += ["", *spend_lines(spend)] if spend else []
    lines += ["", *_open_questions(parts)]
    return "\n".join(_UNPRINTABLE.sub(" ", line) for line in lines).rstrip() + "\n"


def _head(files: Sequence[ExportFile], folder: Path) -> Iterator[str]:
    yield "# A first mapping, guessed from the files. Lines with `# ?` need your eye;"
    yield "# `mikomi check` then says what does not fit, all at once."
    yield f"name: {say(folder.absolute().name or files[0].name)}"


def _sources(
    files: Sequence[ExportFile], parts: Sequence[FileRole], spend: Collection[str]
) -> Iterator[str]:
    yield "sources:"
    for file in files:
        if file.steps:
            yield from (f"  {line}" for line in file.steps)
            continue
        keys = {"path": file.path, "separator": file.separator, "encoding": file.encoding}
        keys |= {"sheet": file.sheet}
        text = ", ".join(f"{key}: {say(word)}" for key, word in keys.items() if word is not None)
        line = f"{say(file.name)}: {{{text}}}"
        name = say(file.name)
        read = _is_made_from(file.name, files) or _is_in(f"{{source: {name},", files)
        if read or file.name in spend or any(part.file is file for part in parts):
            yield f"  {line}"
        else:
            yield f"  # ? {line} # {why_unused(file, parts)}"


def _is_made_from(name: str, files: Sequence[ExportFile]) -> bool:
    """Return whether another file is made from that of a name."""
    return any(line.strip() == f"from: {say(name)}" for file in files for line in file.steps)


def _is_in(words: str, files: Sequence[ExportFile]) -> bool:
    """Return whether the steps of a file contain some words."""
    return any(words in line for file in files for line in file.steps)


def _general(files: Sequence[ExportFile], system: str | None) -> Iterator[str]:
    columns = [column for file in files for column in file.columns]
    words = dict.fromkeys(["", *(word for column in columns for word in column.missing_words)])
    yield f"missing_values: [{', '.join(say(word) for word in words)}]" + (
        "" if system else " # ? anything else"
    )
    for file in (file for file in files if not file.steps):
        order = settled_order(file.columns)
        if order is not None:
            yield f"# {file.name}: dates are read {order}"
    if any(column.local for column in columns):
        japanese = any(_JAPANESE.search(column.name) for column in columns)
        zone = "Asia/Tokyo" if japanese else "UTC"
        question = " # ? no offsets: in which zone are the times"
        yield (
            f"times: {{zone: {zone_of(system)}}}"
            if system
            else f"times: {{zone: {zone}}}{question}"
        )


def _open_questions(parts: Sequence[FileRole]) -> Iterator[str]:
    roles = {part.role for part in parts}
    if "outcomes" not in roles:
        yield "# ? outcomes: which file or column says who was won and when"
        yield from _candidates(parts)
    kinds = [part.kind for part in parts if part.role == "activities" and part.kind]
    words = [word for kind in kinds for word in kind.values]
    written = [say(word) for word in words if meaning(word) in {"won", "lost"}]
    if "activities" in roles:
        question = "all types that are the outcome written down"
        yield f"outcome_activities: [{', '.join(written)}] # ? {question}"
    question = "" if any(part.certain for part in parts) else "? "
    yield f"# {question}observed_until: 2026-01-01T00:00:00Z # until when the data are complete"


def _candidates(parts: Sequence[FileRole]) -> Iterator[str]:
    """Name the columns that may say how deals ended, with their values.

    Where no header says so, in a language that is not known here, all with a few values are named.
    """
    could = [
        (part, column)
        for part in parts
        if part.role in {"leads", "activities"}
        for column in part.file.of_look("category", "number")
        if 1 < column.distinct <= _FEW
    ]
    named = [(part, column) for part, column in could if _says_outcome(column)]
    few = [(part, column) for part, column in could if column.distinct <= _VERY_FEW]
    for part, column in named or few[:_MOST_CANDIDATES]:
        yield f"# ? perhaps {column.name} of {part.file.name}: {some(column)}"
    if could:
        yield "# until then nobody knows which attributes a deal's end fills: look at each"


def _says_outcome(column: ExportColumn) -> bool:
    name = spaced(column.name)
    return bool(OUTCOME_NAME.search(name) or STAGE.search(name))
