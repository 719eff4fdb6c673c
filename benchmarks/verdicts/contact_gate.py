"""A model of a company where nobody calls leads of a low grade: its figures on those leads.

Decided here: two models learn from the same export. The plain one takes a lead without a deal for
one that did not convert, called or not; the other has `contacts.labels: worked`. Both are judged on
leads of the test period that were not called, by what these would have done if they had been, which
only the simulation knows. Leads are scored a day after they came in, when the grade decides.
"""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from features import build
from features.build import CompiledCatalog
from features.timeline import DAY, HOUR, from_moments
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.stats.calibration_error import ece, ece_floor
from models.stats.metrics import auc
from models.stats.training_set import Floats
from pipelines import sample
from pipelines.lifecycle.contact import worked_stage
from pipelines.run.cohort_params import CohortParams
from pipelines.run.contact_params import ContactParams
from pipelines.run.params_file import load
from pipelines.run.stage_context import Job
from pipelines.sample.answers import truth_at
from pipelines.sample.contact_gate import AGE_HOURS, gate
from pipelines.sample.simulation.world import WON
from pipelines.stages import featurize, ingest, snapshot, train
from pipelines.stages.featurize import matured_split
from pipelines.storage import partitions

ROOT: Final = Path(__file__).parents[2]
LEADS: Final = 16_000
SEED: Final = 1000
_HORIZON_DAYS: Final = 90


def gated(leads: int = LEADS, seed: int = SEED) -> dict[str, Any]:
    """Measure calibration on leads that nobody called, of both models.

    Parameters
    ----------
    leads, seed
        Of the company.
    """
    company = sample.make(sample.SampleSettings(leads, seed, gate=True))
    result: dict[str, Any] = {"leads": leads, "called": float(gate(company).called.mean())}
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export"
        sample.write(company, export)
        os.environ["MIKOMI_SAMPLE"] = str(export)
        for name, labels in (("plain", "all"), ("worked", "worked")):
            job = _trained(Path(folder) / name, export, labels)
            result[name] = _judged(company, job) | _reported(job)
            print(name, result[name], flush=True)
    return result


def _trained(root: Path, export: Path, labels: str) -> Job:
    params = load(ROOT / "params.yaml")
    params = replace(
        params,
        workspace="gate",
        source=replace(params.source, mapping=str(ROOT / params.source.mapping)),
        train=replace(params.train, points=None),
        cohort=CohortParams(every_days=None, early_age_hours=(float(AGE_HOURS),)),
        contacts=ContactParams(file=str(export / "calls.csv"), labels=labels),  # type: ignore[arg-type]
        incumbent=replace(params.incumbent, scores=None),
    )
    job = Job(params, params.at(root))
    for stage in (ingest, snapshot, featurize, train):
        stage.run(job)
    return job


def _judged(company: sample.SampleCompany, job: Job) -> dict[str, Any]:
    """Judge a model on the called and the other leads of its test period."""
    loaded, created = artifact.load(job.places.model), company.people.created_at
    cutoffs, split = matured_split(job.places.snapshots, job.params.split)
    cutoff = created + AGE_HOURS * HOUR
    ready = (cutoff >= cutoffs[split.test].min()) & (
        cutoff + _HORIZON_DAYS * DAY <= company.ends_at
    )
    keys = pd.DataFrame(
        {"lead_id": company.lead_ids.astype("str")[ready], "cutoff": from_moments(cutoff[ready])}
    )
    probability = _scored(job, loaded, keys)
    truth = truth_at(company, keys)["probability_given_seen"].to_numpy(np.float64)
    label = _would_convert(company, cutoff)[ready]
    called = gate(company).called[ready]
    return {
        name: _figures(probability[rows], label[rows], truth[rows])
        for name, rows in (("called", called), ("not_called", ~called))
    }


def _scored(job: Job, loaded: Artifact, keys: pd.DataFrame) -> Floats:
    tables = partitions.read_all(job.places.tables)
    values = build.build(tables, keys, CompiledCatalog(loaded.catalog)).values  # noqa: PD011
    return np.asarray(loaded.model.probability(values), np.float64)


def _would_convert(company: sample.SampleCompany, cutoff: np.ndarray[Any, Any]) -> Floats:
    """Return whether each lead converts within the horizon if it is called: shape (leads,)."""
    lives, won = company.lives, company.lives.event_kind == WON
    lead, at = lives.event_lead[won], lives.event_at[won]
    inside = (at >= cutoff[lead]) & (at < cutoff[lead] + _HORIZON_DAYS * DAY)
    return (np.bincount(lead[inside], minlength=len(cutoff)) > 0).astype(np.float64)


def _figures(probability: Floats, label: Floats, truth: Floats) -> dict[str, float]:
    return {
        "leads": len(label),
        "conversions": float(label.sum()),
        "mean_probability": float(probability.mean()),
        "converted": float(label.mean()),
        "mean_truth": float(truth.mean()),
        "ece": ece(label=label, probability=probability),
        "ece_floor_95": ece_floor(probability).high,
        "auc": auc(label=label, probability=probability),
        "auc_of_truth": auc(label=label, probability=truth),
    }


def _reported(job: Job) -> dict[str, Any]:
    """Return what `mikomi worked` says of the same leads, from what the company knows."""
    facts = worked_stage.run(job)
    return {"reported": facts["result"], "verdict": facts["verdict"]["en"]}
