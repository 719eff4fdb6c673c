"""How often leads with each value of an attribute converted in the training data.

Decided here: the counts are the distinct leads behind the reasons
(`models.explain.proof.evidence`), by value of a category; the average is that of all leads of
training. A value differs clearly from the average by the posterior of its rate, with Holm's rule
over all values of all attributes: a model without any difference colours one of them at most one
time in twenty. A value with too few leads is left out, and so is the owner of a lead: people are
not compared.
"""

from itertools import takewhile
from typing import Final, Literal

import msgspec
from msgspec import structs
from scipy.special import betainc

from features.catalog.reserved import OWNER
from features.feature import Feature
from features.wording.sentences import Language
from models.artifact.artifact import Artifact
from models.model.lead_model import Counts
from models.stats.rate import PRIOR, rate

LEAST: Final = 50
"""The fewest leads of a value that is shown."""
MOST_VALUES: Final = 10
FAMILY_ERROR: Final = 0.05


class ValueInsight(msgspec.Struct, frozen=True):
    """One value: how many leads had it, how many of them converted; `times` the average.

    `low` and `high` are the ends of the 95 % interval of `rate`. `clear` is "up" or "down" where
    the rate differs clearly from the average, else empty.
    """

    value: str
    leads: int
    converted_leads: int
    rate: float
    low: float
    high: float
    times: float
    clear: Literal["up", "down", ""]


class AttributeInsight(msgspec.Struct, frozen=True):
    """One attribute: its values, the most converting first, and the share of leads that has one.

    A lead whose value was missing at some cutoff and known at another counts as not known.
    """

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
    result = _coloured(result, _average(artifact.model.counts))
    return sorted((one for one in result if len(one.values) > 1), key=_spread, reverse=True)


def _insight(
    artifact: Artifact, column: int, feature: Feature, language: Language
) -> AttributeInsight:
    evidence, vocabulary = artifact.evidence, artifact.catalog.vocabulary
    begin, end = evidence.binning.starts[column], evidence.binning.starts[column + 1]
    leads, converted = evidence.leads[begin:end], evidence.converted_leads[begin:end]
    average = _average(artifact.model.counts)
    words = vocabulary.categories[feature.key]
    values = []
    for place, code in enumerate(evidence.binning.edges[column].astype(int).tolist(), start=1):
        if leads[place] < LEAST or not 1 <= code <= len(words):
            continue
        name = words[code - 1]
        wording = vocabulary.value_label(feature.key, name)
        label = getattr(wording, language)
        values.append(_value(label, int(converted[place]), int(leads[place]), average))
    values.sort(key=lambda one: -one.rate)
    filled = 1.0 - float(leads[-1]) / max(float(artifact.model.counts.leads), 1.0)
    title: str = getattr(feature.concept_label, language)
    return AttributeInsight(feature.key, title, filled, values)


def _coloured(some: list[AttributeInsight], average: float) -> list[AttributeInsight]:
    """Return the insights with what differs clearly, by Holm's rule over all their values.

    Of many values, those that convert most are shown; the others are in the family all the same.
    """
    ranked = sorted((_doubt(value, average), n, m) for n, one in enumerate(some)
                    for m, value in enumerate(one.values))  # fmt: skip
    limits = (FAMILY_ERROR / (len(ranked) - place) for place in range(len(ranked)))
    clear = takewhile(lambda pair: pair[0][0] <= pair[1], zip(ranked, limits, strict=True))
    places = {(n, m) for (_, n, m), _ in clear}
    return [
        structs.replace(
            one,
            values=[
                structs.replace(value, clear="up" if value.rate > average else "down")
                if (n, m) in places
                else value
                for m, value in enumerate(one.values[:MOST_VALUES])
            ],
        )
        for n, one in enumerate(some)
    ]


def _doubt(value: ValueInsight, average: float) -> float:
    """Return twice the posterior probability that the rate lies on the other side of the average.

    The posterior is that of `models.stats.rate`.
    """
    others = value.leads - value.converted_leads
    below = float(betainc(value.converted_leads + PRIOR, others + PRIOR, average))
    return 2 * min(below, 1 - below)


def _average(counts: Counts) -> float:
    return (counts.converted_leads or 0) / max(counts.leads, 1)


def _value(label: str, converted: int, leads: int, average: float) -> ValueInsight:
    """Compare the leads with one value with the average."""
    own = rate(converted, leads)
    times = own.value / average if average > 0 else 0.0
    return ValueInsight(label, leads, converted, own.value, own.low, own.high, times, "")


def _spread(one: AttributeInsight) -> float:
    return one.values[0].times - one.values[-1].times
