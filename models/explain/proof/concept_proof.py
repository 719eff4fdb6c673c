"""Proof of concepts: whose contributions predict outcomes on held-out leads.

Decided here: the model's plan is carried out twice, on either half of the leads, and each half is
explained by the model that was trained on the other. A concept is proven if its contribution is
associated with the outcome among leads of about the same age at about the same time (counts grow
with age, and seasons change everything, so almost anything is correlated across them): a one-sided
score test of the log loss within strata, clustered by lead. Other concepts are not held fixed: of
two correlated concepts, both may be proven. Chance that the halves share counts twice, so the two
statistics are averaged without reducing their variance. Holm's rule over all concepts limits the
probability that any pure-noise concept passes to `error_rate`.

What is not proven alone may be proven together: the contributions of a family's unproven concepts
are summed, and the sums are tested in the same way, by Holm's rule over all families. So the
probability that noise is ever shown, as a concept or as a family, is at most twice `error_rate`.
What is proven in neither way is never shown.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from models.explain.contributions import Explainer
from models.explain.proof.proof_draw import draw_by_outcome
from models.explain.settings import ProofSettings
from models.model.lead_model import LeadModel, Weights
from models.model.points import Points
from models.model.settings import TrainSettings
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training.combine import Plan
from models.training.fit_model import carry_out

AGE = "profile__lead_age_days"
"""The feature of the lead's age."""
_HALVES = 2
_APPROXIMATE_ROWS = 1_500
"""Rows of the proof where each costs an own model many predictions."""
_AGES, _TIMES, _GROUP_ROWS = 12, 6, 50
_NOTHING = 1e-12


@dataclass(frozen=True)
class HeldOut:
    """Rows explained by models that were not trained on their leads.

    Attributes
    ----------
    parts
        Shape (rows, concepts): contributions in margin units.
    label, lead
        Shape (rows,): whether the snapshot converted, and a code of the lead.
    fold
        Shape (rows,): which model explained the row.
    age, time
        Shape (rows,): groups of like age of the lead and like cutoff.
    age_concept
        The concept of the age itself, which is compared among leads of like cutoff only; -1 if
        there is none.
    """

    parts: Floats
    label: Floats
    lead: NDArray[np.int64]
    fold: NDArray[np.int64]
    age: NDArray[np.int64]
    time: NDArray[np.int64]
    age_concept: int = -1

    def of_fold(self, fold: int) -> "HeldOut":
        """Select the rows that one model explained."""
        own = self.fold == fold
        return replace(
            self,
            parts=self.parts[own],
            label=self.label[own],
            lead=self.lead[own],
            fold=self.fold[own],
            age=self.age[own],
            time=self.time[own],
        )


def proven(held_out: HeldOut, error_rate: float) -> NDArray[np.bool_]:
    """Decide which concepts are proven: shape (concepts,); Holm's step-down rule.

    Parameters
    ----------
    held_out
        Rows explained by models of other leads.
    error_rate
        The probability that any pure-noise concept passes.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> parts = rng.normal(size=(2000, 2))
    >>> label = (rng.random(2000) < 1 / (1 + np.exp(-parts[:, 0]))).astype(float)
    >>> lead = np.arange(2000)
    >>> proven(HeldOut(parts, label, lead, lead % 2, lead * 0, lead * 0), 0.01)
    array([ True, False])
    """
    chance = ndtr(-strength(held_out))
    order = np.argsort(chance, kind="stable")
    bound = error_rate / np.arange(len(chance), 0, -1)
    passed = np.cumprod(chance[order] <= bound).astype(np.bool_)
    out = np.zeros(len(chance), dtype=np.bool_)
    out[order] = passed
    return out


def summed(held_out: HeldOut, family_of: NDArray[np.int64], families: int) -> HeldOut:
    """Sum the contributions of the concepts to families, whose proof is that of a concept.

    Parameters
    ----------
    held_out
        Rows explained by models of other leads.
    family_of
        Shape (concepts,): the family that each unproven concept belongs to; -1 for proven ones.
    families
        Number of families.
    """
    own = held_out.age_concept
    return replace(
        held_out,
        parts=by_group(held_out.parts, family_of, families),
        age_concept=-1 if own < 0 else int(family_of[own]),
    )


def strength(held_out: HeldOut) -> Floats:
    """Compute the test statistic of every concept: shape (concepts,), the mean over the folds of z.

    With c the contribution and means taken within the stratum:
    z = sum u / sqrt(sum of (sum of u over the rows of a lead)^2), u = (c - mean c) (label - mean),
    which is standard normal for pure noise, independent of the other fold.
    """
    folds = [_strength(held_out.of_fold(fold)) for fold in np.unique(held_out.fold).tolist()]
    return np.asarray(np.mean(folds, axis=0))


