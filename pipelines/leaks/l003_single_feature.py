"""L003: a single feature explains the outcome alone, or an attribute more than all the others.

Decided here: dated records are judged by their dates (L001, L004); an attribute has no date, so it
is judged by what it adds. It fails if it adds more to the quick model than all other features
together explain, which makes the model implausibly good. A failed attribute is removed and the
others are judged again, so that one leak cannot hide another.

The age of a lead is computed from the moment it became known, before every cutoff, so it cannot
hold the outcome; where old leads are left open it decides by itself, and so does what dated records
say of it (days since the first activity). These are a warning, since the creation dates may have
been changed later.
"""

from typing import Final

import numpy as np
from scipy.stats import spearmanr

from features.feature import Text
from models.baselines.quick_fit import explained, some_leads
from models.explain.proof.concept_proof import AGE
from models.stats.training_set import TrainingSet
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

SOFT: Final = {"like_the_model", "filled_later"}
"""Grounds that do not fail this check: fill shares are judged by L002, on all leads."""
ALONE: Final = 0.7
"""The smallest AUC alone of an attribute that is tested."""
TOO_GOOD: Final = 0.8
ADDED_AUC: Final = 0.05
CANDIDATES: Final = 6
MAX_ROWS: Final = 20_000
MIN_CONVERSIONS: Final = 50
FOLLOWS_AGE: Final = 0.9
"""The smallest rank correlation with the age of a computed feature that says no more than it."""
_OF_AGE: Final = "usual where old leads are left open; look whether `created_at` is changed later"


def _examine(evidence: LeakEvidence) -> Suspects | None:
    if not evidence.singles:
        return None
    named = {one.feature: one for one in evidence.singles if set(one.grounds) - SOFT}
    grounds = {name: f"{', '.join(one.grounds)}, AUC {one.auc:.2f}" for name, one in named.items()}
    suspects = overbearing(evidence) | grounds
    aged = {name: suspects.pop(name) for name in list(suspects) if _follows_age(evidence, name)}
    return Suspects(suspects, {name: f"{reason}; {_OF_AGE}" for name, reason in aged.items()})


def _follows_age(evidence: LeakEvidence, name: str) -> bool:
    """Return whether a feature is the age of the lead, or computed from dates and as good as it."""
    if name == AGE or evidence.frame is None:
        return name == AGE
    names = evidence.frame.catalog.names
    if name not in names or AGE not in names or name.startswith("profile__"):
        return False
    values = evidence.frame.values[:, [names.index(name), names.index(AGE)]]
    values = values[~np.isnan(values).any(axis=1)]
    if len(values) <= 2 or np.ptp(values, axis=0).min() == 0.0:  # noqa: PLR2004 - no correlation
        return False
    return bool(abs(spearmanr(values).statistic) >= FOLLOWS_AGE)


def overbearing(evidence: LeakEvidence) -> dict[str, str]:
    """Detect attributes that add more than all the others explain, one after the other.

    Returns
    -------
    Name of the feature -> grounds.
    """
    rows = evidence.training_set()
    if rows is None or evidence.frame is None or not len(evidence.learning):
        return {}
    rows = some_leads(rows.take(np.sort(evidence.learning)), MAX_ROWS)
    if min(rows.conversions, len(rows) - rows.conversions) < MIN_CONVERSIONS:
        return {}
    columns = _columns(evidence)
    grounds: dict[str, str] = {}
    gone: list[int] = []
    while (worst := _worst(rows, columns, gone)) is not None:
        concept, reason = worst
        names = [rows.names[column] for column in columns[concept]]
        grounds |= dict.fromkeys(names, reason)
        gone += columns.pop(concept)
    return grounds


def _columns(evidence: LeakEvidence) -> dict[str, list[int]]:
    """Return the columns of the most predictive attributes."""
    assert evidence.frame is not None  # noqa: S101 - narrows the type; the caller has looked
    strong = {one.feature: one.auc for one in evidence.singles}
    columns: dict[str, list[int]] = {}
    best: dict[str, float] = {}
    for column, feature in enumerate(evidence.frame.catalog.features):
        if feature.view == "profile":
            columns.setdefault(feature.concept, []).append(column)
            auc = strong.get(feature.name, 0.5)
            best[feature.concept] = max(auc, best.get(feature.concept, 0.0))
    order = sorted(best, key=lambda concept: -best[concept])
    return {concept: columns[concept] for concept in order[:CANDIDATES]}


def _worst(
    rows: TrainingSet, columns: dict[str, list[int]], gone: list[int]
) -> tuple[str, str] | None:
    there = [column for column in range(len(rows.names)) if column not in gone]
    whole, auc = explained(rows, there)
    candidates: list[tuple[float, str, str]] = []
    for concept, mine in columns.items():
        if auc < TOO_GOOD or explained(rows, mine)[1] < ALONE:
            continue
        rest, rest_auc = explained(rows, [column for column in there if column not in mine])
        if whole - rest >= max(rest, 0.0) and auc - rest_auc >= ADDED_AUC:
            reason = f"AUC {rest_auc:.2f} without it, {auc:.2f} with it"
            candidates.append((whole - rest, concept, reason))
    return max(candidates)[1:] if candidates else None


CHECK = LeakCheck(
    "L003",
    Text("a single feature too good", "単独で良すぎる特徴量"),
    "no feature that decides alone, and none that brings more than all the others together",
    "find out when its column is filled; if after the outcome, list it under known_later",
    _examine,
)
