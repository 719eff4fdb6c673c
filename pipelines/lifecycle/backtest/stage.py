"""Command backtest: rolling origins, every method at each, retraining cadences compared.

Decided here: a command and no DVC stage, because nothing depends on it and it takes long; what it
has computed is stored per origin and method under `data/<workspace>/backtest`, so that an
interrupted or changed back-test goes on with what is still true. A method that cannot be learned at
an origin (no conversion yet, no recency) answers there with the base rate.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.evaluation.evaluation import MODEL
from models.lifecycle import backtest
from models.lifecycle.backtest import Backtest, Stream
from models.lifecycle.capacity import AnsweredRows
from models.lifecycle.origins import Rolling, rolling
from models.registry.registry_types import Run
from models.stats.training_set import Floats
from pipelines.incumbent import score_history
from pipelines.incumbent.score_history import LeadScores
from pipelines.lifecycle.backtest import labelled_snapshots, origin
from pipelines.lifecycle.backtest.labelled_snapshots import Known
from pipelines.lifecycle.backtest.origin import METHODS, Course
from pipelines.reports.backtest import writing
from pipelines.run.engine import each
from pipelines.run.revision import of_sources
from pipelines.run.stage_context import Job
from pipelines.stages.run_facts import figures
from pipelines.stages.train import log
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import fingerprint, replacing


def run(job: Job) -> dict[str, Any]:
    """Do what is missing, judge it, write the report; return the figures of the model."""
    places, settings = job.places, job.params.backtest
    known = read(job)
    course, plan = lay_out(job, known)
    course.into.mkdir(parents=True, exist_ok=True)
    count = len(course.origins)
    done = each(partial(origin.work, course=course), range(count), job.params.engine)
    made = sum(job.track(done, "backtest", count))
    _forget(course)
    result = judged(job, known, course, plan)
    name = partitions.manifest(places.tables).name
    with replacing(places.backtest) as fresh:
        fresh.mkdir()
        writing.write(result, settings, fresh, name, job.target_text)
    _log(job, result, course.data)
    own = result.whole.streams[result.model].figures
    return {
        "origins": count,
        "periods": len(result.periods),
        "made": made,
        **{metric: own[metric].value for metric in ("auc", "log_loss", "ece")},
        "report": str(places.backtest / "report.html"),
    }


def _log(job: Job, result: Backtest, data: str) -> None:
    """Log the back-test as a run, with a run of the model inside it for every cadence."""
    whole = f"backtest-{fingerprint(data, str(job.params.backtest), str(job.params.train))[:16]}"
    name = f"backtest of {len(result.periods)} periods, {whole[-8:]}"
    measured = {one.key: of_it.figures for one, of_it in result.whole.streams.items()}
    facts = Run(whole, metrics=figures(measured, result.model.key), name=name)
    log(job, facts, {"report": job.places.backtest})
    for one, of_it in result.whole.streams.items():
        if one.method == MODEL:
            known = figures({one.key: of_it.figures}, one.key)
            log(job, Run(f"{whole}-{one.key}", metrics=known, name=one.key, parent=whole))


def read(job: Job) -> Known:
    """Read the matured snapshots."""
    frames.manifest(job.places.snapshots, "snapshot")
    return labelled_snapshots.read(
        job.places.tables,
        job.places.snapshots,
        job.params.cohort.target,
        job.params.split.embargo,
    )


def lay_out(job: Job, known: Known) -> tuple[Course, Rolling]:
    """Return the origins, and what each is worked on with.

    Parameters
    ----------
    job
        The parameters and places.
    known
        All matured snapshots.
    """
    params, places = job.params, job.places
    plan = rolling(known.cutoff, known.embargo, params.backtest)
    facts = frames.manifest(places.snapshots, "snapshot")
    data = fingerprint(facts, params.cohort.target, of_sources("features", "models"))
    origins = tuple(plan.origins())
    course = Course(
        places.tables.absolute(),
        places.snapshots.absolute(),
        places.origins.absolute(),
        known.target,
        known.embargo,
        params.features.settings,
        params.train,
        origins,
        data,
        _incumbent(job),
        params.features.words,
    )
    return course, plan


def _incumbent(job: Job) -> tuple[LeadScores, str] | None:
    """Read the score in use, with a fingerprint of its file and settings; None without one."""
    scores, settings = score_history.of_job(job), job.params.incumbent
    if scores is None or settings.scores is None:
        return None
    content = hashlib.sha256(Path(settings.scores).read_bytes()).hexdigest()
    return scores, fingerprint(content, str(settings))


def judged(job: Job, known: Known, course: Course, plan: Rolling) -> Backtest:
    """Join the answers to streams and judge them.

    Parameters
    ----------
    job
        The parameters and places.
    known
        All matured snapshots.
    course
        What every origin is worked on with.
    plan
        The origins.
    """
    answered = np.flatnonzero(known.cutoff >= plan.first)
    lead = pd.factorize(known.snapshots["lead_id"])[0].astype(np.int64)[answered]
    rows = AnsweredRows(
        known.snapshots["label"].to_numpy(np.float64)[answered],
        lead,
        known.cutoff[answered],
        known.converts_at[answered],
    )
    answers = dict(streams(course, plan, rows, answered))
    for stream in [one for one in answers if one.method == MODEL]:
        job.tell(f"backtest: recalibrating {stream.key}", 0, None)
        again = backtest.recalibrated(
            answers[stream], rows, plan, lambda at: known.labels_at(at)[answered], known.embargo
        )
        answers[Stream(MODEL, stream.cadence, recalibrated=True)] = again
    return backtest.judge(rows, answers, plan, lambda what: job.tell(f"backtest: {what}", 0, None))


def streams(
    course: Course, plan: Rolling, rows: AnsweredRows, answered: np.ndarray[Any, Any]
) -> Iterator[tuple[Stream, Floats]]:
    """Return the answers of every method under every cadence; none for a method never learned.

    Parameters
    ----------
    course
        What every origin is worked on with.
    plan
        The origins.
    rows
        The answered snapshots.
    answered
        Shape (rows,): their positions among all snapshots.
    """
    rates = _read(course, "base_rate")
    for method in METHODS:
        by_origin = _read(course, method)
        if not any(len(one) for one in by_origin.values()):
            continue
        for cadence in plan.settings.cadences:
            model_of = plan.origin_of(rows.cutoff, cadence)
            out = np.empty(len(answered))
            for at in np.unique(model_of).tolist():
                mine = model_of == at
                probabilities = by_origin[at] if len(by_origin[at]) else rates[at]
                out[mine] = probabilities.loc[answered[mine]].to_numpy()
            yield Stream(method, cadence), out


def _read(course: Course, method: str) -> Mapping[int, pd.Series]:
    return {one.at: origin.answers(course, one, method) for one in course.origins}


def _forget(course: Course) -> None:
    """Remove answers that depend on what is no longer so."""
    valid = {course.place(one, method) for one in course.origins for method in METHODS}
    for path in course.into.glob("*.parquet"):
        if path not in valid:
            path.unlink()
