"""Files that say what channels cost: a source, a month and an amount in every row, and no lead."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.time_formats import MOSTLY
from pipelines.intake.guess.cells.vocabulary import CHANNEL_NAMES, COST, CURRENCY
from pipelines.intake.guess.file_role import FileRole
from pipelines.intake.guess.wording import origin, say
from pipelines.intake.spend import month_of

_WORDS: Final = ("category", "id", "text")


def spend_files(
    files: Sequence[ExportFile], parts: Sequence[FileRole]
) -> dict[str, Mapping[str, ExportColumn]]:
    """Return the columns of each file that says what channels cost, by the name of the file.

    Parameters
    ----------
    files
        The files of an export.
    parts
        Those that have a role; they are passed over.
    """
    used = [part.file for part in parts]
    free = [file for file in files if not any(one is file for one in used)]
    read = {file.name: _columns(file) for file in free}
    return {name: one for name, one in read.items() if {"source", "month", "amount"} <= one.keys()}


def spend_lines(spend: Mapping[str, Mapping[str, ExportColumn]]) -> Iterator[str]:
    """Write the rules of files that say what channels cost.

    Parameters
    ----------
    spend
        As from `spend_files`.
    """
    if spend:
        yield "spend: # ? what the channels cost, by month; no model reads it"
    for name, columns in spend.items():
        yield f"  - source: {say(name)}"
        yield "    columns:"
        yield from (f"      {one}: {origin(column)}" for one, column in columns.items())


def _columns(file: ExportFile) -> dict[str, ExportColumn]:
    words = file.of_look(*_WORDS)
    columns: dict[str, ExportColumn | None] = {
        "source": _named(words, "source"),
        "campaign": _named(words, "campaign"),
        "month": next((one for one in file.columns if _is_month(file, one)), None),
        "amount": next((c for c in file.of_look("number") if COST.search(spaced(c.name))), None),
        "currency": next((c for c in words if CURRENCY.search(spaced(c.name))), None),
    }
    return {name: column for name, column in columns.items() if column is not None}


def _named(columns: Sequence[ExportColumn], what: str) -> ExportColumn | None:
    pattern = CHANNEL_NAMES[what]
    return next((one for one in columns if pattern.search(spaced(one.name))), None)


def _is_month(file: ExportFile, column: ExportColumn) -> bool:
    texts = file.text(column).dropna()
    return len(texts) > 0 and texts.map(month_of).notna().mean() >= MOSTLY
