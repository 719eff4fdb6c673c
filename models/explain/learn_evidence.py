"""Learning the evidence: counting training snapshots bin by bin, and proving the concepts.

Decided here: this is separate from `models.explain.evidence`, so that reading evidence imports
nothing of training.
"""

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from models.explain import concept_proof
from models.explain.concepts import Concepts
from models.explain.evidence import Evidence
from models.explain.settings import ProofSettings
from models.model.binning import Binning
from models.model.binning import learn as learn_bins
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.scorecard import draw_leads
from models.model.scorecard_solver import histogram
from models.model.settings import ScorecardSettings, TrainSettings
from models.stats.training_set import Floats, TrainingSet

_BIN_ROWS = 200_000
_BINS = ScorecardSettings(max_bins=12, min_bin_rows=50)


def learn(
    rows: TrainingSet,
    model: LeadModel,
    catalog: Catalog,
    how: tuple[TrainSettings, Points | None, int],
    settings: ProofSettings | None = None,
) -> Evidence:
    """Count the training snapshots and prove the concepts.

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
    settings = settings or ProofSettings()
    concepts = Concepts.of(catalog)
    binning = _binning(rows, how[2])
    snapshots, conversions = _counts(rows, binning)
    held_out = concept_proof.held_out(rows, model, concepts.of_feature, how, settings)
    strength = (
        np.zeros(len(concepts.codes)) if held_out is None else concept_proof.strength(held_out)
    )
    shown = _hand_written(how[1], catalog)
    if held_out is not None:
        passed = concept_proof.proven(held_out, settings.error_rate)
        shown |= {code for code, ok in zip(concepts.codes, passed, strict=True) if ok}
    return Evidence(
        binning=binning,
        snapshots=snapshots,
        conversions=conversions,
        proven=tuple(code for code in concepts.codes if code in shown),
        strength=dict(zip(concepts.codes, strength.tolist(), strict=True)),
    )


def _hand_written(points: Points | None, catalog: Catalog) -> set[str]:
    rules = points.rules if points else ()
    return {catalog.features[rule.column].concept for rule in rules}


def _binning(rows: TrainingSet, seed: int) -> Binning:
    few = rows.take(draw_leads(rows.lead, _BIN_ROWS, seed))
    return learn_bins(few.values, few.categorical, _BINS)


def _counts(rows: TrainingSet, binning: Binning) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    codes = binning.codes(rows.values)
    once: Floats = np.ones(len(rows))
    return (
        histogram(codes, once, binning.starts).astype(np.int64),
        histogram(codes, rows.label, binning.starts).astype(np.int64),
    )