def _strength(rows: HeldOut) -> Floats:
    _, lead = np.unique(rows.lead, return_inverse=True)
    stratum = rows.age * (rows.time.max(initial=0) + 1) + rows.time
    out = np.zeros(rows.parts.shape[1])
    for concept in range(len(out)):
        part = rows.parts[:, concept]
        if np.ptp(part) <= _NOTHING:
            continue
        like = rows.time if concept == rows.age_concept else stratum
        gain = _from_mean(part, like) * _from_mean(rows.label, like)
        spread = np.sqrt(np.sum(np.bincount(lead, weights=gain) ** 2))
        out[concept] = gain.sum() / spread if spread > 0.0 else 0.0
    return out


def _from_mean(values: Floats, group: NDArray[np.int64]) -> Floats:
    """Subtract the mean of its group from every value."""
    mean = np.bincount(group, weights=values) / np.maximum(np.bincount(group), 1)
    return np.asarray(values - mean[group])


def held_out(
    rows: TrainingSet,
    model: LeadModel,
    concept_of: NDArray[np.int64],
    how: tuple[TrainSettings, Points | None, int],
    settings: ProofSettings,
) -> HeldOut | None:
    """Carry out the model's plan on halves of the leads, and explain each half by the other.

    Parameters
    ----------
    rows
        The training rows of the model.
    model
        The model.
    concept_of
        Shape (features,): number of each feature's concept.
    how
        Training settings, hand-written points and seed that the model was trained with.
    settings
        The largest number of rows.

    Returns
    -------
    The explained rows; None if there are too few outcomes to train on halves of them.
    """
    training, _, seed = how
    plan = plan_of(model)
    if plan is None:
        return None
    most = settings.max_rows if Explainer(model).exact else _APPROXIMATE_ROWS
    few = rows.take(draw_by_outcome(rows, most, seed))
    if _rarer_leads(few) < _HALVES * training.min_conversions:
        return None
    half = folds_by_lead(few.group, few.label, _HALVES, seed)
    concepts = int(concept_of.max(initial=-1)) + 1
    parts = np.zeros((len(few), concepts))
    for k in range(_HALVES):
        other = carried_out(few.take(half != k), model, plan, how)
        explained = Explainer(other).explain(few.values[half == k])
        parts[half == k] = by_group(explained.contributions, concept_of, concepts)
    age = _ages(few)
    time = _groups(few.cutoff, len(few) // (int(age.max(initial=0)) + 1), _TIMES)
    own = int(concept_of[few.names.index(AGE)]) if AGE in few.names else -1
    return HeldOut(parts, few.label, few.lead, half, age, time, own)


def _ages(rows: TrainingSet) -> NDArray[np.int64]:
    """Group leads of similar age; one group where the age is not a feature."""
    if AGE not in rows.names:
        return np.zeros(len(rows), dtype=np.int64)
    return _groups(np.nan_to_num(rows.values[:, rows.names.index(AGE)]), len(rows), _AGES)


def _groups(values: NDArray[Any], rows: int, most: int) -> NDArray[np.int64]:
    """Cut at quantiles into groups of at least `_GROUP_ROWS` of `rows`."""
    groups = min(most, max(1, rows // _GROUP_ROWS))
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, groups + 1)[1:-1]))
    return np.searchsorted(cuts, values, side="left").astype(np.int64)


def carried_out(
    rows: TrainingSet,
    model: LeadModel,
    plan: Plan,
    how: tuple[TrainSettings, Points | None, int],
) -> LeadModel:
    """Carry out the plan of a model on other rows; its calibration stays.

    Parameters
    ----------
    rows
        What is learned from.
    model, plan
        The model and its plan.
    how
        Training settings, hand-written points and seed that the model was trained with.
    """
    training, points, seed = how
    taught = carry_out(rows, plan, training, points, seed)
    return replace(
        model, scorecard=taught.scorecard, booster=taught.booster, weights=taught.weights
    )


def plan_of(model: LeadModel) -> Plan | None:
    """Read the plan that a model was trained by from its choices; None if it has points only."""
    choices: dict[str, Any] = model.choices
    if "penalty" not in choices:
        return None
    return Plan(**choices | {"weights": Weights(**choices["weights"])})


def by_group(parts: Floats, group_of: NDArray[np.int64], groups: int) -> Floats:
    """Sum columns by group: shape (rows, groups).

    Parameters
    ----------
    parts
        Shape (rows, columns).
    group_of
        Shape (columns,): the group of each column; -1 belongs to none.
    groups
        Number of groups.
    """
    return np.asarray(parts @ (group_of[:, None] == np.arange(groups)).astype(np.float64))


def _rarer_leads(rows: TrainingSet) -> int:
    converted = len(np.unique(rows.lead[rows.label == 1.0]))
    return min(converted, len(np.unique(rows.lead[rows.label == 0.0])))
