"""What things are called on a page: leads, bands, trends, outcomes, values of attributes.

Decided here: a lead is called by the first attribute that names a person or a company, else by its
id; below stand the attributes that say most about who it is. Values are said by the words of the
model's vocabulary.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from features.catalog.catalog import Vocabulary
from features.wording.sentences import Language
from serve.pages.page_words import Words, mark
from serve.wire.records import Value

BANDS: Final = {"hot": mark("hot"), "warm": mark("warm"), "cold": mark("cold")}
TRENDS: Final = {
    "improving": ("↗", mark("rising")),
    "steady": ("→", mark("steady")),
    "declining": ("↘", mark("falling")),
    "not_enough_information": ("·", mark("too little known")),
}
"""An arrow and words."""
OUTCOMES: Final = {"won": mark("won"), "opened": mark("deal opened"), "lost": mark("lost")}
_TITLES: Final = (
    "name",
    "lead_name",
    "full_name",
    "contact_name",
    "company",
    "company_name",
    "account.name",
    "account.company_name",
)
_TELLING: Final = ("company", "industry", "job_role", "department", "company_size", "region")
_WHAT_KIND: Final = ("industry", "job_role", "department", "company_size", "region")
"""What says which kind of lead it is, and neither who nor which company."""
_MOST_TOLD: Final = 4


def title_of(lead_id: str, attributes: Mapping[str, Value]) -> str:
    """Give what a lead is called.

    >>> title_of("L-1", {"name": "佐藤 花子"}), title_of("L-1", {"name": " "})
    ('佐藤 花子', 'L-1')
    """
    found = (str(attributes[name]).strip() for name in _TITLES if attributes.get(name))
    return next((title for title in found if title), lead_id)


def about(attributes: Mapping[str, Value], vocabulary: Vocabulary, language: Language) -> list[str]:
    """Say what tells most about who a lead is, in words."""
    return _said(_TELLING, attributes, vocabulary, language)


def kind_of(
    attributes: Mapping[str, Value], vocabulary: Vocabulary, language: Language
) -> list[str]:
    """Say which kind of lead it is, in words that name nobody."""
    return _said(_WHAT_KIND, attributes, vocabulary, language)


def _said(
    names: tuple[str, ...],
    attributes: Mapping[str, Value],
    vocabulary: Vocabulary,
    language: Language,
) -> list[str]:
    keys = [key for name in names for key in (name, f"account.{name}") if attributes.get(key)]
    return [value_words(key, attributes[key], vocabulary, language) for key in keys[:_MOST_TOLD]]


def value_words(key: str, value: Value, vocabulary: Vocabulary, language: Language) -> str:
    """Say a value of an attribute."""
    name = str(value)
    words = vocabulary.labels.get(f"{key}={name}", vocabulary.label(name))
    return str(getattr(words, language))


def code_words(code: str | None, vocabulary: Vocabulary, language: Language) -> str:
    """Say a code, such as an activity type; a code without words has its underscores taken out."""
    if code is None:
        return ""
    return str(getattr(vocabulary.label(code), language)).replace("_", " ")


def outcome_words(loaded: Any, words: Words) -> str:
    """Say what the model predicts, such as "won"."""
    outcome = str(loaded.artifact.about.get("outcome", "won"))
    if outcome in OUTCOMES:
        return words.say(OUTCOMES[outcome])
    return code_words(outcome, loaded.artifact.catalog.vocabulary, words.language)


def lead_address(lead_id: str) -> str:
    """Give the address of a lead's page.

    >>> lead_address("a/b c")
    '/leads/a%2Fb%20c'
    """
    return f"/leads/{quote(lead_id, safe='')}"
