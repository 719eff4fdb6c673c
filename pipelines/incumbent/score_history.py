"""The score of a file as a history, with codes of leads; and its value at snapshots.

Decided here: a value whose moment nobody recorded counts from the creation of its lead. Values of
leads that the tables do not have are left out and counted; none that fits is refused.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import BadTables
from features.timeline import to_moments
from models.audit.history import ScoreHistory
from models.stats.training_set import Floats
from pipelines.incumbent.read_scores import ReadScores, read_scores
from pipelines.run.stage_context import Job
from pipelines.storage import partitions


@dataclass(frozen=True)
class LeadScores:
    """A history whose codes are places in `lead_id`, and how many values had no lead here."""

    history: ScoreHistory
    lead_id: pd.Index
    strangers: int

    def at(self, keys: pd.DataFrame) -> Floats:
        """Return the score at each `lead_id` and `cutoff`: shape (rows,), NaN without one."""
        lead = self.lead_id.get_indexer(pd.Index(keys["lead_id"])).astype(np.int64)
        return self.history.at_rows(lead, to_moments(keys["cutoff"]))[0]


def of_leads(scores: ReadScores, leads: pd.DataFrame, place: str = "the score") -> LeadScores:
    """Join a score with the leads of the tables.

    Parameters
    ----------
    scores
        The score as it was read.
    leads
        `lead_id` and `created_at` of all leads.
    place
        Where the score is from, for the message of a refusal.

    Raises
    ------
    BadTables
        If no value belongs to a lead of the tables.
    """
    index = pd.Index(leads["lead_id"])
    code = index.get_indexer(pd.Index(scores.frame["lead_id"])).astype(np.int64)
    known = code >= 0
    if not known.any():
        raise BadTables.of(
            f"{place}: no value of a lead of the tables; ids like "
            f"{', '.join(scores.frame['lead_id'].iloc[:3])}",
            f"ids like {', '.join(index[:3].astype(str))}",
            "name the column of the same ids in incumbent.lead",
        )
    created = to_moments(leads["created_at"])
    at = to_moments(scores.frame["at"]) if scores.dated else created[code]
    value = scores.frame["score"].to_numpy(np.float64)
    history = ScoreHistory.of(code[known], at[known], value[known])
    return LeadScores(history, index, int((~known).sum()))


def of_job(job: Job) -> LeadScores | None:
    """Read the incumbent score of a job; None if params.yaml names no file of one."""
    settings, tables = job.params.incumbent, job.places.tables
    if settings.scores is None:
        return None
    scores = read_scores(settings, partitions.manifest(tables).values_reading.zone)
    return of_leads(scores, lead_times(tables), settings.scores)


def lead_times(tables: Path) -> pd.DataFrame:
    """Read `lead_id` and `created_at` of all leads of a store."""
    return partitions.read_columns(tables, "leads", ["lead_id", "created_at"])
