"""What channels cost: rows of a mapping's `spend` as amounts by source, campaign and month.

Decided here: spend belongs to no lead, so it lies beside the tables, in `spend.json`, and no stage
that learns reads it. Rows of the same source, campaign and month are added up. One currency: adding
several would need rates that nobody stated. Rows that cannot be used go to the quarantine.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from features.errors import BadTables, Fault
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.mapping.schema import TableRule
from pipelines.intake.quarantine import Quarantine
from pipelines.intake.read.readable import Piece, Readable
from pipelines.intake.report import TableCount
from pipelines.intake.rows import cells as cell
from pipelines.intake.rows.cells import Cells
from pipelines.intake.rows.notes import NOTES, PLACE, ROW, Notes
from pipelines.intake.rows.read_rows import chosen_rows

FILE: Final = "spend.json"
SPEND: Final = "spend"
KEY: Final = ("source", "campaign", "month")
_MONTH: Final = re.compile(r"\s*((?:19|20)\d\d)\s*[-/.年]?\s*(1[0-2]|0?[1-9])(?!\d{3})")
_ROWS: Final = 50_000


def month_of(text: str) -> str | None:
    """Read the month of a date, as people write it; None if there is none.

    >>> month_of("2026-05"), month_of("2026年5月分"), month_of("20260501"), month_of("May")
    ('2026-05', '2026-05', '2026-05', None)
    """
    match = _MONTH.match(unicodedata.normalize("NFKC", text))
    return f"{match[1]}-{int(match[2]):02d}" if match else None


def read_spend(
    mapping: MappingFile, readers: Mapping[str, Readable], quarantine: Quarantine
) -> tuple[list[dict[str, Any]], TableCount | None]:
    """Read the amounts of all rules, and count their rows; no count without rules.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.
    quarantine
        Where rows go that cannot be used.

    Raises
    ------
    BadTables
        If the amounts are in several currencies.
    """
    if not mapping.spend:
        return [], None
    read, frames = 0, []
    for rule in mapping.spend:
        for piece in readers[rule.source].pieces(_ROWS):
            frames.append(_rows(mapping, rule, piece))
            read += len(piece.frame) + piece.passed_over.total()
    frame = pd.concat(frames, ignore_index=True)
    usable = quarantine.split(SPEND, frame, _reasons(frame))
    aside = len(frame) - len(usable)
    passed = {"not for this table": read - len(frame)} if read > len(frame) else {}
    return _added(usable), TableCount(read, passed, len(usable), aside)


def write(directory: Path, lines: list[dict[str, Any]]) -> None:
    """Write the amounts beside the tables, if there are any.

    Parameters
    ----------
    directory
        The store.
    lines
        The amounts.
    """
    if lines:
        words = json.dumps(lines, ensure_ascii=False, indent=1)
        (directory / FILE).write_text(words, "utf-8")


def read(directory: Path) -> list[dict[str, Any]]:
    """Read the amounts of a store: source, campaign, month, amount, currency; none without."""
    path = directory / FILE
    lines: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else []
    return lines


def _rows(mapping: MappingFile, rule: TableRule, piece: Piece) -> pd.DataFrame:
    rows = len(piece.frame)
    number = np.arange(piece.before + 1, piece.before + rows + 1, dtype="int64")
    frame = piece.frame.reset_index(drop=True)
    whole = Cells(frame, number, mapping.missing_values, mapping.times_of(rule.source), Notes(rows))
    chosen = chosen_rows(whole, rule)
    made = pd.DataFrame(dict(_columns(whole.take(chosen), rule)))
    made[PLACE], made[ROW] = piece.place, piece.row_numbers[chosen]
    return made


def _columns(cells: Cells, rule: TableRule) -> Iterator[tuple[str, pd.Series]]:
    for name in ("source", "campaign", "month", "currency"):
        origin = rule.columns.get(name)
        text = None if origin is None else cell.words(cells, origin, name, "category")
        yield name, pd.Series("", cells.frame.index, dtype="str") if text is None else text
    origin = rule.columns["amount"]
    raw = cells.frame[origin.column] if origin.column else cell.raw_text(cells, origin)
    yield "amount", cell.numbers(cells, origin, "amount", raw)
    yield NOTES, cells.notes.column()


def _reasons(frame: pd.DataFrame) -> pd.Series:
    """Return why rows cannot be used; missing for the others. Months are read in place."""
    frame["month"] = frame["month"].map(month_of, na_action="ignore")
    faults = {
        "no source": frame["source"].isna(),
        "no month such as 2026-05": frame["month"].isna(),
        "no amount from 0 on": ~(frame["amount"] >= 0),
    }
    words = pd.DataFrame({name: np.where(bad, name, "") for name, bad in faults.items()})
    joined = words.apply(lambda row: ", ".join(filter(None, row)), axis=1).astype("str")
    return joined.where(joined != "")


def _added(frame: pd.DataFrame) -> list[dict[str, Any]]:
    frame = frame.fillna({"campaign": "", "currency": ""})
    currencies = sorted(set(frame["currency"]))
    if len(currencies) > 1:
        observed = f"spend in {', '.join(one or 'no currency' for one in currencies)}"
        do = "select one with `where`, or convert the amounts first"
        raise BadTables([Fault(observed, "one currency", do)])
    sums = frame.groupby(list(KEY), as_index=False, sort=True)["amount"].sum()
    currency = currencies[0] if currencies else ""
    rows = sums.assign(currency=currency).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
