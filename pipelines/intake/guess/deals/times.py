"""Which of a file's times is which: created, happened, known.

Decided here: the header first, where most rows have the time; then that what is there in every row
is the beginning; of several such times, the earliest. A planned date, the last change and the end
of a deal are never the beginning while there is another time. What happened is dated by the time
that differs between the rows of one lead, and by what was done rather than by what was due.
"""

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from features.reading.times import read_times
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.vocabulary import CREATED, ENDED, KNOWN, PLANNED, TOUCHED
from pipelines.intake.mapping.time_rule import TimeRule

_MOST: Final = 0.5
_HARDLY: Final = 0.02


def created(file: ExportFile) -> ExportColumn | None:
    """Return when the thing of a row came into being; None if no time says so."""
    times = [c for c in _plain(file) if not ENDED.search(spaced(c.name))]
    full = [c for c in times if not file.partly_missing(c)]
    named = [c for c in times if CREATED.search(spaced(c.name))]
    mostly = [c for c in named if c.there >= _MOST * file.rows]
    if mostly or full:
        return _earliest(file, mostly or full) if mostly or len(_plain(file)) > 1 else full[0]
    return next(iter(named), None)


def other_beginnings(file: ExportFile, begin: ExportColumn) -> list[ExportColumn]:
    """List the times that every row has and that may be the beginning as well.

    Parameters
    ----------
    file
        A row a lead.
    begin
        What is taken as the beginning.
    """
    times = [c for c in _plain(file) if not ENDED.search(spaced(c.name))]
    return [c for c in times if c is not begin and not file.partly_missing(c)]


def is_named_created(column: ExportColumn) -> bool:
    """Return whether a header says that the thing of a row came into being."""
    return bool(CREATED.search(spaced(column.name)))


def _earliest(file: ExportFile, columns: Sequence[ExportColumn]) -> ExportColumn:
    """Return the first time that is hardly ever after another one, or else the first."""
    if len(columns) == 1:
        return columns[0]
    moments = pd.DataFrame({n: _moments(file, c) for n, c in enumerate(columns)})
    first = moments.min(axis=1)
    late = [float((moments[n] > first).mean()) for n in range(len(columns))]
    return next((c for c, share in zip(columns, late, strict=True) if share <= _HARDLY), columns[0])


def _moments(file: ExportFile, column: ExportColumn) -> pd.Series:
    return read_times(file.text(column), TimeRule(format=column.formats[0])).moments


def unread(file: ExportFile, *, ended: bool) -> ExportColumn | None:
    """Return the dates in no known format that may say when a deal began, or when it ended.

    Parameters
    ----------
    file
        A file in which no time says so.
    ended
        Whether the end is looked for.
    """
    could = [c for c in file.columns if c.unread and c.look != "time"]
    could = [c for c in could if not TOUCHED.search(spaced(c.name))]
    ends = [c for c in could if ENDED.search(spaced(c.name)) or file.partly_missing(c)]
    mine = ends if ended else [c for c in could if c not in ends]
    mine = [c for c in mine if not PLANNED.search(spaced(c.name))]
    return (None if ended else _first(mine, CREATED)) or next(iter(mine), None)


def happened(file: ExportFile, lead: ExportColumn | None = None) -> ExportColumn | None:
    """Return when the thing of a row happened; None if the file has no time.

    Parameters
    ----------
    file
        The file.
    lead
        The column of the lead; None if there is none. A time that is the same in all rows of a lead
        is when none of them happened, if another time differs.
    """
    times = file.of_look("time")
    several = lead is not None and not lead.unique and len(times) > 1
    differing = [c for c in times if _differs(file, c, lead)] if several else []
    could = _plain(file)
    if differing and not any(c in differing for c in could):
        could = differing
    elif differing:
        could = [c for c in could if c in differing]
    return next(iter([c for c in could if not KNOWN.search(c.name)] or could), None)


def _differs(file: ExportFile, column: ExportColumn, lead: ExportColumn | None) -> bool:
    """Return whether the rows of most leads with several have different times."""
    if lead is None:
        return True
    times = file.text(column).groupby(file.text(lead)).agg(["size", "nunique"])
    several = times[times["size"] > 1]
    return bool((several["nunique"] > 1).mean() > _MOST)


def known(file: ExportFile, lead: ExportColumn | None = None) -> ExportColumn | None:
    """Return when the systems knew of it; None if no time says so.

    Parameters
    ----------
    file
        The file.
    lead
        The column of the lead, as for `happened`.
    """
    own = happened(file, lead)
    return _first([c for c in file.of_look("time") if c is not own], KNOWN)


def _plain(file: ExportFile) -> list[ExportColumn]:
    times = file.of_look("time")
    plain = [c for c in times if not TOUCHED.search(spaced(c.name))]
    return [c for c in plain if not PLANNED.search(spaced(c.name))] or plain or times


def _first(columns: Sequence[ExportColumn], pattern: re.Pattern[str]) -> ExportColumn | None:
    return next((column for column in columns if pattern.search(spaced(column.name))), None)
