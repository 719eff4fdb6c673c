"""Which concepts are proven: those whose contributions foretell outcomes that they have not seen.

Decided here: the model's plan is carried out twice, on either half of the leads, and each half is
explained by the model that did not see it. A concept is proven if, with its own contribution taken
out of the margin, the contribution still goes with what is left to explain: a score test of the
log loss, one-sided, rows of a lead taken together. Chance that the halves share speaks twice, so
their two statistics are averaged as if they were one and the same. Holm's rule over all concepts
holds the chance that any pure-noise concept passes to `error_rate`. What is not proven is never
shown as a reason.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from models.calibration import expit
from models.combining import Plan
from models.contributions import Explainer
from models.lead_model import LeadModel, Weights
from models.points import Points
from models.scorecard import draw_leads
from models.settings import TrainSettings
from models.split import folds_by_lead
from models.training import carry_out
from models.training_set import Floats, TrainingSet

_HALVES = 2
_LEVEL_STEPS = 20
_LEVEL = 1e-9
_NOTHING = 1e-12


@dataclass(frozen=True)
class ProofSettings:
    """How sure one must be.

    Attributes
    ----------
    error_rate
        The chance that any pure-noise concept passes.
    max_rows
        Above this a draw of leads with about so many rows is used.
    """

    error_rate: float = 0.01
    max_rows: int = 60_000


@dataclass(frozen=True)
class HeldOut:
    """Rows explained by models that did not see their leads.

    Attributes
    ----------
    parts
        Shape (rows, concepts): contributions in margin units.
    margin, label, lead
        Shape (rows,).
    fold
        Shape (rows,): which model explained the row.
    """

    parts: Floats
    margin: Floats
    label: Floats
    lead: NDArray[np.int64]
    fold: NDArray[np.int64]

    def of_fold(self, fold: int) -> "HeldOut":
        """Keep the rows of one model."""
        own = self.fold == fold
        return HeldOut(
            self.parts[own], self.margin[own], self.label[own], self.lead[own], self.fold[own]
        )


def proven(held_out: HeldOut, error_rate: float) -> NDArray[np.bool_]:
    """Say which concepts are proven: shape (concepts,); Holm's step-down rule.

    >>> rng = np.random.default_rng(0)
    >>> parts = rng.normal(size=(2000, 2))
    >>> label = (rng.random(2000) < expit(parts[:, 0])).astype(float)
    >>> lead = np.arange(2000)
    >>> proven(HeldOut(parts, parts.sum(axis=1), label, lead, lead % 2), 0.01)
    array([ True, False])
    """
    chance = ndtr(-strength(held_out))
    order = np.argsort(chance, kind="stable")
    bound = error_rate / np.arange(len(chance), 0, -1)
    passed = np.cumprod(chance[order] <= bound).astype(np.bool_)
    out = np.zeros(len(chance), dtype=np.bool_)
    out[order] = passed
    return out


def strength(held_out: HeldOut) -> Floats:
    """Give the test statistic of every concept: shape (concepts,), the mean over the folds of z.

    With c the contribution, p the probability without it and w = p (1 - p):
    z = sum u / sqrt(sum of (sum of u over the rows of a lead)^2), u = (c - mean_w c) (label - p),
    which is standard normal for pure noise, whatever the other folds found.
    """
    folds = [_strength(held_out.of_fold(fold)) for fold in np.unique(held_out.fold).tolist()]
    return np.asarray(np.mean(folds, axis=0))


def _strength(rows: HeldOut) -> Floats:
    _, lead = np.unique(rows.lead, return_inverse=True)
    out = np.zeros(rows.parts.shape[1])
    for concept in range(len(out)):
        part = rows.parts[:, concept]
        if np.ptp(part) <= _NOTHING:
            continue
        p = _levelled(rows.margin - part, rows.label)
        weight = p * (1.0 - p)
        gain = (part - np.average(part, weights=weight)) * (rows.label - p)
        spread = np.sqrt(np.sum(np.bincount(lead, weights=gain) ** 2))
        out[concept] = gain.sum() / spread if spread > 0.0 else 0.0
    return out


def held_out(
    rows: TrainingSet,
    model: LeadModel,
    concept_of: NDArray[np.int64],
    how: tuple[TrainSettings, Points | None, int],
    settings: ProofSettings,
) -> HeldOut | None:
    """Carry the model's plan out on halves of the leads, and explain each by the other.

    Parameters
    ----------
    rows
        What the model was trained on.
    model
        The model.
    concept_of
        Shape (features,): number of each feature's concept.
    how
        Training settings, hand-given points and seed that the model was trained with.
    settings
        How many rows.

    Returns
    -------
    Missing if there are too few outcomes to learn from halves of them.
    """
    training, points, seed = how
    plan = plan_of(model)
    if plan is None:
        return None
    few = rows.take(draw_leads(rows.lead, settings.max_rows, seed))
    if _fewest(few) < _HALVES * training.min_conversions:
        return None
    half = folds_by_lead(few.lead, few.label, _HALVES, seed)
    concepts = int(concept_of.max(initial=-1)) + 1
    parts, margin = np.zeros((len(few), concepts)), np.zeros(len(few))
    for k in range(_HALVES):
        taught = carry_out(few.take(half != k), plan, training, points, seed)
        other = replace(
            model, scorecard=taught.scorecard, booster=taught.booster, weights=taught.weights
        )
        explained = Explainer(other).explain(few.values[half == k])
        margin[half == k] = explained.margin
        parts[half == k] = _by_concept(explained.contributions, concept_of, concepts)
    return HeldOut(parts, margin, few.label, few.lead, half)


def plan_of(model: LeadModel) -> Plan | None:
    """Read back the plan that a model was trained by; none if only points made it."""
    told: dict[str, Any] = model.choices
    if "penalty" not in told:
        return None
    return Plan(**told | {"weights": Weights(**told["weights"])})


def _by_concept(parts: Floats, concept_of: NDArray[np.int64], concepts: int) -> Floats:
    return np.asarray(parts @ (concept_of[:, None] == np.arange(concepts)).astype(np.float64))


def _fewest(rows: TrainingSet) -> int:
    converted = len(np.unique(rows.lead[rows.label == 1.0]))
    return min(converted, len(np.unique(rows.lead[rows.label == 0.0])))


def _levelled(margin: Floats, label: Floats) -> Floats:
    """Give probabilities whose mean is the base rate: the level is not what is tested."""
    shift = 0.0
    for _ in range(_LEVEL_STEPS):
        p = expit(margin + shift)
        step = (label - p).sum() / max(float((p * (1.0 - p)).sum()), _NOTHING)
        shift += float(np.clip(step, -1.0, 1.0))
        if abs(step) < _LEVEL:
            break
    return expit(margin + shift)
