"""What the columns of one file settle together: day before month or after it, the decimal sign.

Decided here: a file is written in one manner. A column whose own values decide binds the others of
its file, and a file that decides binds one that does not.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from pipelines.intake.guess.cells.columns import ExportColumn

DayMonth = Literal["day first", "month first"]
_DAY: Final = ("%d/%m", "%d-%m", "%d.%m")
_MONTH: Final = ("%m/%d", "%m-%d", "%m.%d")


def order_of(form: str) -> DayMonth | None:
    """Return which of day and month a format reads first; None if it cannot be mistaken."""
    if form.startswith(_DAY):
        return "day first"
    return "month first" if form.startswith(_MONTH) else None


def settled_order(columns: Sequence[ExportColumn]) -> DayMonth | None:
    """Return the order that some column decides and none contradicts."""
    orders = {
        order_of(column.formats[0])
        for column in columns
        if column.formats and len({order_of(form) for form in column.formats}) == 1
    } - {None}
    return next(iter(orders)) if len(orders) == 1 else None


def agreed(columns: Sequence[ExportColumn], order: DayMonth | None) -> tuple[ExportColumn, ...]:
    """Rewrite the columns of a file in its one manner.

    Parameters
    ----------
    columns
        Of one file.
    order
        Of day and month, as the other files have it; used where this file does not decide.
    """
    order = settled_order(columns) or order
    signs = {column.decimal for column in columns if column.decimal_sure}
    sign = signs.pop() if len(signs) == 1 else None
    return tuple(_with_sign(_with_order(column, order), sign) for column in columns)


def _with_order(column: ExportColumn, order: DayMonth | None) -> ExportColumn:
    fitting = tuple(form for form in column.formats if order_of(form) in {None, order})
    return replace(column, formats=fitting) if order and fitting else column


def _with_sign(column: ExportColumn, sign: str | None) -> ExportColumn:
    if sign is None or not column.grouped:
        return column
    return replace(column, decimal=sign, grouped=False)
