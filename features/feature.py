"""What one feature is: a declarative record, and the sentence that turns it into a reason.

Decided here: a feature is named `view__measure__window` (`view__measure` if it has no window), and
everything that describes it stands in its record, which is stored with the model.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal[
    "count", "days", "hours", "seconds", "units", "share", "per_day", "category", "number"
]


@dataclass(frozen=True)
class Text:
    """The same words in two languages.

    Attributes
    ----------
    en, ja
        In English and in Japanese.
    """

    en: str
    ja: str


@dataclass(frozen=True)
class Sentence:
    """The sentences that describe a value.

    Attributes
    ----------
    value
        Contains one `{value}`.
    none
        For zero or missing.
    """

    value: Text
    none: Text


@dataclass(frozen=True)
class Feature:
    """One column of the feature frame.

    Attributes
    ----------
    name
        `view__measure__window`, e.g. `engagement__page_view_count__30d`.
    view
        The view that computes it.
    key
        Which part of the view it measures: an activity type, a topic, an attribute; "" for all.
    measure
        The measure inside the view: `count`, `days_since_last`, ...
    window_days
        Length of the look-back window in days (the half-life, of a decayed count); None means ever,
        or that a window has no meaning.
    unit
        Unit of the value; `category` means that the value is a code of the vocabulary.
    missing_means
        What a missing value means.
    known_when
        From when on the value can be trusted.
    concept
        Code of what a salesperson would name it; contributions are summed by it.
    concept_label
        The concept in words.
    sentence
        The sentences that describe a value.
    """

    name: str
    view: str
    key: str
    measure: str
    window_days: float | None
    unit: Unit
    missing_means: str
    known_when: str
    concept: str
    concept_label: Text
    sentence: Sentence

    @property
    def is_category(self) -> bool:
        """Whether the value is a code of the vocabulary, without order."""
        return self.unit == "category"
