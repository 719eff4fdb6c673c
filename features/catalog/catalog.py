"""The catalog: all features in order = a model's input contract.

Decided here: activity types, topics and categories are learned from training data with a support
threshold, stored with the features that are made of them, and fingerprinted; what was not learned
is counted as "other", never an error.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalog.naming import ACCOUNT_PREFIX
from features.feature import Feature, Sentence, Text

UTC = "UTC"
OTHER_CODE = 0
"""The code of a value that the vocabulary does not hold; a missing one is NaN."""


@dataclass(frozen=True)
class Vocabulary:
    """What was learned from the training data, each tuple in a stable order.

    Attributes
    ----------
    activity_types
        Activity types with enough support.
    topics
        (activity type, topic) pairs with enough support.
    valued
        (activity type, column) pairs, column `dwell_seconds` or `amount`, that carry values.
    categories
        Categorical attribute -> its known values; value number i has the code i + 1.
    numbers
        Numeric attributes.
    labels
        Code -> words, for activity types, topics, attributes and values (`attribute=value`), and
        for what texts mention (`words=term`).
    zone
        The time zone of months, weekdays and hours.
    terms
        What texts mention: term -> the words that mention it. An intent has a list of words; a
        learned term is its one word. Empty where no text is read.
    activities_per_deal
        Activities of all leads for each deal that was opened or won; 0.0 where deals are too few.
    """

    activity_types: tuple[str, ...] = ()
    topics: tuple[tuple[str, str], ...] = ()
    valued: tuple[tuple[str, str], ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    labels: Mapping[str, Text] = field(default_factory=dict)
    zone: str = UTC
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    activities_per_deal: float = 0.0

    def label(self, code: str) -> Text:
        """Return the words for a code; a code without a label stands for itself.

        >>> Vocabulary(labels={"call": Text("call", "電話")}).label("call").ja
        '電話'
        >>> Vocabulary().label("fax").en
        'fax'
        """
        return self.labels.get(code, Text(code, code))

    def value_label(self, attribute: str, value: str) -> Text:
        """Return the words for a value of an attribute; those of an account share its labels.

        Parameters
        ----------
        attribute
            The attribute; `account.` stands before those of the account.
        value
            Its value.

        >>> Vocabulary(labels={"size=L": Text("large", "大")}).value_label("account.size", "L").ja
        '大'
        """
        own = (attribute, attribute.removeprefix(ACCOUNT_PREFIX))
        named = (self.labels.get(f"{one}={value}") for one in own)
        return next((words for words in named if words is not None), self.label(value))


@dataclass(frozen=True)
class CatalogSettings:
    """How the catalog is learned.

    Attributes
    ----------
    windows_days
        Lengths of the look-back windows, in days, ascending.
    min_support
        Least number of distinct leads with an activity type, topic or category.
    max_topics
        The most (activity type, topic) pairs; the most frequent are chosen.
    max_categories
        The most values of one categorical attribute.
    sequence_length
        How many of the last activities the sequence view has.
    half_lives_days
        Half-lives of the decayed counts, in days: an activity so old counts half. May be empty.
    month_after_days
        How long a history must be for the month of the cutoff to be a feature, in days: a single
        season cannot be distinguished from a trend.
    features_dir
        The folder of own features, below the directory that commands run in; "" is none.
    max_words
        The most words of texts that are learned from outcomes, beside the given lists; 0 learns
        none.
    """

    windows_days: tuple[float, ...] = (1.0, 7.0, 30.0, 90.0)
    min_support: int = 30
    max_topics: int = 20
    max_categories: int = 60
    sequence_length: int = 3
    half_lives_days: tuple[float, ...] = (21.0,)
    month_after_days: float = 730.0
    features_dir: str = ""
    max_words: int = 20


@dataclass(frozen=True)
class Catalog:
    """The ordered features and what they are made of.

    Attributes
    ----------
    features
        The feature columns, in order.
    vocabulary
        What was learned from the training data.
    settings
        How it was learned.
    """

    features: tuple[Feature, ...]
    vocabulary: Vocabulary
    settings: CatalogSettings = CatalogSettings()

    @property
    def names(self) -> tuple[str, ...]:
        """The feature columns, in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def categorical(self) -> NDArray[np.bool_]:
        """Shape (features,): whether the column holds codes without order."""
        return np.array([feature.is_category for feature in self.features], dtype=np.bool_)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON: equal fingerprints mean equal columns."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return the catalog as canonical JSON (sorted keys, no spaces).

        No zone means UTC; no folder means that there are no own features; no terms mean that no
        text is read; no activities per deal mean that deals were too few.
        """
        raw = asdict(self)
        if not self.settings.features_dir:
            del raw["settings"]["features_dir"]
        if self.settings.max_words == CatalogSettings.max_words:
            del raw["settings"]["max_words"]
        if self.vocabulary.zone == UTC:
            del raw["vocabulary"]["zone"]
        if not self.vocabulary.terms:
            del raw["vocabulary"]["terms"]
        else:
            raw["vocabulary"]["terms"] = [*self.vocabulary.terms.items()]
        if not self.vocabulary.activities_per_deal:
            del raw["vocabulary"]["activities_per_deal"]
        return json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Catalog":
        """Read what `to_json` wrote.

        >>> Catalog.from_json(Catalog((), Vocabulary()).to_json()) == Catalog((), Vocabulary())
        True
        """
        raw = json.loads(text)
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in raw["settings"].items()
        }
        return cls(
            features=tuple(_feature(item) for item in raw["features"]),
            vocabulary=_vocabulary(raw["vocabulary"]),
            settings=CatalogSettings(**settings),
        )


def _feature(raw: dict) -> Feature:  # type: ignore[type-arg]
    sentence = Sentence(Text(**raw["sentence"]["value"]), Text(**raw["sentence"]["none"]))
    return Feature(**raw | {"concept_label": Text(**raw["concept_label"]), "sentence": sentence})


def _vocabulary(raw: dict) -> Vocabulary:  # type: ignore[type-arg]
    return Vocabulary(
        activity_types=tuple(raw["activity_types"]),
        topics=tuple((pair[0], pair[1]) for pair in raw["topics"]),
        valued=tuple((pair[0], pair[1]) for pair in raw["valued"]),
        categories={name: tuple(values) for name, values in raw["categories"].items()},
        numbers=tuple(raw["numbers"]),
        labels={code: Text(**words) for code, words in raw["labels"].items()},
        zone=raw.get("zone", UTC),
        terms={term: tuple(words) for term, words in raw.get("terms", ())},
        activities_per_deal=raw.get("activities_per_deal", 0.0),
    )
