"""How often leads with each value of an attribute converted in the training data.

Decided here: the counts are those of the training snapshots behind the reasons
(`models.explain.evidence`), by value of a category. A value with too few snapshots is left out, and
so is the owner of a lead: people are not compared.
"""

from typing import Final

import msgspec

from features.catalog.reserved import OWNER
from features.feature import Feature
from features.wording.sentences import Language
from models.artifact.artifact import Artifact

LEAST: Final = 50
"""The fewest snapshots of a value that is shown."""
MOST_VALUES: Final = 10


class ValueInsight(msgspec.Struct, frozen=True):
    """One value: how many snapshots had it, how many of them converted; `times` the average."""

    value: str
    snapshots: int
    conversions: int
    rate: float
    times: float


class AttributeInsight(msgspec.Struct, frozen=True):
    """One attribute: its values, the most converting first, and how often it was filled in."""

    attribute: str
    label: str
    filled_share: float
    values: list[ValueInsight]


def insights(artifact: Artifact, language: Language) -> list[AttributeInsight]:
    """Compute the insights of every categorical attribute, the most separating first.

    Parameters
    ----------
    artifact
        The model.
    language
        Of labels and values.
    """
    result = [
        _insight(artifact, column, feature, language)
        for column, feature in enumerate(artifact.catalog.features)
        if feature.view == "profile" and feature.is_category and feature.key != OWNER
    ]
    return sorted((one for one in result if len(one.values) > 1), key=_spread, reverse=True)


def _insight(
    artifact: Artifact, column: int, feature: Feature, language: Language
) -> AttributeInsight:
    evidence, vocabulary = artifact.evidence, artifact.catalog.vocabulary
    begin, end = evidence.binning.starts[column], evidence.binning.starts[column + 1]
    snapshots, conversions = evidence.snapshots[begin:end], evidence.conversions[begin:end]
    average = conversions.sum() / max(snapshots.sum(), 1)
    words = vocabulary.categories[feature.key]
    values = []
    for place, code in enumerate(evidence.binning.edges[column].astype(int).tolist(), start=1):
        rows, won = int(snapshots[place]), int(conversions[place])
        if rows < LEAST or not 1 <= code <= len(words):
            continue
        name = words[code - 1]
        wording = vocabulary.labels.get(f"{feature.key}={name}", vocabulary.label(name))
        times = won / rows / average if average > 0 else 0.0
        values.append(ValueInsight(getattr(wording, language), rows, won, won / rows, times))
    values.sort(key=lambda one: -one.rate)
    filled = 1.0 - float(snapshots[-1]) / max(float(snapshots.sum()), 1.0)
    label: str = getattr(feature.concept_label, language)
    return AttributeInsight(feature.key, label, filled, values[:MOST_VALUES])


def _spread(one: AttributeInsight) -> float:
    return one.values[0].times - one.values[-1].times
