"""What one feature is: a declarative record, and the sentence that turns it into a reason.

Decided here: a feature is named `view__measure__window` (`view__measure` if it has no window), and
everything a reader may ask about it stands in its record, which travels with the model.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal[
    "count", "days", "hours", "seconds", "units", "share", "per_day", "category", "number"
]


@dataclass(frozen=True)
class Text:
    """The same words in English and Japanese."""

    en: str
    ja: str


@dataclass(frozen=True)
class Sentence:
    """How a value is said: `value` holds one `{value}`; `none` is for zero or missing."""

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
        What of the view it measures: an activity type, a topic, an attribute name; "" for all.
    measure
        The measure inside the view: `count`, `days_since_last`, ...
    window_days
        Length of the look-back window in days (the half-life, of a decayed count); None means ever,
        or that a window has no meaning.
    unit
        Unit of the value; `category` means that the value is a code of the vocabulary.
    missing_means
        What a missing value says.
    known_when
        From when on the value can be trusted.
    concept
        Code of what a salesperson would call it; contributions are summed by it.
    concept_label
        The concept in words.
    sentence
        How one value is said.
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
