"""Learning the evidence: counting snapshots and leads bin by bin, and proving the concepts.

Decided here: this is separate from `models.explain.proof.evidence`, so that reading evidence
imports nothing of training.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from models.explain.concepts import Concepts
from models.explain.families import families, family_code
from models.explain.proof import concept_proof
from models.explain.proof.concept_proof import HeldOut
from models.explain.proof.distinct_leads import distinct_leads
from models.explain.proof.evidence import Evidence
from models.explain.settings import ProofSettings
from models.model.bin_sums import histogram
from models.model.binning import Binning
from models.model.binning import learn as learn_bins
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.scorecard import draw_leads
from models.model.settings import ScorecardSettings, TrainSettings
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model

Counts = NDArray[np.int64]
_BIN_ROWS = 200_000
_BINS = ScorecardSettings(max_bins=12, min_bin_rows=50)


def learn(
    rows: TrainingSet,
    model: LeadModel,
    catalog: Catalog,
    how: tuple[TrainSettings, Points | None, int],
    settings: ProofSettings | None = None,
) -> Evidence:
    """Count snapshots and leads of training, and prove the concepts.

    Parameters
    ----------
    rows
        The training rows of the model.
    model
        The model.
    catalog
        Its features.
    how
        Training settings, hand-written points and seed that the model was trained with.
    settings
        The strictness of the proof; missing means the defaults.
    """
    training, _, seed = how
    learned = fit_model.learnable(rows, training, seed)
    return of_proof(rows, prove(learned, model, catalog, how, settings), seed)


@dataclass(frozen=True)
class Proof:
    """What is proven of a model.

    Attributes
    ----------
    proven
        Codes of the concepts and families that may be reasons.
    strength
        Code of every concept and family -> test statistic.
    held_out
        The rows of the proof; None if there were too few outcomes.
    """

    proven: tuple[str, ...]
    strength: dict[str, float]
    held_out: HeldOut | None


def prove(
    rows: TrainingSet,
    model: LeadModel,
    catalog: Catalog,
    how: tuple[TrainSettings, Points | None, int],
    settings: ProofSettings | None = None,
) -> Proof:
    """Prove the concepts of a model, then the families of those that are not proven.

    Parameters
    ----------
    rows
        What the model learned from: `models.training.fit_model.learnable`.
    model, catalog, how, settings
        As in `learn`.
    """
    settings = settings or ProofSettings()
    concepts, by_hand = Concepts.of(catalog), _hand_written(how[1], catalog)
    held = concept_proof.held_out(rows, model, concepts.of_feature, how, settings)
    codes, kin = concepts.codes, tuple(families(catalog))
    if held is None:
        nothing = dict.fromkeys((*codes, *kin), 0.0)
        return Proof(tuple(code for code in codes if code in by_hand), nothing, None)
    shown = concept_proof.proven(held, settings.error_rate) | np.isin(codes, list(by_hand))
    first = [family_code(catalog.features[n]) for n in _firsts(concepts.of_feature)]
    family_of = np.where(shown, -1, np.array([kin.index(code) for code in first]))
    together = concept_proof.summed(held, family_of, len(kin))
    passed = concept_proof.proven(together, settings.error_rate)
    statistic = np.append(concept_proof.strength(held), concept_proof.strength(together))
    names = np.array([*codes, *kin], dtype=np.object_)
    return Proof(
        proven=tuple(names[np.append(shown, passed)].tolist()),
        strength=dict(zip(names.tolist(), statistic.tolist(), strict=True)),
        held_out=held,
    )


def of_proof(rows: TrainingSet, proof: Proof, seed: int) -> Evidence:
    """Count snapshots and leads of training for what is proven.

    Parameters
    ----------
    rows
        The training rows of the model.
    proof
        What is proven of it.
    seed
        Of the draw that the bins are learned from.
    """
    binning = _binning(rows, seed)
    return Evidence(binning, *_counts(rows, binning), proof.proven, proof.strength)


def _firsts(of_feature: NDArray[np.int64]) -> list[int]:
    """Return the position of the first feature of every concept."""
    return [int(n) for n in np.unique(of_feature, return_index=True)[1]]


def _hand_written(points: Points | None, catalog: Catalog) -> set[str]:
    rules = points.rules if points else ()
    return {catalog.features[rule.column].concept for rule in rules}


def _binning(rows: TrainingSet, seed: int) -> Binning:
    few = rows.take(draw_leads(rows.lead, _BIN_ROWS, seed))
    return learn_bins(few.values, few.categorical, _BINS)


def _counts(rows: TrainingSet, binning: Binning) -> tuple[Counts, Counts, Counts, Counts]:
    """Count snapshots and their conversions, leads and those that converted: (bins,) each."""
    codes = binning.codes(rows.values)
    once: Floats = np.ones(len(rows))
    won = rows.label == 1.0
    return (
        histogram(codes, once, binning.starts).astype(np.int64),
        histogram(codes, rows.label, binning.starts).astype(np.int64),
        distinct_leads(codes, rows.lead, binning.starts),
        distinct_leads(codes[:, won], rows.lead[won], binning.starts),
    )
