"""Learning from leads that nobody worked what they are like, never what became of them.

Decided here: only with `contacts.labels: worked`. A snapshot of the training period without a label
is then one that nobody worked; its features are computed here, since stored ones are of labelled
rows. Held-out margins are those of five more models, each without a fifth of the leads: a model of
much fewer leads would be shrunk more, and so be moved too far.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import build
from features.build import CompiledCatalog
from features.catalog.catalog import Catalog
from features.timeline import from_moments
from models.contact.contact_part import chosen_features
from models.model.lead_model import LeadModel
from models.stats.log_odds import logit
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet, Values
from models.training import worked_leads
from pipelines.run.stage_context import Job
from pipelines.storage import frames, partitions

_FOLDS: Final = 5
Fitting = Callable[[TrainingSet], LeadModel]
"""How a model is fitted on some rows."""


def taught(
    job: Job, model: LeadModel, rows: TrainingSet, catalog: Catalog, fitting: Fitting
) -> LeadModel:
    """Move a model along the chance of being worked, where only worked leads have labels.

    Parameters
    ----------
    job
        The parameters and places.
    model
        Learned from worked leads.
    rows
        Its rows.
    catalog
        Of its features.
    fitting
        How it was fitted.
    """
    if job.params.contacts.labels != "worked" or rows.label.sum() < worked_leads.FEWEST:
        return model
    job.tell("train: leads that nobody worked", 0, None)
    unworked = _unworked(job, rows, catalog)
    held_out = _held_out(rows, fitting, job.params.train.seed)
    columns = np.array(chosen_features(catalog), np.int64)
    return worked_leads.teach(model, rows, held_out, unworked, columns)


def _held_out(rows: TrainingSet, fitting: Fitting, seed: int) -> Floats:
    fold = folds_by_lead(rows.lead, rows.label, _FOLDS, seed)
    margin = np.empty(len(rows))
    for one in range(_FOLDS):
        held: NDArray[np.bool_] = fold == one
        made = fitting(rows.take(np.flatnonzero(~held)))
        mine = rows.take(np.flatnonzero(held))
        margin[held] = logit(made.probability(mine.values))
    return margin


def _unworked(job: Job, rows: TrainingSet, catalog: Catalog) -> Values:
    """Compute the features of the snapshots of the training period that nobody worked."""
    stored = frames.read_snapshots(job.places.snapshots, ["lead_id", "cutoff", "label"])
    newest = from_moments(np.array([rows.cutoff.max()]))[0]
    mine = stored[stored["label"].isna() & (stored["cutoff"] <= newest)]
    parts: list[Values] = []
    for part in range(partitions.count(job.places.tables)):
        tables = partitions.read_for_features(job.places.tables, part, catalog)
        there = mine[mine["lead_id"].isin(tables.leads["lead_id"])].reset_index(drop=True)
        keys = pd.DataFrame({name: there[name] for name in ("lead_id", "cutoff")})
        parts.append(build.build(tables, keys, CompiledCatalog(catalog)).values)
    return np.concatenate(parts)
