"""Which of a file's times is which: created, happened, known.

Decided here: the header first; then that what is there in every row is the beginning. A planned
date, the last change and the end of a deal are never the beginning.
"""

import re
from collections.abc import Sequence

from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.vocabulary import CREATED, ENDED, KNOWN, PLANNED, TOUCHED


def created(file: ExportFile) -> ExportColumn | None:
    """Return when the thing of a row came into being; None if no time says so."""
    times = [c for c in _plain(file) if not ENDED.search(spaced(c.name))]
    named = _first(times, CREATED)
    full = [c for c in times if not file.partly_missing(c)]
    others = len(_plain(file)) > 1
    return named or (full[0] if len(full) == 1 or (full and others) else None)


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


def happened(file: ExportFile) -> ExportColumn | None:
    """Return when the thing of a row happened; None if the file has no time."""
    times = _plain(file)
    return next(iter([c for c in times if not KNOWN.search(c.name)] or times), None)


def known(file: ExportFile) -> ExportColumn | None:
    """Return when the systems knew of it; None if no time says so."""
    return _first([c for c in file.of_look("time") if c is not happened(file)], KNOWN)


def _plain(file: ExportFile) -> list[ExportColumn]:
    times = file.of_look("time")
    plain = [c for c in times if not TOUCHED.search(spaced(c.name))]
    return [c for c in plain if not PLANNED.search(spaced(c.name))] or plain or times


def _first(columns: Sequence[ExportColumn], pattern: re.Pattern[str]) -> ExportColumn | None:
    return next((column for column in columns if pattern.search(spaced(column.name))), None)
