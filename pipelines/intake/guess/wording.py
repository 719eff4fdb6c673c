"""How words and columns of an export are written in a mapping file."""

import json
import re
from typing import Final

from pipelines.intake.guess.columns import Column

_PLAIN: Final = re.compile(r"[^\W\d][\w./]*(?: [\w./]+)*")
_RESERVED: Final = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def say(word: str) -> str:
    """Write a word in YAML, quoted when it must be.

    >>> say("Lead Source"), say("yes?"), say("1")
    ('Lead Source', '"yes?"', '"1"')
    """
    plain = _PLAIN.fullmatch(word) and word.casefold() not in _RESERVED
    return word if plain else json.dumps(word, ensure_ascii=False)


def origin(column: Column | None) -> str:
    """Write where values come from: a column, with the format of its times."""
    if column is None:
        return '{row_number: "row-"} # ? no id found'
    form = column.formats[0] if column.formats else "iso"
    if form == "iso":
        return say(column.name)
    return f"{{column: {say(column.name)}, format: {say(form)}}}"


def doubt(column: Column) -> str:
    """Name the other formats that would fit as well."""
    others = column.formats[1:] if column.formats[0] != "iso" else ()
    return f" # ? or {' or '.join(others)}" if others else ""


def some(column: Column) -> str:
    """Name some of a column's values."""
    more = f" and {column.distinct - 5} more" if column.distinct > 5 else ""  # noqa: PLR2004
    return ", ".join(column.values[:5]) + more
