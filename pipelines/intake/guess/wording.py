"""How words and columns of an export are written in a mapping file."""

import json
import re
from typing import Final

from features.reading.id_forms import FORMS, MEANINGS
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.file_role import FileRole

_PLAIN: Final = re.compile(r"[^\W\d][\w./]*(?: [\w./]+)*")
_RESERVED: Final = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_SHOWN: Final = 5


def say(word: str) -> str:
    """Write a word in YAML, quoted when it must be.

    >>> say("Lead Source"), say("yes?"), say("1")
    ('Lead Source', '"yes?"', '"1"')
    """
    plain = _PLAIN.fullmatch(word) and word.casefold() not in _RESERVED
    return word if plain else json.dumps(word, ensure_ascii=False)


def origin(column: ExportColumn | None, day: str = "") -> str:
    """Write where values come from: a column, with the format of its times or its decimal sign.

    Parameters
    ----------
    column
        The column; None if there is none.
    day
        For times: which moment of the day a date without a time of day is, `start` or `end`.
    """
    if column is None:
        return '{row_number: "row-"} # ? no id found'
    if column.parts:
        return f'{{join: [{", ".join(map(say, column.parts))}], separator: "/"}}'
    form = column.formats[0] if column.formats else "iso"
    keys = [f"column: {say(column.name)}"]
    keys += [f"format: {say(form)}"] if form != "iso" else []
    keys += [f"day: {day}"] if day and column.days else []
    keys += ["day: end_if_midnight"] if day == "end" and column.midnight else []
    keys += [f"decimal: {say(column.decimal)}"] if column.decimal != "." else []
    return say(column.name) if len(keys) == 1 else f"{{{', '.join(keys)}}}"


def lead_origin(part: FileRole) -> str:
    """Write where the ids of leads come from, rewritten where they would not meet otherwise."""
    lead, join = part.lead, part.join
    if lead is None:
        return f"{row_number(part)} # ? no id found"
    if join is None:
        zero = "0" in lead.all_values and any("0" in c.missing_words for c in part.file.columns)
        return (
            f"{{column: {say(lead.name)}, missing_values: [{say('')}]}}" if zero else origin(lead)
        )
    write = FORMS[join.form]
    if all(write(word) == word for word in lead.all_values):
        return origin(lead)
    return f"{{column: {say(lead.name)}, id_form: {join.form}}} # ? {MEANINGS[join.form]}"


def unread_origin(column: ExportColumn) -> str:
    """Write dates in no known format as an origin, which `mikomi check` refuses until it is."""
    return f"{say(column.name)} # ? a date in which format, e.g. {_listed(column.unread[:1])}"


def row_number(part: FileRole) -> str:
    """Write ids that are numbers of rows, other ones in each of several files of one form."""
    prefix = "row" if part.noun in {"", part.file.name} else part.file.name
    return f"{{row_number: {say(prefix + '-')}}}"


def doubt(column: ExportColumn) -> str:
    """Name the other formats that fit as well, or cells that the format cannot read."""
    others = column.formats[1:] if column.formats and column.formats[0] != "iso" else ()
    if others:
        return f" # ? or {' or '.join(others)}"
    return f" # ? cannot be read: {_listed(column.unread)}" if column.unread else ""


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(json.dumps(word, ensure_ascii=False) for word in words)


def some(column: ExportColumn) -> str:
    """Name some of a column's values."""
    more = f" and {column.distinct - _SHOWN} more" if column.distinct > _SHOWN else ""
    return ", ".join(column.values[:_SHOWN]) + more
