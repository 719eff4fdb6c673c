"""The lines of outcomes that were read off rows of leads or deals.

Decided here: only rows that have ended give an outcome. Where open rows have a date as well (a
plan), they are passed over by their value; where they have none, by the missing date, so that a
value which comes up later is a fault and not silence. Every value that is neither won, lost nor
open is asked about.
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.value_words import YES, meaning, says_yes
from pipelines.intake.guess.cells.vocabulary import LOST_REASON, OUTCOME_NAME
from pipelines.intake.guess.deals.endings import Ending
from pipelines.intake.guess.deals.times import unread
from pipelines.intake.guess.file_role import FileRole
from pipelines.intake.guess.rows_apart import where
from pipelines.intake.guess.wording import doubt, lead_origin, origin, say, some, unread_origin

_MOST_VALUES = 60


def outcome_lines(part: FileRole, extras: Sequence[str]) -> Iterator[str]:
    """Write one rule for won and lost deals, or one for each where each has a time of its own.

    Parameters
    ----------
    part
        A file as outcomes, with how its deals ended.
    extras
        Lines of further columns: the deal's id, its amount, why it was lost.
    """
    end = part.end
    if end is None:
        return
    if end.dated:
        yield from _dated(part, end, extras)
        return
    for words in _groups(end):
        time = end.times.get(words[0])
        yield f"  - source: {say(part.file.name)}"
        yield from where(part, _closed(part, end))
        if time is not None and _lacks_open(part, end, time):
            yield f"    where_present: [{say(time.name)}]{part.mark('rows without it are open')}"
        yield "    columns:"
        yield f"      lead_id: {lead_origin(part)}"
        yield f"      occurred_at: {_time(part, end, time)}"
        yield from extras
        yield from _values(part, end, words, time)
    for word in ("won", "lost"):
        if end.times and word not in end.times and (end.state == word).any():
            rows = int((end.state == word).sum())
            yield f"  # ? {rows:,} rows are {word} and have no time of their own: when was that"
    if not part.certain:
        yield from _lost_reasons(part, end)
        yield from _other_columns(part, end)


def _lacks_open(part: FileRole, end: Ending, time: ExportColumn) -> bool:
    """Return whether many rows, or some that have not ended, lack a time."""
    missing = part.file.text(time).isna()
    still = ~end.state.isin(["won", "lost"])
    return part.file.partly_missing(time) or bool((missing & still).any())


def _other_columns(part: FileRole, end: Ending) -> Iterator[str]:
    """Name other columns that may say how a deal ended, and do not follow from this one."""
    for column in part.file.of_look("category"):
        free = column not in end.columns and column.name not in part.later
        if free and OUTCOME_NAME.search(spaced(column.name)) and column.distinct > 1:
            yield f"  # ? or does {column.name} say how deals ended: {some(column)}"


def _dated(part: FileRole, end: Ending, extras: Sequence[str]) -> Iterator[str]:
    """Write a rule for each time that says how a deal ended by being there."""
    for word, time in end.times.items():
        yield f"  - source: {say(part.file.name)}"
        yield from where(part)
        yield f"    where_present: [{say(time.name)}]{part.mark('rows without it are open')}"
        yield "    columns:"
        yield f"      lead_id: {lead_origin(part)}"
        yield f"      occurred_at: {origin(time, 'end')}{part.quiet(doubt(time))}"
        yield from extras
        yield f"      outcome: {{constant: {word}}}{part.mark('a date here means that it was')}"


def _lost_reasons(part: FileRole, end: Ending) -> Iterator[str]:
    """Write a question about rows with the reason of a loss, where none is known to be lost."""
    if (end.state == "lost").any():
        return
    for column in part.file.columns:
        rows = int(part.file.text(column).notna().sum())
        if LOST_REASON.search(spaced(column.name)) and part.file.partly_missing(column) and rows:
            yield f"  # ? {rows:,} rows have a value in {column.name}: were they lost, and when"


def _groups(end: Ending) -> list[tuple[str, ...]]:
    if not end.times or end.times.get("won") is end.times.get("lost"):
        return [("won", "lost")]
    return [(word,) for word in ("won", "lost") if word in end.times]


def _closed(part: FileRole, end: Ending) -> dict[str, list[str]]:
    if end.closed is None:
        return {}
    values = part.file.text(end.closed).dropna().unique()
    return {end.closed.name: [str(v) for v in values if str(v).casefold() in YES]}


def _time(part: FileRole, end: Ending, time: ExportColumn | None) -> str:
    dates = unread(part.file, ended=True) if time is None else None
    if dates is not None:
        return unread_origin(dates)
    if time is None:
        return "{after_created_days: 1} # ? no time of an end: a day after creation"
    note = f" # ? {end.doubt}" if end.doubt else doubt(time)
    return f"{origin(time, 'end')}{part.quiet(note)}"


def _values(
    part: FileRole, end: Ending, words: tuple[str, ...], time: ExportColumn | None
) -> Iterator[str]:
    meanings, others = _meanings(part, end, words)
    present = part.file.text(time).notna() if time is not None else True
    passed = present & ~part.file.text(end.kind).isin(list(meanings))
    yield f"      outcome:{part.mark(f'what each value of {end.kind.name} means')}"
    yield f"        column: {say(end.kind.name)}"
    if bool(pd.Series(passed).any()):
        yield "        other_values: skip" + part.mark("the others have not ended")
    yield "        values:" if meanings else "        values: {} # ? which one is won, which lost"
    unsure = says_yes(end.kind) and not (end.state == "lost").any()
    for value, word in meanings.items():
        question = " # ? or still open" if unsure and word == "lost" else ""
        yield f"          {say(value)}: {word}{question}"
    yield from (_other(value, rows, part) for value, rows in others.items())


def _meanings(
    part: FileRole, end: Ending, words: tuple[str, ...]
) -> tuple[dict[str, str], dict[str, int]]:
    """Return the values of ended deals with their meaning, and the rows of every other value."""
    counts = part.file.text(end.kind).value_counts()
    flag = says_yes(end.kind)
    meanings, others = {}, {}
    for value, rows in counts.items():
        word = meaning(str(value), flag=flag)
        if flag and word == "lost" and not _no_is_lost(end):
            others[str(value)] = int(rows)
        elif word in words:
            meanings[str(value)] = str(word)
        elif word not in {"won", "lost"}:
            others[str(value)] = int(rows)
    return meanings, others


def _no_is_lost(end: Ending) -> bool:
    """Return whether some no is known to be lost, or there is nothing else to go by."""
    return bool((end.state == "lost").any()) or not end.times


def _other(value: str, rows: int, part: FileRole) -> str:
    line = f"{say(value)}: lost" if part.end and says_yes(part.end.kind) else say(value)
    if meaning(value) == "opened":
        return f"          # {say(value)}: {rows:,} rows, open"
    return f"          #{'' if part.certain else ' ?'} {line}: {rows:,} rows, not ended, or how"
