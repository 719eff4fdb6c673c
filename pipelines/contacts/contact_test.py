"""Leads of whom some were contacted, in a file; and what such leads are once their horizon is over.

Decided here: one row a lead and moment: `lead_id`, `at`, `contacted`, and `chance` where chance
decided. With `converted` the file states the outcome too, and with `probability` what the ranking
thought.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd

from features import labels
from features.errors import BadTables
from features.labels import Target
from features.reading.numbers import read_numbers
from features.reading.text import as_text, folded
from features.reading.times import read_times
from features.reading.values import TimeReading
from pipelines.incumbent import table_file

Kind = Literal["experiment", "lottery", "file", "log"]
COLUMNS: Final = ("lead_id", "at", "contacted")


@dataclass(frozen=True)
class ContactedLeads:
    """Matured rows, and what they are.

    Attributes
    ----------
    kind
        Where they are from.
    frame
        `lead_id`, `cutoff`, `contacted`, `label`; `chance` where chance decided; `unit` and
        `probability` where they are known.
    waiting
        Rows whose horizon is not over.
    """

    kind: Kind
    frame: pd.DataFrame
    waiting: int


def of_file(
    path: Path, known: tuple[pd.DataFrame, Target, pd.Timestamp], zone: str | None
) -> ContactedLeads:
    """Read the leads of a file.

    Parameters
    ----------
    path
        CSV, Parquet or a workbook.
    known
        All outcomes, where the file does not state them; what is predicted; up to when outcomes
        are complete.
    zone
        The time zone of moments without an offset.

    Raises
    ------
    BadTables
        If a row cannot be read, with all kinds of faults at once.
    """
    raw = table_file.read(path, {f"column {name}": name for name in COLUMNS}, "contacted leads")
    rows = pd.DataFrame(
        {
            "lead_id": folded(as_text(raw["lead_id"])),
            "cutoff": read_times(raw["at"], TimeReading(zone=zone)).moments,
        }
    )
    numbers = ("contacted", "chance", "converted", "probability")
    for name in (one for one in numbers if one in raw):
        rows[name] = np.asarray(read_numbers(raw[name])[0], np.float64)
    _check(path.name, rows)
    rows["contacted"] = rows["contacted"] == 1.0
    if "converted" in rows:
        return ContactedLeads("file", rows.rename(columns={"converted": "label"}), 0)
    return labelled("file", rows, known)


def _check(name: str, rows: pd.DataFrame) -> None:
    """Refuse rows that cannot be used; all faults at once."""
    flags = [one for one in ("contacted", "converted") if one in rows]
    wrong = {
        "lead_id is missing": rows["lead_id"].isna() | (rows["lead_id"] == ""),
        "at is no moment": rows["cutoff"].isna(),
        **{f"{one} is neither 0 nor 1": ~rows[one].isin([0.0, 1.0]) for one in flags},
    }
    if "chance" in rows:
        wrong["chance is not between 0 and 1"] = ~rows["chance"].between(0, 1, inclusive="neither")
    if "probability" in rows:
        wrong["probability is not from 0 to 1"] = ~rows["probability"].between(0, 1)
    bad = {text: np.flatnonzero(rows_of) for text, rows_of in wrong.items() if rows_of.any()}
    if not bad and len(rows):
        return
    counted = [f"{len(places)} rows: {text} (row {places[0] + 1})" for text, places in bad.items()]
    raise BadTables.of(
        f"{name}: {'; '.join(counted) or 'no row'}",
        "a lead_id, a moment, contacted 0 or 1; chance above 0 and below 1, converted 0 or 1",
        "correct the file",
    )


def labelled(
    kind: Kind, rows: pd.DataFrame, known: tuple[pd.DataFrame, Target, pd.Timestamp]
) -> ContactedLeads:
    """Attach labels, and leave out what has not matured.

    Parameters
    ----------
    kind
        Where the rows are from.
    rows
        `lead_id` and `cutoff`, among other columns.
    known
        All outcomes, what is predicted, up to when outcomes are complete.
    """
    outcomes, target, until = known
    rows = rows[rows["cutoff"] <= until].reset_index(drop=True)
    label = labels.attach(rows, outcomes, target, until)
    there = label.notna().to_numpy()
    frame = rows.assign(label=label.to_numpy(np.float64))[there].reset_index(drop=True)
    return ContactedLeads(kind, frame, int((~there).sum()))
