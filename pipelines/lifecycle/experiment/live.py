"""Tests that a running server draws: ranking against lot, and a challenger in shadow.

Decided here: a lead counts on the first list of the declared time that had it, with the arm of that
list. In shadow nobody is drawn, since both models score every lead; their trial is that of
`mikomi shadow`. Its interval holds for one look, so only the end of the declared time gives a
verdict, and every look before it is "not shown yet".
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features import labels
from features.errors import BadInput
from features.labels import Target
from models.evaluation import paired_trial
from models.evaluation.paired_trial import Trial
from models.worth.verdict import Shown
from pipelines.lifecycle import lift
from pipelines.lifecycle import shadow as shadowing
from pipelines.lifecycle.experiment.assignment import COLUMNS
from pipelines.lifecycle.experiment.declaration import Declaration, folder
from pipelines.lifecycle.worth import lists as weekly
from pipelines.reports.experiment import shadow_verdict
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import observed_until
from pipelines.storage.atomic import write_json


def database_of(declared: Declaration, database: str | None) -> str:
    """Return the database that a test needs.

    Parameters
    ----------
    declared
        The test.
    database
        Its URL; None if it is not stated.

    Raises
    ------
    BadInput
        If it is not stated.
    """
    if database is None:
        raise BadInput.of(
            f"no database for test {declared.name}, which is drawn by {declared.drawn_by}",
            "the database of the server",
            "state --database (or --lists, for weekly lists in a file)",
        )
    return database


def of_lists(
    job: Job, declared: Declaration, file: Path | None, database: str | None
) -> pd.DataFrame:
    """Return the leads of the weekly lists of the declared time as assigned.

    Parameters
    ----------
    job
        The parameters and places.
    declared
        The test.
    file, database
        Where the lists are: a file, or the URL of a server's database.
    """
    if file is not None:
        read = weekly.of_file(job, file)
    else:
        read = weekly.of_server(job, database_of(declared, database))
    first = lift.once(_in_time(declared, read.listed, "at"))
    arm = np.where(first["chosen_by"] == "rank", "second", "first")
    columns = [first["lead_id"], first["lead_id"], pd.Series(arm), first["cutoff"]]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _in_time(declared: Declaration, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    begin, end = _time(declared)
    return rows[(rows[column] >= begin) & (rows[column] < end)]


def _time(declared: Declaration) -> tuple[pd.Timestamp, pd.Timestamp]:
    begin = pd.Timestamp(declared.starts_at).tz_convert("UTC")
    return begin, begin + timedelta(days=declared.enrols_days)


def shadow(job: Job, declared: Declaration, database: str) -> dict[str, Any]:
    """Compare challenger and champion on the live leads of the declared time; write the verdict.

    Parameters
    ----------
    job
        The parameters and places.
    declared
        The test.
    database
        The URL of the server's database.
    """
    scores, outcomes = shadowing.read(job, database)
    scores = _in_time(declared, scores, "cutoff").reset_index(drop=True)
    until = observed_until(job.places.tables)
    target = Target(declared.outcome, declared.horizon_days)
    label = labels.attach(scores, outcomes, target, until)
    matured = scores[label.notna()].assign(label=label.dropna())
    trial = paired_trial.trial(shadowing.sides(matured), job.params.promote)
    complete = bool(_time(declared)[1] + timedelta(days=declared.horizon_days) <= until)
    shown = _shown(trial, complete=complete)
    facts = shadow_verdict.facts(trial, declared.model_dump(mode="json"), shown, complete=complete)
    path = folder(job.places, declared.name) / "verdict.json"
    write_json(path, facts)
    return facts | {"report": str(path)}


def _shown(trial: Trial, *, complete: bool) -> Shown:
    """Return whether the challenger is shown to predict better: `more`, or worse: `fewer`."""
    if not trial.enough:
        return "too_few"
    if complete and trial.gain.low > 0.0:
        return "more"
    if complete and trial.gain.high < 0.0:
        return "fewer"
    return "not_shown"
