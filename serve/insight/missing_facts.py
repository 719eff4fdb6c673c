"""The missing attributes of a lead that matter most: how far each could move its probability.

Decided here: every missing attribute that a person can answer is tried with every value that the
model knows of it, all else unchanged; a number is tried at the bins of the evidence. The attributes
that can move the probability most are returned. What a website measured (UTM fields, referrers) is
no question to a lead. For a list, where the features of each lead are not at hand, the order is
that of a lead of which nothing is known.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.catalog.naming import ACCOUNT_PREFIX
from features.catalog.reserved import OWNER
from features.feature import Feature
from features.kernel.inputs import Matrix
from features.wording.sentences import Language
from features.wording.usual_names import is_tracking
from models.artifact.artifact import Artifact
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import numbers

MOST: Final = 3
_LEAST_MOVE: Final = 0.005
"""Half a probability point; less is not worth asking for."""
_LEAST_MARGIN: Final = 0.1
"""The same in log-odds, of a lead of 5 %."""
_TELLING: Final[WeakKeyDictionary[LoadedModel, tuple[str, ...]]] = WeakKeyDictionary()


class MissingFact(msgspec.Struct, frozen=True):
    """A missing attribute, and between which probabilities it would put the lead."""

    attribute: str
    label: str
    low: float
    high: float


def missing_facts(
    loaded: LoadedModel, values: Matrix, language: Language, askable: Sequence[str] = ()
) -> list[MissingFact]:
    """List the missing attributes that can move the probability most, the strongest first.

    Parameters
    ----------
    loaded
        The model.
    values
        The features of the lead, shape (1, features).
    language
        Of the labels.
    askable
        The attributes that people ask for; others are left out if the model has any of these.
    """
    facts, known = [], loaded.artifact.catalog.features
    usual = {one.key for one in known if one.key.removeprefix(ACCOUNT_PREFIX) in askable}
    for feature, rows in _tried(loaded.artifact, values):
        if usual and feature.key not in usual:
            continue
        probability = numbers(loaded.scorer, rows).probability
        low, high = float(probability.min()), float(probability.max())
        label: str = getattr(feature.concept_label, language)
        facts.append(MissingFact(feature.key, label, low, high))
    worth = [one for one in facts if one.high - one.low >= _LEAST_MOVE]
    return sorted(worth, key=lambda one: one.low - one.high)[:MOST]


def most_telling(loaded: LoadedModel) -> tuple[str, ...]:
    """Return the attributes that could move a lead of which nothing is known, the strongest first.

    Parameters
    ----------
    loaded
        The model; the order is computed once for each.
    """
    if loaded not in _TELLING:
        _TELLING[loaded] = _by_spread(loaded)
    return _TELLING[loaded]


def _by_spread(loaded: LoadedModel) -> tuple[str, ...]:
    nothing = np.full((1, len(loaded.artifact.catalog.features)), np.nan, np.float32)
    spread: dict[str, float] = {}
    for feature, rows in _tried(loaded.artifact, nothing):
        margin = numbers(loaded.scorer, rows).margin
        name = feature.key.removeprefix(ACCOUNT_PREFIX)
        spread[name] = max(spread.get(name, 0.0), float(margin.max() - margin.min()))
    worth = [name for name, far in spread.items() if far >= _LEAST_MARGIN]
    return tuple(sorted(worth, key=lambda name: -spread[name]))


def _tried(artifact: Artifact, values: Matrix) -> Iterator[tuple[Feature, NDArray[np.float32]]]:
    """Yield each missing attribute, and the lead with every value that the model knows of it."""
    for column, feature in enumerate(artifact.catalog.features):
        if not _is_attribute(feature) or not np.isnan(values[0, column]):
            continue
        tried = _tries(artifact, column, feature)
        if len(tried):
            rows = np.repeat(values, len(tried), axis=0)
            rows[:, column] = tried
            yield feature, rows


def _is_attribute(feature: Feature) -> bool:
    own = feature.view == "profile" and feature.measure == "value" and feature.key != OWNER
    return own and not is_tracking(feature.key)


def _tries(artifact: Artifact, column: int, feature: Feature) -> np.ndarray[Any, Any]:
    if feature.is_category:
        known = artifact.catalog.vocabulary.categories[feature.key]
        return np.arange(1, len(known) + 1, dtype=np.float32)
    return np.asarray(artifact.evidence.binning.edges[column], np.float32)
