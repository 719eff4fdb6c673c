"""Workbooks (.xlsx, .xls, .xlsb, .ods), one sheet of them as a table of text.

Decided here: python-calamine reads them. Cells become the text that a CSV would hold: whole numbers
without a point, dates in ISO form, nothing as "". The first row with two values is the header, so
that a title above it does no harm; where cells of it are merged over a second row of words, that
row names their columns. A column without a header is named after its number.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from features.errors import BadTables, Fault
from pipelines.intake.read.bounds import plain_refusal

SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
Row = list[object]
_SEVERAL: Final = 2
_LOOKED_AT: Final = 100


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook that hold rows, in its order."""
    with plain_refusal(path, "a workbook"):
        book = _book(path)
        return [name for name in book.sheet_names if _rows(book, name)]


def workbook_pieces(path: Path, sheet: str | None, rows: int) -> Iterator[pd.DataFrame]:
    """Read a sheet, at most `rows` rows at a time.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Its sheet; None for the first that holds rows.
    rows
        How many rows a piece has at most.

    Raises
    ------
    BadTables
        It is no workbook, has no such sheet, or the sheet is empty.
    """
    names, table = _table(path, sheet)
    for start in range(0, max(len(table), 1), rows):
        yield pd.DataFrame(table[start : start + rows], columns=names, dtype="str")


def _table(path: Path, sheet: str | None) -> tuple[list[str], list[list[str]]]:
    with plain_refusal(path, "a workbook"):
        book = _book(path)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            observed = f"{path.name}: no sheet {sheet!r}"
            raise BadTables.of(observed, f"one of {', '.join(names)}", "correct sheet")
        one = [sheet] if sheet is not None else names
        rows = next((rows for name in one if (rows := _rows(book, name))), [])
    if not rows:
        raise BadTables.of(f"{path.name}: nothing", "a header row", "export again")
    start = next((n for n, row in enumerate(rows) if sum(v != "" for v in row) > 1), 0)
    header, below = rows[start], rows[start + 1 :]
    if below and _is_second(header, below[0], below[1 : _LOOKED_AT + 1]):
        pairs = zip(header, below[0], strict=True)
        header, below = [low if low != "" else high for high, low in pairs], below[1:]
    return _header(header), [[_text(value) for value in row] for row in below]


def _is_second(header: Row, below: Row, rows: list[Row]) -> bool:
    """Return whether a row below the header goes on with it: words that come in no other row.

    It has a word wherever the header has none, and the header has none in several places.
    """
    blank = [n for n, value in enumerate(header) if value == ""]
    words = [value for value in below if value != ""]
    if len(blank) < _SEVERAL or not all(isinstance(value, str) for value in words):
        return False
    if any(below[n] == "" for n in blank) or len(set(words)) < len(words) or not rows:
        return False
    if any(re.search(r"\d", str(value)) for value in words):
        return False
    return not any(row[n] == below[n] != "" for row in rows for n in range(len(below)))


def _book(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        fault = Fault(f"{path.name}: {error}", "a workbook without a password", "export again")
        raise BadTables([fault]) from error


def _rows(book: CalamineWorkbook, name: str) -> list[Row]:
    try:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        return [list(row) for row in rows]
    except CalamineError as error:
        raise BadTables([Fault(f"sheet {name!r}: {error}", "rows", "export again")]) from error


def _header(row: Row) -> list[str]:
    names: list[str] = []
    for number, value in enumerate(row, start=1):
        name = _text(value).strip() or f"column {number}"
        names.append(name if name not in names else f"{name}.{names.count(name)}")
    return names


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
