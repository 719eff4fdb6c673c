"""The weekly lists and the outcomes: from a server's database, or a file and the tables.

Decided here: a file has the columns `lead_id`, `at` and `chosen_by` (`rank` or `lot`); rows that
say neither are a fault, not left out, because who was drawn is what all conclusions rest on.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from features.errors import BadTables
from features.reading.numbers import read_numbers
from features.reading.text import as_text, folded
from features.reading.times import read_times
from features.reading.values import TimeReading
from pipelines.incumbent import table_file
from pipelines.lifecycle import lift
from pipelines.lifecycle.audit.stage import read_tables
from pipelines.run.stage_context import Job
from pipelines.storage import partitions

CHOSEN: Final = ("rank", "lot")
COLUMNS: Final = ("lead_id", "at", "chosen_by")


@dataclass(frozen=True)
class ListsWithOutcomes:
    """All lists with who was on them and why, and all outcomes that are known.

    Attributes
    ----------
    listed
        `lead_id`, `at`, `chosen_by`, and `score` (missing where it was not stored): one row a lead
        and list.
    outcomes
        The outcomes of all leads.
    """

    listed: pd.DataFrame
    outcomes: pd.DataFrame


def of_server(job: Job, database: str) -> ListsWithOutcomes:
    """Read what a server stored.

    Parameters
    ----------
    job
        The parameters and places.
    database
        URL of the server's database.
    """
    listed, _, outcomes = lift.read(job, database)
    return ListsWithOutcomes(listed, outcomes)


def of_file(job: Job, path: Path) -> ListsWithOutcomes:
    """Read lists from a file; outcomes are those of the tables.

    Parameters
    ----------
    job
        The parameters and places.
    path
        CSV, Parquet or a workbook.

    Raises
    ------
    BadTables
        If a row has no lead, no readable moment, or was chosen by neither rank nor lot.
    """
    raw = table_file.read(path, {f"column {name}": name for name in COLUMNS}, "weekly lists")
    zone = partitions.manifest(job.places.tables).values_reading.zone
    listed = pd.DataFrame(
        {
            "lead_id": folded(as_text(raw["lead_id"])),
            "at": read_times(raw["at"], TimeReading(zone=zone)).moments,
            "chosen_by": folded(as_text(raw["chosen_by"])).str.casefold(),
            "score": read_numbers(raw["score"])[0] if "score" in raw else np.nan,
        }
    )
    bad = listed["lead_id"].isna() | listed["at"].isna() | ~listed["chosen_by"].isin(CHOSEN)
    if bad.any() or listed.empty:
        first = ", ".join(str(number + 1) for number in np.flatnonzero(bad)[:5])
        raise BadTables.of(
            f"{path.name}: {int(bad.sum())} of {len(listed)} rows cannot be used (rows {first})",
            "a lead_id, a moment, and chosen_by rank or lot in every row",
            "correct the file",
        )
    return ListsWithOutcomes(listed, read_tables(job).outcomes)
