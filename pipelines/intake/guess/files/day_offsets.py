"""Dates that an export writes as days from a start: made to dates before roles are looked for.

Decided here: whole numbers of some years at most, negative ones among those of the export, under
the header of a date. They count from a start that another column names by its year; the day of the
start is a question. Without such a column they stay numbers.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from pipelines.intake.guess.cells.columns import ExportColumn, look_at
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.wording import say

STARTS: Final = "starts_on"
_NAME: Final = re.compile(r"\b(?:date|day)\b|日", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_MOST_DAYS: Final = 3_000
_MOST_TERMS: Final = 30


def with_dates(files: Sequence[ExportFile]) -> list[ExportFile]:
    """Return files, with dates instead of days from a start."""
    negative = any((_days(f, c) < 0).any() for f in files for c in _offsets(f))
    return [_dated(file) if negative and file.steps else file for file in files]


def _offsets(file: ExportFile) -> list[ExportColumn]:
    could = [c for c in file.of_look("number") if _NAME.search(spaced(c.name))]
    return [c for c in could if _are_days(_days(file, c))]


def _days(file: ExportFile, column: ExportColumn) -> pd.Series:
    return pd.to_numeric(file.text(column), errors="coerce").dropna()


def _are_days(days: pd.Series) -> bool:
    return bool(len(days)) and bool((days % 1 == 0).all() and (days.abs() < _MOST_DAYS).all())


def _dated(file: ExportFile) -> ExportFile:
    offsets = _offsets(file)
    few = [c for c in file.of_look("category") if c.distinct <= _MOST_TERMS and not c.parts]
    terms = next((c for c in few if all(map(_YEAR.search, c.values))), None)
    if not offsets or terms is None:
        return file
    starts = {value: f"{_YEAR.search(value)[0]}-01-01" for value in sorted(terms.values)}  # type: ignore[index]
    start = pd.to_datetime(file.frame[terms.name].map(starts))
    words = ", ".join(f"{say(value)}: {day}" for value, day in starts.items())
    rule = f"{{translate: {{column: {say(terms.name)}, values: {{{words}}}}}}}"
    steps = [*file.steps, "  derived:",
             f"    # ? on which day each {terms.name} starts; days are counted from there",
             f"    {STARTS}: {rule}"]  # fmt: skip
    frame, columns = file.frame, [c for c in file.columns if c not in offsets]
    for column in offsets:
        name = f"{column.name}_on"
        days = pd.to_timedelta(pd.to_numeric(frame[column.name], errors="coerce"), unit="D")
        frame = frame.assign(**{name: (start + days).dt.strftime("%Y-%m-%d")})
        columns.append(look_at(name, frame[name]))
        steps.append(
            f"    {say(name)}: {{date_plus: {{date: {STARTS}, days: {say(column.name)}}}}}"
        )
    return replace(file, frame=frame, columns=tuple(columns), steps=tuple(steps))
