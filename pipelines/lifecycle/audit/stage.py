"""Command audit: any score against the leads and outcomes of the tables, as a page and JSON.

Decided here: of the product only `mikomi ingest` has to have run. A points file is counted from the
features, so it needs `mikomi featurize`. Where `mikomi evaluate` has written its predictions, the
lists are compared on the rows that they cover, and mikomi's own list is among them.
"""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from features.errors import BadInput
from features.tables import Tables
from features.timeline import to_moments
from models.artifact.remote import source
from models.audit.audit import audit
from models.audit.case import AuditCase, Meaning
from models.baselines.baselines import ByPoints
from models.evaluation.evaluation import MODEL
from models.model import scorecard
from models.stats.training_set import Floats, TrainingSet
from pipelines.incumbent.read_scores import ReadScores, read_scores
from pipelines.incumbent.score_history import of_leads
from pipelines.lifecycle.audit.case import AuditedCohort, DatedScore, case_of, matured
from pipelines.reports.audit import writing
from pipelines.reports.audit.page import AuditedScore
from pipelines.run.stage_context import Job
from pipelines.stages.featurize import labels_of
from pipelines.stages.snapshot import observed_until, with_calendar
from pipelines.stages.train import read_sales_points
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import replacing

_ACTIVITIES: Final = ("lead_id", "occurred_at", "known_at")


def run(job: Job) -> dict[str, Any]:
    """Audit the score of the section `incumbent`, write the report, return its facts."""
    job.tell("audit: tables", 0, None)
    tables = read_tables(job)
    scores = read(job)
    where = job.params.incumbent.scores or job.params.incumbent.points or ""
    joined = of_leads(scores, tables.leads, where)
    cohort = cohort_of(job)
    rows = matured(tables, cohort)
    meaning: Meaning = scores.meaning  # type: ignore[assignment]
    case = case_of(tables, rows, cohort, DatedScore(joined.history, meaning, scores.dated))
    case = with_predictions(job, case, rows)
    job.tell("audit: figures with intervals by lead", 0, None)
    done = audit(case, job.params.backtest, job.params.incumbent.cost_per_month)
    about = _about(job, scores, joined.strangers, rows)
    with replacing(job.places.audit) as fresh:
        fresh.mkdir()
        facts = writing.write(done, about, fresh, partitions.manifest(job.places.tables).name)
    return facts | {"report": str(job.places.audit / writing.PAGES["en"])}


def read_tables(job: Job) -> Tables:
    """Read leads, outcomes, and of activities only whose and when."""
    tables = job.places.tables
    parts = range(partitions.count(tables))
    read = {
        name: pd.concat(
            [pd.read_parquet(source(partitions.part_path(tables, name, part))) for part in parts],
            ignore_index=True,
        )
        for name in ("leads", "outcomes")
    }
    activities = partitions.read_columns(tables, "activities", list(_ACTIVITIES))
    return Tables(read["leads"], activities, read["outcomes"])


def read(job: Job) -> ReadScores:
    """Read the score: its file, or points counted from the features.

    Raises
    ------
    BadInput
        If params.yaml and the command name no score.
    """
    settings = job.params.incumbent
    if settings.points is not None:
        return _counted_points(job, settings.points)
    if settings.scores is None:
        raise BadInput.of(
            "no score",
            "a score to audit",
            "name its file: `mikomi audit --scores FILE`, or incumbent.scores in params.yaml",
        )
    return read_scores(settings, partitions.manifest(job.places.tables).values_reading.zone)


def _counted_points(job: Job, place: str) -> ReadScores:
    """Count the points of a file at every snapshot, from what was known before it."""
    frame, label = frames.read_features(job.places.features)
    rows = TrainingSet.from_frame(frame, label)
    table = read_sales_points(place, frame.catalog)
    if table is None:
        raise BadInput.of("no points file", "a points file", "correct incumbent.points")
    margin = ByPoints(scorecard.from_points(rows, table)).scorecard.margin(rows.values)
    known = frame.keys["cutoff"] - pd.Timedelta(microseconds=1)
    score = np.round(np.asarray(margin, np.float64), 6)
    scores = pd.DataFrame({"lead_id": frame.keys["lead_id"], "at": known, "score": score})
    return ReadScores(scores, len(scores), {}, "points", dated=True)


def cohort_of(job: Job) -> AuditedCohort:
    """Return who is judged, and when: the cohort of params.yaml."""
    until = observed_until(job.places.tables)
    cohort = job.params.cohort
    rule = with_calendar(job.places.tables, cohort.rule, until)
    return AuditedCohort(rule, cohort.target, until)


def with_predictions(job: Job, case: AuditCase, rows: pd.DataFrame) -> AuditCase:
    """Add mikomi's predictions of the test period, where they have been written.

    Parameters
    ----------
    job
        The parameters and places.
    case
        What is audited.
    rows
        Its snapshots.
    """
    path = job.places.predictions
    if not path.is_file():
        return case
    predicted = pd.read_parquet(path)
    keys = pd.MultiIndex.from_arrays([predicted["lead_id"], to_moments(predicted["cutoff"])])
    wanted = pd.MultiIndex.from_arrays([rows["lead_id"], to_moments(rows["cutoff"])])
    place = keys.get_indexer(wanted)
    values: Floats = np.append(predicted["probability"].to_numpy(np.float64), np.nan)[place]
    if np.isnan(values).all():
        return case
    return replace(case, rivals={MODEL: values, **case.rivals})


def _about(job: Job, scores: ReadScores, strangers: int, rows: pd.DataFrame) -> AuditedScore:
    settings = job.params.incumbent
    return AuditedScore(
        settings.title,
        (settings.scores or settings.points or "").rsplit("/", 1)[-1],
        len(scores.frame),
        scores.left_out,
        strangers,
        job.params.cohort.horizon_days,
        f"{rows['cutoff'].min():%Y-%m-%d}",
        f"{rows['cutoff'].max():%Y-%m-%d}",
        labels_of(partitions.manifest(job.places.tables).labels),
    )
