"""Training a model of what can be named: columns that no reason can show are left out.

Decided here: what moves the probability must be sayable. Columns whose concept and family are not
proven are silenced, and the model is fitted again without them, if they carry a material share of
the contributions, if there are enough conversions to tell what that costs, and if the upper end of
the cost is small, of log loss as of order (`models.explain.proof.held_out_loss`). Otherwise the
prediction wins: the model stays as it was, and they are summed as what is left.

The proof and the judgement of harm train their models on what the model itself learned from:
columns that were silenced before (`models.training.fit_model.learnable`) take no part. A month that
the model does not know would else take the credit of whatever goes with it, and what carries the
model would be proven by another one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from models.explain.concepts import Concepts
from models.explain.proof import held_out_loss, learn_evidence
from models.explain.proof.evidence import Evidence
from models.explain.proof.learn_evidence import Proof
from models.explain.proof.proof_draw import draw_by_outcome
from models.explain.settings import ProofSettings
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.settings import TrainSettings
from models.stats.training_set import TrainingSet
from models.training import fit_model, tree_growth
from models.training.time import time_proxies
from models.training.tree_growth import Grow

How = tuple[TrainSettings, Points | None, int]
"""Settings, hand-given points, seed."""


class Nameable(NamedTuple):
    """A model with the evidence of its reasons.

    Attributes
    ----------
    model
        The model.
    evidence
        Its evidence.
    silenced
        Number of columns that were left out.
    """

    model: LeadModel
    evidence: Evidence
    silenced: int


def fit(
    rows: TrainingSet,
    catalog: Catalog,
    how: How,
    settings: ProofSettings | None = None,
    grow: Grow = tree_growth.grow,
) -> Nameable:
    """Train a model, prove its concepts, and leave out what cannot be named if that does no harm.

    Parameters
    ----------
    rows
        Training rows.
    catalog
        Their features.
    how
        Settings, hand-given points, seed.
    settings
        The strictness of the proof; missing means the defaults.
    grow
        As in `models.training.fit_model.fit`.
    """
    training, points, seed = how
    model = fit_model.fit(rows, training, points, seed, grow)
    return leave_out(rows, model, catalog, how, settings or ProofSettings(), grow)


def leave_out(
    rows: TrainingSet,
    model: LeadModel,
    catalog: Catalog,
    how: How,
    settings: ProofSettings,
    grow: Grow = tree_growth.grow,
) -> Nameable:
    """Prove the concepts of a model, and fit it again without what cannot be named.

    Parameters
    ----------
    rows
        Its training rows.
    model
        The model.
    catalog, how, settings, grow
        As in `fit`.
    """
    training, points, seed = how
    learned = fit_model.learnable(rows, training, seed)
    proof = learn_evidence.prove(learned, model, catalog, how, settings)
    silent = unnamed(catalog, proof.proven)
    if _is_material(rows, proof, catalog, settings):
        few = learned.take(draw_by_outcome(learned, settings.max_rows, seed))
        cost = held_out_loss.harm(few, time_proxies.without(few, silent), model, how)
        if cost.is_small(settings.most_harm):
            without = time_proxies.without(learned, silent)
            model = fit_model.fit(without, training, points, seed, grow)
            evidence = learn_evidence.of_proof(rows, proof, seed)
            return Nameable(model, evidence, int(np.count_nonzero(silent)))
    return Nameable(model, learn_evidence.of_proof(rows, proof, seed), 0)


def unnamed(catalog: Catalog, proven: tuple[str, ...]) -> NDArray[np.bool_]:
    """Mark the columns that belong neither to a proven concept nor to a proven family.

    Parameters
    ----------
    catalog
        The features.
    proven
        Codes of the proven concepts and families.
    """
    concepts = Concepts.of(catalog, proven)
    return np.asarray(~np.isin(concepts.codes, proven)[concepts.of_feature])


def _is_material(
    rows: TrainingSet, proof: Proof, catalog: Catalog, settings: ProofSettings
) -> bool:
    """Return whether unnamed columns carry a share of the contributions that matters."""
    converted = len(np.unique(rows.lead[rows.label == 1.0]))
    if proof.held_out is None or not proof.proven or converted < settings.min_conversions:
        return False
    weight = np.abs(proof.held_out.parts).sum(axis=0)
    concepts = Concepts.of(catalog).of_feature
    left = np.unique(concepts[unnamed(catalog, proof.proven)])
    return bool(weight[left].sum() > settings.least_unnamed * weight.sum())
