"""Stage train: the rows before the embargo -> an artifact, and a run in the registry.

Decided here: the reference population, which scores and bands are measured against, is the open
leads when observation ended, because that is what a ranking is made of; it needs no labels. Where
every lead was decided by then it is the leads that were open at the last cutoff. The artifact
states what it was made from and no time or place, so that the same data and parameters give the
same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import build, snapshots
from features.catalog.catalog import Catalog
from features.snapshots import CohortRule
from features.timeline import from_moments
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.contact.ranked_by import PROBABILITY, ranked_by
from models.explain.contributions import Explainer
from models.explain.proof import nameable_model
from models.model import points, reference
from models.model.lead_model import LeadModel
from models.model.own_model import OwnModel
from models.model.points import Points
from models.registry.registry import Registry
from models.registry.registry_types import Run
from models.stats.training_set import TrainingSet
from models.training import account_dependence
from models.training.time import newest_rows
from pipelines.run.engine import each, growing
from pipelines.run.revision import of_checkout
from pipelines.run.stage_context import Job
from pipelines.stages import contact_part, of_target, run_facts, unworked_leads
from pipelines.stages.featurize import matured_split
from pipelines.stages.observed_rows import observed_rows
from pipelines.stages.snapshot import observed_until
from pipelines.storage import frames, partitions
from pipelines.storage.accounts import account_codes
from pipelines.storage.atomic import write_json

LOGGED: Final = ("source", "cohort", "split", "features", "train")
"""The sections that decide what a model is."""


def run(job: Job) -> dict[str, Any]:
    """Train, save and log; return what was learned from and what held-out data chose."""
    train, places, before = job.params.train, job.places, run_facts.cpu_seconds()
    job.tell("train: scorecard, trees and calibration", 0, None)
    with growing(train.grown, job.params.engine) as grow:
        rows, catalog = learning_rows(job)
        sales_points = read_sales_points(train.points, catalog)
        how = (train, sales_points, train.seed)
        fitting = partial(_fitted, catalog=catalog, how=how, proof=train.proof, grow=grow)
        model, proven, silenced = nameable_model.fit(rows, catalog, how, train.proof, grow)
        model = unworked_leads.taught(job, model, rows, catalog, fitting)
    job.tell("train: conversion curve and newest rows", 0, None)
    learning, newest, learned_until = observed_rows(job, rows)
    model = newest_rows.teach(model, learning, newest, job.params.cohort.horizon_days)
    rule = account_dependence.learn(rows, model.probability(rows.values))
    model = replace(model, account_rule=rule)
    job.tell("train: open leads", 0, None)
    margins, reference_at = open_margins(job, model, catalog)
    people = reference.learn(margins, train.bands)
    made_from = about(job, learned_until) | own_model(model)
    reading = partitions.manifest(places.tables).values_reading
    known = contact_part.learned(job, catalog)
    made = Artifact(model, catalog, people, proven, made_from, reading, known)
    fingerprint = artifact.save(places.model, made)
    summary = figures(model)
    summary |= {"proven_concepts": len(proven.proven), "silenced_features": silenced}
    summary |= {"open_leads": people.population}
    if reference_at != observed_until(places.tables):
        summary |= {"open_leads_at": reference_at.isoformat()}
    summary |= own_model(model) | _contacts(made)
    write_json(places.training, summary | {"choices": model.choices})
    numbers = {f"train.{name}": value for name, value in summary.items() if _number(value)}
    numbers |= run_facts.cost("train", before)
    data = run_facts.learned_from(rows, catalog, partitions.manifest(places.tables))
    log(job, Run(fingerprint, metrics=numbers, data=data))
    return summary | {"model": fingerprint[:12]}


def _fitted(rows: TrainingSet, catalog: Catalog, how: Any, proof: Any, grow: Any) -> LeadModel:
    return nameable_model.fit(rows, catalog, how, proof, grow)[0]


def learning_rows(job: Job) -> tuple[TrainingSet, Catalog]:
    """Read everything before the embargo."""
    features = job.places.features
    _, split = matured_split(job.places.snapshots, job.params.split)
    of_target.check(job, frames.manifest(features, "featurize"), features, "featurize")
    frame, label = frames.read_features(features, split.learning)
    account = account_codes(job.places.tables, frame.keys["lead_id"])
    return TrainingSet.from_frame(frame, label, account), frame.catalog


def read_sales_points(path: str | None, catalog: Catalog) -> Points | None:
    """Read the sales team's own table, if there is one.

    Parameters
    ----------
    path
        The points file; None if there is none.
    catalog
        The catalog that its features are resolved by.
    """
    if path is None:
        return None
    return points.resolve(points.load(Path(path)), catalog)


def open_margins(
    job: Job, model: LeadModel, catalog: Catalog
) -> tuple[NDArray[np.float64], pd.Timestamp]:
    """Compute the margins of the leads that were open when observation ended, ascending.

    Where none was, those of the leads that were open at the last cutoff; the moment comes along.

    Parameters
    ----------
    job
        The parameters and places.
    model
        The trained model.
    catalog
        The catalog of its columns.
    """
    until = observed_until(job.places.tables)
    margins = _margins_at(job, model, catalog, until)
    if not len(margins):
        until = frames.read_snapshots(job.places.snapshots, ["cutoff"])["cutoff"].max()
        margins = _margins_at(job, model, catalog, until)
    return margins, until


def _margins_at(
    job: Job, model: LeadModel, catalog: Catalog, at: pd.Timestamp
) -> NDArray[np.float64]:
    tables, rule = job.places.tables, job.params.cohort.rule
    task = partial(
        _open_values,
        tables=tables,
        at=(rule, at.isoformat()),
        catalog=catalog,
        threads=job.params.engine.threads,
    )
    count = partitions.count(tables)
    parts = job.track(each(task, range(count), job.params.engine), "reference", count)
    return np.sort(np.concatenate([model.margin(values) for values in parts]))


def about(job: Job, learned_until: int) -> dict[str, Any]:
    """Return what the model was made from: data, parameters, versions.

    `learned_until` is the moment from which on no outcome was learned from: the first cutoff of
    the test.

    Parameters
    ----------
    job
        The parameters and places.
    learned_until
        Microseconds: no outcome from this moment on was learned from.
    """
    manifest = partitions.manifest(job.places.tables)
    made = ("numpy", "lightgbm", "scikit-learn")
    return {
        "company": manifest.name,
        "horizon_days": job.params.cohort.horizon_days,
        "outcome": job.params.cohort.outcome,
        "observed_until": manifest.observed_until,
        "learned_until": from_moments(np.array([learned_until]))[0].isoformat(),
        "inputs": {one.source: one.sha256 for one in manifest.inputs},
        "cohort": plain(job.params.cohort),
        "split": plain(job.params.split),
        "train": _stated(job),
        "versions": {name: version(name) for name in made},
        **({"series": list(manifest.series)} if manifest.series else {}),
    } | ({} if job.target is None else {of_target.KEY: job.target.facts})


def own_model(model: LeadModel) -> dict[str, Any]:
    """Return how an own model is explained; nothing of any other model."""
    if not isinstance(model.booster, OwnModel):
        return {}
    exact = Explainer(model).exact
    return {"own_model": model.booster.name, "reasons": "exact" if exact else "approximate"}


def _stated(job: Job) -> dict[str, Any]:
    """Return the section `train`; an own model and a chosen order are mentioned where there are."""
    usual = {"estimator": "", "ranking": PROBABILITY}
    stated = plain(job.params.train)
    return {key: value for key, value in stated.items() if value != usual.get(key, ...)}


def _contacts(made: Artifact) -> dict[str, Any]:
    """Return the answer of the test of contacts, and what leads are ranked by, where one is."""
    answer = {} if made.contact is None else {"contacts": made.contact.answer}
    by = ranked_by(made.about, made.contact)
    return answer if by.sentence is None else answer | {"ranked_by": by.by}


def figures(model: LeadModel) -> dict[str, Any]:
    """Return figures that fit in a line."""
    return {
        "leads": model.counts.leads,
        "converted_leads": model.counts.converted_leads,
        "snapshots": model.counts.rows,
        "converted_snapshots": model.counts.conversions,
        "features": len(model.names),
        "trees": 0 if model.booster is None else model.booster.trees,
        "calibration": model.calibration.kind,
        "evidence": model.evidence_level,
    }


def log(job: Job, run: Run, files: Mapping[str, Path] | None = None) -> str:
    """Log what is known of this artifact, with its parameters and inputs, into its run.

    Parameters
    ----------
    job
        The parameters and places.
    run
        The fingerprint, and what is new.
    files
        Name -> file or directory to store with the run.
    """
    manifest = partitions.manifest(job.places.tables)
    sections = {name: asdict(getattr(job.params, name)) for name in LOGGED}
    cohort, day = job.params.cohort, manifest.observed_until[:10]
    target = cohort.outcome if job.target is None else job.target.name
    what = f"{target}: {cohort.outcome} within {cohort.horizon_days:g} days"
    kind = job.params.train.estimator.rpartition(":")[2] or "scorecard and trees"
    whole = replace(
        run,
        name=run.name
        or f"{kind}: {target} {cohort.horizon_days:g}d, until {day}, {run.fingerprint[:8]}",
        tags={
            **run.tags,
            "mikomi.company": manifest.name,
            "mikomi.target": target,
            "mikomi.model": kind,
            "mikomi.observed_until": manifest.observed_until,
            "mlflow.note.content": f"{manifest.name}, {what}, by {kind}; observed until {day}",
        },
        params=flat(sections),
        inputs={one.source: one.sha256 for one in manifest.inputs},
        revision=of_checkout(Path(__file__).parent),
    )
    return Registry(job.params.registry, job.places.registry).log(whole, files)


def flat(nested: dict[str, Any], before: str = "") -> dict[str, object]:
    """Flatten sections to `section.name`.

    >>> flat({"split": {"test_share": 0.25}})
    {'split.test_share': 0.25}

    Parameters
    ----------
    nested
        Sections, at any depth.
    before
        What precedes every name.
    """
    flattened: dict[str, object] = {}
    for name, value in nested.items():
        inner = isinstance(value, dict)
        flattened |= flat(value, f"{before}{name}.") if inner else {f"{before}{name}": value}
    return flattened


def plain(settings: Any) -> dict[str, Any]:
    """Write settings as plain data; moments as text."""
    written: dict[str, Any] = json.loads(json.dumps(asdict(settings), default=str))
    return written


def _number(value: object) -> bool:
    return isinstance(value, int | float)


def _open_values(
    part: int, tables: Path, at: tuple[CohortRule, str], catalog: Catalog, threads: int
) -> NDArray[np.float32]:
    """Build the features of the leads of one partition that are open at a moment."""
    read = partitions.read_for_features(tables, part, catalog)
    rows = snapshots.at(read, pd.Timestamp(at[1]), at[0])
    frame = build.build(read, rows, catalog, threads)
    return frame.values  # noqa: PD011 - not a frame of pandas
