"""Files without the rows and words about some leads.

Decided here: a table loses the rows of these leads; any other text loses the ids themselves, where
they stand alone; an id of digits alone only where it is a whole text, as other numbers look like
it. A file that holds none of them is not touched. What is written anew is written beside and
renamed, so a killed erasure leaves every file whole, and it can be run again.
"""

import csv
import io
import json
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.reading.normalize import folded
from features.records.spreadsheet_cells import plain
from pipelines.storage.atomic import replacing

LEAD: Final = "lead_id"
ERASED: Final = "(erased)"
_PARQUET: Final = b"PAR1"
_NUL: Final = b"\0"
_HEAD: Final = 65_536


def without(path: Path, lead_ids: Collection[str]) -> int:
    """Remove leads from a file; return how many rows or words went.

    Parameters
    ----------
    path
        The file, of any kind.
    lead_ids
        Normalised ids.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_PARQUET):
        return _parquet(path, lead_ids)
    if _NUL in head:
        return 0  # a binary file that names no lead: a model, a plot, a database
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    if not any(one in text or _escaped(one) in text for one in lead_ids):
        return 0
    return _csv(path, text, lead_ids) if path.suffix == ".csv" else _text(path, text, lead_ids)


def holds(path: Path, lead_ids: Collection[str]) -> bool:
    """Check whether a file names one of some leads.

    Parameters
    ----------
    path
        The file, of any kind.
    lead_ids
        Normalised ids.
    """
    content = path.read_bytes()
    if content.startswith(_PARQUET):
        schema = pq.read_schema(path)
        return LEAD in schema.names and bool(_rows_of(pq.read_table(path), lead_ids))
    return any(one.encode() in content or _escaped(one).encode() in content for one in lead_ids)


def _rows_of(table: pa.Table, lead_ids: Collection[str]) -> int:
    count = pc.sum(pc.is_in(_plain_ids(table), pa.array(sorted(lead_ids), pa.string())))
    return int(count.as_py() or 0)


def _plain_ids(table: pa.Table) -> pa.ChunkedArray:
    return table[LEAD].cast(pa.string())


def _parquet(path: Path, lead_ids: Collection[str]) -> int:
    if LEAD not in pq.read_schema(path).names:
        return 0
    table = pq.read_table(path)
    count = _rows_of(table, lead_ids)
    if count:
        gone = pc.is_in(_plain_ids(table), pa.array(sorted(lead_ids), pa.string()))
        rest = _encoded_anew(table.filter(pc.invert(pc.fill_null(gone, fill_value=False))))
        with replacing(path) as fresh:
            pq.write_table(rest, fresh, compression="zstd")
    return count


def _encoded_anew(table: pa.Table) -> pa.Table:
    """Drop values that no row has any more from the lists of dictionary columns."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain_column = table[place].cast(field.type.value_type)
            anew = plain_column.combine_chunks().dictionary_encode().cast(field.type)
            table = table.set_column(place, field, anew)
    return table


def _csv(path: Path, text: str, lead_ids: Collection[str]) -> int:
    """Remove the rows of a CSV file that name a lead in a cell, or in JSON inside a cell."""
    mark, content = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    rows = list(csv.reader(io.StringIO(content, newline="")))
    rest = [row for row in rows if not any(_names(cell, lead_ids) for cell in row)]
    if len(rest) < len(rows):
        file = io.StringIO()
        csv.writer(file).writerows(rest)
        _write(path, mark + file.getvalue())
    return len(rows) - len(rest)


def _names(cell: str, lead_ids: Collection[str]) -> bool:
    if folded(plain(cell)) in lead_ids:
        return True
    if not cell.startswith(("{", "[")):
        return False
    try:
        return _in_json(json.loads(cell), lead_ids)
    except ValueError:
        return False


def _in_json(value: Any, lead_ids: Collection[str]) -> bool:
    if isinstance(value, dict):
        return any(_in_json(one, lead_ids) for one in value.values())
    if isinstance(value, list):
        return any(_in_json(one, lead_ids) for one in value)
    return isinstance(value, str) and folded(value) in lead_ids


def _text(path: Path, text: str, lead_ids: Collection[str]) -> int:
    """Replace the ids in a text, where they stand alone."""
    rest, count = _pattern(frozenset(lead_ids)).subn(ERASED, text)
    if count:
        _write(path, rest)
    return count


@lru_cache(maxsize=4)
def _pattern(lead_ids: frozenset[str]) -> re.Pattern[str]:
    """Return the expression of the ids, the longest first."""
    every = sorted({form for one in lead_ids for form in (one, _escaped(one))}, key=len)
    whole = "|".join(re.escape(one) for one in reversed(every))
    distinct = "|".join(re.escape(one) for one in reversed(every) if not one.isdecimal())
    alone = rf"|(?<![\w-])(?:{distinct})(?![\w-])" if distinct else ""
    return re.compile(rf"(?<=[\">])(?:{whole})(?=[\"<]){alone}")


def _escaped(lead_id: str) -> str:
    """Return an id as it stands inside a JSON text."""
    return json.dumps(lead_id)[1:-1]


def _write(path: Path, text: str) -> None:
    with replacing(path) as fresh:
        fresh.write_bytes(text.encode("utf-8", "surrogateescape"))
