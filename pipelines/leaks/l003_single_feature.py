"""L003: a single feature explains the outcome alone, or an attribute more than all else together.

Decided here: what is dated is judged by its date (L001, L004); an attribute is not, so it is judged
by what it adds. It fails when the quick model gains more by it than all other features together
explain, and so becomes implausibly good. What fails is taken away, and the others are judged anew,
so that one leak does not hide behind another.
"""

from typing import Final

import numpy as np

from features.feature import Text
from models.baselines.quick_fit import explained, some_leads
from models.stats.training_set import TrainingSet
from pipelines.leaks.check import Evidence, LeakCheck, Suspects

SOFT: Final = {"like_the_model", "filled_later"}
"""Grounds that are no failure here: fills are judged by L002, on all leads."""
ALONE: Final = 0.7
"""The AUC from which on an attribute can bring that much."""
TOO_GOOD: Final = 0.8
ADDED_AUC: Final = 0.05
CANDIDATES: Final = 6
MAX_ROWS: Final = 20_000
MIN_CONVERSIONS: Final = 50


def _look(evidence: Evidence) -> Suspects | None:
    if not evidence.singles:
        return None
    named = {one.feature: one for one in evidence.singles if set(one.grounds) - SOFT}
    told = {name: f"{', '.join(one.grounds)}, AUC {one.auc:.2f}" for name, one in named.items()}
    return Suspects(overbearing(evidence) | told)


def overbearing(evidence: Evidence) -> dict[str, str]:
    """Name attributes that add more than all the rest explain, one after the other."""
    rows = evidence.training_set()
    if rows is None or evidence.frame is None or not len(evidence.learning):
        return {}
    rows = some_leads(rows.take(np.sort(evidence.learning)), MAX_ROWS)
    if min(rows.conversions, len(rows) - rows.conversions) < MIN_CONVERSIONS:
        return {}
    columns = _columns(evidence)
    told: dict[str, str] = {}
    gone: list[int] = []
    while (worst := _worst(rows, columns, gone)) is not None:
        concept, said = worst
        names = [rows.names[column] for column in columns[concept]]
        told |= dict.fromkeys(names, said)
        gone += columns.pop(concept)
    return told


def _columns(evidence: Evidence) -> dict[str, list[int]]:
    """Give the columns of the most telling attributes."""
    assert evidence.frame is not None  # noqa: S101 - narrows the type; the caller has looked
    strong = {one.feature: one.auc for one in evidence.singles}
    found: dict[str, list[int]] = {}
    best: dict[str, float] = {}
    for column, feature in enumerate(evidence.frame.catalog.features):
        if feature.view == "profile":
            found.setdefault(feature.concept, []).append(column)
            auc = strong.get(feature.name, 0.5)
            best[feature.concept] = max(auc, best.get(feature.concept, 0.0))
    order = sorted(best, key=lambda concept: -best[concept])
    return {concept: found[concept] for concept in order[:CANDIDATES]}


def _worst(
    rows: TrainingSet, columns: dict[str, list[int]], gone: list[int]
) -> tuple[str, str] | None:
    there = [column for column in range(len(rows.names)) if column not in gone]
    whole, auc = explained(rows, there)
    found: list[tuple[float, str, str]] = []
    for concept, mine in columns.items():
        if auc < TOO_GOOD or explained(rows, mine)[1] < ALONE:
            continue
        rest, rest_auc = explained(rows, [column for column in there if column not in mine])
        if whole - rest >= max(rest, 0.0) and auc - rest_auc >= ADDED_AUC:
            said = f"AUC {rest_auc:.2f} without it, {auc:.2f} with it"
            found.append((whole - rest, concept, said))
    return max(found)[1:] if found else None


CHECK = LeakCheck(
    "L003",
    Text("a single feature too good", "単独で良すぎる特徴量"),
    "no feature that decides alone, and none that brings more than all the others together",
    "find out when its column is filled; if after the outcome, list it under known_later",
    _look,
)
