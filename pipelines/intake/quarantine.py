"""Rows that cannot be used: kept aside with their reasons, never dropped.

Decided here: one file `quarantine.csv` beside the tables, readable in a spreadsheet (UTF-8 with a
byte order mark): table, the place and row number it came from, the reasons, what stood in cells
that could not be read, and the row as it was read.
"""

import csv
import json
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Final

import pandas as pd

from pipelines.intake.rows.notes import DISPLAY, HIDDEN, NOTES, PLACE, ROW

FILE: Final = "quarantine.csv"
HEADER: Final = ("table", "place", "row", "reasons", "unread", "content")


class Quarantine:
    """Writes rows that are taken out, and counts them.

    Use it as a context; `counts` tells the rows by table.
    """

    def __init__(self, directory: Path) -> None:
        self._file = (directory / FILE).open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)
        self.counts: Counter[str] = Counter()

    def split(self, table: str, frame: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
        """Put away the rows that have reasons; give the others.

        Parameters
        ----------
        table
            Its name.
        frame
            Its rows.
        reasons
            Shape (rows,): why a row is set aside; missing for rows that stay.
        """
        out = reasons.notna().to_numpy()
        if not out.any():
            return frame
        rows = frame[out]
        hidden = {*HIDDEN, *(name for name in rows if str(name).startswith(DISPLAY))}
        columns = [name for name in rows.columns if name not in hidden]
        for content, place, number, notes, reason in zip(
            rows[columns].to_dict("records"),
            rows[PLACE],
            rows[ROW],
            rows[NOTES].fillna(""),
            reasons[out],
            strict=True,
        ):
            words = {str(k): str(v) for k, v in content.items() if not pd.isna(v)}
            unread = str(notes).replace("\t", " ").replace("\n", "; ")
            line = json.dumps(words, ensure_ascii=False)
            self._writer.writerow([table, place, number, reason, unread, line])
        self.counts[table] += len(rows)
        return frame[~out]

    def __enter__(self) -> "Quarantine":
        """Open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, whatever happened."""
        self._file.close()
