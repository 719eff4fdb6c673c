"""Which of a file's times is which: created, ended, happened, known.

Decided here: the name first; then that what is there in every row is the beginning, and what is
missing in some rows the end.
"""

import re
from collections.abc import Sequence

from pipelines.intake.guess.columns import Column
from pipelines.intake.guess.links import File
from pipelines.intake.guess.vocabulary import CREATED, ENDED, KNOWN, TOUCHED


def created(file: File) -> Column | None:
    """Find when the thing of a row came into being."""
    times = _plain(file)
    named = _first(times, CREATED)
    full = [c for c in times if not file.partly_missing(c) and not ENDED.search(c.name)]
    return named or (full[0] if len(full) == 1 or (full and len(times) > 1) else None)


def ended(file: File) -> Column | None:
    """Find when the deal of a row ended."""
    begin = created(file)
    times = [column for column in _plain(file) if column is not begin]
    partly = [column for column in times if file.partly_missing(column)]
    return _first(times, ENDED) or next(iter(partly), None)


def happened(file: File) -> Column | None:
    """Find when the thing of a row happened."""
    times = _plain(file)
    return next(iter([c for c in times if not KNOWN.search(c.name)] or times), None)


def known(file: File) -> Column | None:
    """Find when the systems knew of it."""
    return _first([c for c in file.of_look("time") if c is not happened(file)], KNOWN)


def _plain(file: File) -> list[Column]:
    times = file.of_look("time")
    return [column for column in times if not TOUCHED.search(column.name)] or times


def _first(columns: Sequence[Column], pattern: re.Pattern[str]) -> Column | None:
    return next((column for column in columns if pattern.search(column.name)), None)
