"""Stage evaluate: the trained model on the test period, beside every baseline, as a report.

Decided here: only matured snapshots after the embargo judge. What `promote` needs is written to
`comparisons.json`, with the fingerprint of the evaluated model. The predictions of the test period
are written row by row, so that anyone can compute the figures again. They name leads, so they stand
with the data: the folder of the evaluation is shared and logged, and names none.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.timeline import DAY, to_moments
from features.wording.sentences import Language
from features.wording.translation import LANGUAGES
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.evaluation import accounts, evaluation, horizons
from models.evaluation.evaluation import MODEL, Case, Evaluation
from models.evaluation.groups.segments import own_models
from models.explain.beeswarm import beeswarm_svg
from models.registry.registry_types import Run
from models.stats.training_set import TrainingSet
from pipelines.incumbent import score_history
from pipelines.reports.evaluation import writing
from pipelines.run.stage_context import Job
from pipelines.stages import inspect_data, of_target, run_facts
from pipelines.stages.featurize import matured_split
from pipelines.stages.observed_rows import observed_test
from pipelines.stages.train import log, read_sales_points
from pipelines.storage import frames, partitions
from pipelines.storage.accounts import account_codes
from pipelines.storage.atomic import replacing, write_json

COMPARISONS: Final = "comparisons.json"
REPORTED: Final = ("auc", "log_loss", "lift_at_10", "capture_at_20", "ece")


def run(job: Job) -> dict[str, Any]:
    """Evaluate, write the report and log it; return the model's figures and suspected leaks."""
    places, before = job.places, run_facts.cpu_seconds()
    loaded = artifact.load(places.model)
    rows, tell = case(job, loaded), _progress(job)
    done = evaluation.evaluate(rows, job.params.evaluate, tell)
    done = replace(done, own_models=own_models(rows, job.params.segments, tell))
    done = replace(done, horizons=horizons.judge(loaded.model, observed_test(job, rows.test)))
    stated = loaded.model.probability(rows.test.values)
    done = replace(done, accounts=accounts.judge(loaded.model.account_rule, rows.test, stated))
    name = partitions.manifest(places.tables).name
    with replacing(places.evaluation) as fresh:
        title = f"mikomi {loaded.fingerprint[:12]}"
        writing.write(done, fresh, name, title, beeswarms(rows), job.target_text)
        write_json(fresh / COMPARISONS, comparisons(done, loaded.fingerprint))
    with replacing(places.predictions) as fresh:
        predictions(job, rows).to_parquet(fresh, index=False)
    figures = {metric: one.value for metric, one in done.figures[MODEL].items()}
    known = run_facts.figures(done.figures, MODEL) | run_facts.cost("evaluate", before)
    log(job, Run(loaded.fingerprint, metrics=known), {"report": places.evaluation})
    suspects = [single.feature for single in done.suspects]
    summary: dict[str, Any] = {"verdict": done.verdict.replace("_", " ")}
    summary |= {metric: figures[metric] for metric in REPORTED if metric in figures}
    summary["report"] = str(places.evaluation / "report.html")
    summary["predictions"] = str(places.predictions)
    return summary | ({"maybe_leaks": ", ".join(suspects)} if suspects else {})


def case(job: Job, loaded: Artifact) -> Case:
    """Return what is evaluated.

    Parameters
    ----------
    job
        The parameters and places.
    loaded
        The trained artifact.
    """
    places, params = job.places, job.params
    of_target.check(job, loaded.about, places.model, "train")
    of_target.check(
        job, frames.manifest(places.features, "featurize"), places.features, "featurize"
    )
    _, split = matured_split(places.snapshots, params.split)
    learning, learned = frames.read_features(places.features, split.learning)
    test, tested = frames.read_features(places.features, split.test)
    scores = score_history.of_job(job)
    of = partial(account_codes, places.tables)
    return Case(
        model=loaded.model,
        catalog=loaded.catalog,
        learning=TrainingSet.from_frame(learning, learned, of(learning.keys["lead_id"])),
        test=TrainingSet.from_frame(test, tested, of(test.keys["lead_id"])),
        horizon_days=params.cohort.horizon_days,
        train=params.train,
        points=read_sales_points(params.train.points, loaded.catalog),
        age_days=ages(places.tables, test.keys),
        plan=inspect_data.stored_splits(job),
        audit=audited(places.tables, test.keys),
        reference=loaded.reference,
        incumbent=None if scores is None else (scores.at(learning.keys), scores.at(test.keys)),
    )


def predictions(job: Job, case: Case) -> pd.DataFrame:
    """Return `lead_id`, `cutoff`, `label` and `probability` of every row of the test period.

    Parameters
    ----------
    job
        The parameters and places.
    case
        What is evaluated; its test rows are those of the split.
    """
    rows = frames.read_snapshots(job.places.snapshots, ["lead_id", "cutoff", "label"])
    _, split = matured_split(job.places.snapshots, job.params.split)
    test = rows[rows["label"].notna()].iloc[split.test].reset_index(drop=True)
    return test.assign(probability=case.model.probability(case.test.values))


def beeswarms(case: Case) -> dict[Language, str]:
    """Draw the contributions of every concept to the rows of the test, in each language."""
    keys = pd.DataFrame({"lead_id": case.test.lead, "cutoff": case.test.cutoff})
    frame = FeatureFrame(keys, case.test.values, case.catalog)
    return {language: beeswarm_svg(case.model, frame, language) for language in LANGUAGES}


def audited(tables: Path, keys: pd.DataFrame) -> dict[str, pd.Series]:
    """Read the protected attributes, which no feature uses, of the leads of some rows.

    Parameters
    ----------
    tables
        A store of canonical tables: its directory.
    keys
        `lead_id` of the rows.
    """
    audit = partitions.read_audit(tables).set_index("lead_id")
    mine = audit.reindex(keys["lead_id"]).reset_index(drop=True)
    return {str(name): mine[name] for name in audit}


def ages(tables: Path, keys: pd.DataFrame) -> NDArray[np.float64]:
    """Return how many days old each lead is at its cutoff: shape (rows,).

    Parameters
    ----------
    tables
        A store of canonical tables: its directory.
    keys
        `lead_id` and `cutoff` of the rows.
    """
    leads = partitions.read_columns(tables, "leads", ["lead_id", "created_at"])
    created = leads.set_index("lead_id")["created_at"].reindex(keys["lead_id"])
    return (to_moments(keys["cutoff"]) - to_moments(created)) / DAY


def comparisons(done: Evaluation, fingerprint: str) -> dict[str, Any]:
    """Return the verdict and the comparisons as plain data; what is not known is null.

    Parameters
    ----------
    done
        The evaluation.
    fingerprint
        Of the evaluated model.
    """
    compared = [
        {
            "against": one.against,
            "metric": one.metric,
            "gain": _plain(one.gain.value),
            "better_share": _plain(one.better_share),
        }
        for one in done.comparisons
    ]
    return {"model": fingerprint, "verdict": done.verdict, "comparisons": compared}


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _progress(job: Job) -> Callable[[str], None]:
    def tell(what: str) -> None:
        job.tell(f"evaluate: {what}", 0, None)

    return tell
