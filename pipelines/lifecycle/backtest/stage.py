"""Command backtest: rolling origins, every method at each, retraining cadences compared.

Decided here: a command and no DVC stage, because nothing depends on it and it takes long; what it
has made is kept per origin and method under `data/<workspace>/backtest`, so that an interrupted or
changed back-test goes on with what is still true. A method that cannot be learned at an origin (no
conversion yet, no recency) answers there with the base rate.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from models.evaluation.evaluation import MODEL
from models.lifecycle import backtest
from models.lifecycle.backtest import Backtest, Stream
from models.lifecycle.capacity import Rows
from models.lifecycle.origins import Rolling, rolling
from models.stats.training_set import Floats
from pipelines.lifecycle.backtest import labelled_snapshots, origin
from pipelines.lifecycle.backtest.labelled_snapshots import Known
from pipelines.lifecycle.backtest.origin import METHODS, Course
from pipelines.reports.backtest import writing
from pipelines.run.engine import each
from pipelines.run.revision import of_sources
from pipelines.run.stage_context import Job
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import fingerprint, replacing


def run(job: Job) -> dict[str, Any]:
    """Do what is missing, judge it, write the report; tell the figures of the model."""
    places, settings = job.places, job.params.backtest
    seen = read(job)
    course, plan = lay_out(job, seen)
    course.into.mkdir(parents=True, exist_ok=True)
    count = len(course.origins)
    done = each(partial(origin.work, course=course), range(count), job.params.engine)
    made = sum(job.track(done, "backtest", count))
    _forget(course)
    told = judged(job, seen, course, plan)
    name = partitions.manifest(places.tables).name
    with replacing(places.backtest) as fresh:
        fresh.mkdir()
        writing.write(told, settings, fresh, name)
    figures = told.whole.streams[told.model].figures
    return {
        "origins": count,
        "periods": len(told.periods),
        "made": made,
        **{metric: figures[metric].value for metric in ("auc", "log_loss", "ece")},
        "report": str(places.backtest / "report.html"),
    }


def read(job: Job) -> Known:
    """Read the matured snapshots."""
    frames.manifest(job.places.snapshots, "snapshot")
    return labelled_snapshots.read(
        job.places.tables,
        job.places.snapshots,
        job.params.cohort.target,
        job.params.split.embargo,
    )


def lay_out(job: Job, seen: Known) -> tuple[Course, Rolling]:
    """Say which origins there are, and what each is worked on with."""
    params, places = job.params, job.places
    plan = rolling(seen.cutoff, seen.embargo, params.backtest)
    facts = frames.manifest(places.snapshots, "snapshot")
    data = fingerprint(facts, params.cohort.target, of_sources("features", "models"))
    origins = tuple(plan.origins())
    course = Course(
        places.tables.absolute(),
        places.snapshots.absolute(),
        places.origins.absolute(),
        seen.target,
        seen.embargo,
        params.features,
        params.train,
        origins,
        data,
    )
    return course, plan


def judged(job: Job, seen: Known, course: Course, plan: Rolling) -> Backtest:
    """Put the answers together into streams and judge them."""
    asked = np.flatnonzero(seen.cutoff >= plan.first)
    lead = pd.factorize(seen.snapshots["lead_id"])[0].astype(np.int64)[asked]
    rows = Rows(
        seen.snapshots["label"].to_numpy(np.float64)[asked],
        lead,
        seen.cutoff[asked],
        seen.converts_at[asked],
    )
    answers = dict(streams(course, plan, rows, asked))
    for stream in [one for one in answers if one.method == MODEL]:
        job.tell(f"backtest: recalibrating {stream.key}", 0, None)
        again = backtest.recalibrated(
            answers[stream], rows, plan, lambda at: seen.labels_at(at)[asked], seen.embargo
        )
        answers[Stream(MODEL, stream.cadence, recalibrated=True)] = again
    return backtest.judge(rows, answers, plan, lambda what: job.tell(f"backtest: {what}", 0, None))


def streams(
    course: Course, plan: Rolling, rows: Rows, asked: np.ndarray[Any, Any]
) -> Iterator[tuple[Stream, Floats]]:
    """Give what every method answered under every cadence; none for a method never learned."""
    rates = _read(course, "base_rate")
    for method in METHODS:
        given = _read(course, method)
        if not any(len(one) for one in given.values()):
            continue
        for cadence in plan.settings.cadences:
            model_of = plan.asked(rows.cutoff, cadence)
            out = np.empty(len(asked))
            for at in np.unique(model_of).tolist():
                mine = model_of == at
                said = given[at] if len(given[at]) else rates[at]
                out[mine] = said.loc[asked[mine]].to_numpy()
            yield Stream(method, cadence), out


def _read(course: Course, method: str) -> Mapping[int, pd.Series]:
    return {one.at: origin.answers(course, one, method) for one in course.origins}


def _forget(course: Course) -> None:
    """Remove answers that depend on what is no longer so."""
    valid = {course.place(one, method) for one in course.origins for method in METHODS}
    for path in course.into.glob("*.parquet"):
        if path not in valid:
            path.unlink()
