"""Rows of an export that are no leads, or nothing that happened: deleted, made for a test, planned.

Decided here: rows of a yes or no called deleted are left out by `where`, with a question; rows that
only look like tests by a name or an address are asked about, since a company may be called Test.
Activities that were planned and not done are asked about.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.footers import Footer
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.value_words import NO, is_flag
from pipelines.intake.guess.cells.vocabulary import DELETED, DELETED_VALUE
from pipelines.intake.guess.file_role import FileRole
from pipelines.intake.guess.wording import say

_NAMES: Final = re.compile(r"\b(?:name|company|e ?mail|title|topic)\b|会社|氏名|名前|件名|メール")
_FEW: Final = 12
_TESTS: Final = (
    r"(?i)^test\b|\btest (?:lead|account|user|company|deal)\b|@(?:test|example)\.|テスト|動作確認"
)


_UNDONE: Final = re.compile(
    r"planned|scheduled|to ?do|open|pending|deferred|waiting|overdue|upcoming|draft"
    r"|not (?:started|done|held|completed)|incomplete|予定|計画|未完了|未実施|未対応|未着手|下書き"
    r"|geplant|offen|prévue?|à faire|pendiente|pendente|programad[oa]|aperta|план\w*"
    r"|计划|未完成|待办|예정|미완료",
    re.IGNORECASE,
)
_DONE_NAME: Final = re.compile(
    r"\b(?:is )?(?:done|completed?|held|closed)$|完了|実施|済|erledigt|conclu[ií]d[oa]|完成|완료"
)


def deleted(file: ExportFile) -> list[ExportColumn]:
    """List the columns that say that a row was deleted, or made for a test."""
    named = [c for c in file.columns if DELETED.search(spaced(c.name)) and _parts_rows(file, c)]
    return [*named, *(c for c in file.columns if c not in named and _says_deleted(c))]


def rows_undone(part: FileRole) -> Iterator[str]:
    """Write a question for each column that says of activities that they were not done.

    Parameters
    ----------
    part
        A file as activities.
    """
    if part.certain:
        return
    for column in part.file.of_look("category", "number"):
        undone = _undone(column) if column is not part.kind and column.distinct <= _FEW else []
        if undone:
            rows = int(part.file.text(column).isin(undone).sum())
            words = ", ".join(undone)
            yield f"    # ? {rows:,} rows have {column.name}: {words}; leave them out if not done"


def _undone(column: ExportColumn) -> list[str]:
    """List the values by which activities were not done."""
    if is_flag(column):
        named = _DONE_NAME.search(spaced(column.name))
        return [v for v in column.values if named and v.casefold() in NO]
    return [v for v in column.values if _UNDONE.fullmatch(v.strip())]


def _says_deleted(column: ExportColumn) -> bool:
    """Return whether a status has a word for deleted rows among a few others."""
    few = column.look == "category" and 1 < column.distinct <= _FEW
    return few and any(DELETED_VALUE.fullmatch(value) for value in column.values)


def _parts_rows(file: ExportFile, column: ExportColumn) -> bool:
    emptied = column.look == "time" and file.partly_missing(column) and file.separator is not None
    return is_flag(column) or emptied


def where(part: FileRole, others: Mapping[str, list[str]] | None = None) -> Iterator[str]:
    """Write which rows of a file are for a table, if not all are.

    Parameters
    ----------
    part
        A file in a role; its deleted rows are left out.
    others
        Further columns, with the values that the rows must have.
    """
    wanted = {c.name: _remaining(part.file, c) for c in deleted(part.file)}
    question = part.mark("deleted rows are left out") if wanted else ""
    wanted |= others or {}
    pairs = [f"{say(n)}: [{', '.join(map(say, words))}]" for n, words in wanted.items()]
    if part.file.footer is not None:
        pairs.append(f"{say(part.file.footer.column)}: {{present: true}}")
        question += f" # ? {ended_by(part.file.footer)}"
    if pairs:
        yield f"    where: {{{', '.join(pairs)}}}{question}"


def ended_by(footer: Footer) -> str:
    """Return a question about the rows at the end of a file."""
    first = json.dumps(footer.first, ensure_ascii=False)
    return f"{footer.rows} rows at the end, e.g. {first}, are no data"


def _remaining(file: ExportFile, column: ExportColumn) -> list[str]:
    """List the values of rows that were not deleted, as they stand; one may be missing."""
    values = column.values if column.look != "time" else ()
    if _says_deleted(column):
        values = tuple(v for v in values if not DELETED_VALUE.fullmatch(v))
    else:
        values = tuple(v for v in values if v.casefold() in NO)
    missing = file.frame[column.name].isin(list(column.missing_words))
    absent = sorted(set(file.frame.loc[missing, column.name].astype("str")))
    return [*values, *absent]


def rows_of_tests(file: ExportFile) -> Iterator[str]:
    """Write a question for each column in which rows look like tests."""
    for column in file.columns:
        if column.look in {"category", "id", "text"} and _NAMES.search(spaced(column.name)):
            values = file.text(column)
            rows = values[values.str.contains(_TESTS, regex=True, na=False)]
            if len(rows):
                first = f"{column.name}: {rows.iloc[0]!r}"
                yield f"    # ? {len(rows):,} rows look like tests ({first}); leave them out"
