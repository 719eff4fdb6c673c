"""The names of things on pages: leads, bands, trends, outcomes, values of attributes.

Decided here: a lead is described by the attributes that describe it best. Values are named by the
vocabulary of the model.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from features.catalog.catalog import Vocabulary
from features.wording.sentences import Language
from serve.pages.shell.page_words import PageWords, mark
from serve.scoring.loaded_model import LoadedModel
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
INTERESTS: Final = {
    "deciding": mark("deciding"),
    "comparing": mark("comparing"),
    "learning": mark("learning"),
    "quiet": mark("quiet for 90 days"),
}
"""How far the interest of a lead has come."""
_DESCRIBING: Final = ("company", "industry", "job_role", "department", "company_size", "region")
_KIND: Final = ("industry", "job_role", "department", "company_size", "region")
"""The attributes of the kind of a lead, which name neither person nor company."""
_MOST_SHOWN: Final = 4


def about(attributes: Mapping[str, Value], vocabulary: Vocabulary, language: Language) -> list[str]:
    """Return the values that describe a lead best.

    Parameters
    ----------
    attributes
        Value by name.
    vocabulary
        Of the model.
    language
        Of the values.
    """
    return _values(_DESCRIBING, attributes, vocabulary, language)


def kind_of(
    attributes: Mapping[str, Value], vocabulary: Vocabulary, language: Language
) -> list[str]:
    """Return the values of the kind of a lead, which name nobody.

    Parameters
    ----------
    attributes
        Value by name.
    vocabulary
        Of the model.
    language
        Of the values.
    """
    return _values(_KIND, attributes, vocabulary, language)


def _values(
    names: tuple[str, ...],
    attributes: Mapping[str, Value],
    vocabulary: Vocabulary,
    language: Language,
) -> list[str]:
    keys = [key for name in names for key in (name, f"account.{name}") if attributes.get(key)]
    return [value_words(key, attributes[key], vocabulary, language) for key in keys[:_MOST_SHOWN]]


def value_words(key: str, value: Value, vocabulary: Vocabulary, language: Language) -> str:
    """Return the name of a value of an attribute.

    Parameters
    ----------
    key
        The attribute.
    value
        Its value.
    vocabulary
        Of the model.
    language
        Of the name.
    """
    return str(getattr(vocabulary.value_label(key, str(value)), language))


def code_words(code: str | None, vocabulary: Vocabulary, language: Language) -> str:
    """Return the name of a code, such as an activity type.

    Parameters
    ----------
    code
        The code; None gives "".
    vocabulary
        Of the model; a code without a label is shown with spaces for underscores.
    language
        Of the name.
    """
    if code is None:
        return ""
    return str(getattr(vocabulary.label(code), language)).replace("_", " ")


def outcome_words(loaded: LoadedModel, words: PageWords) -> str:
    """Return the name of the outcome that the model predicts, such as "won".

    Parameters
    ----------
    loaded
        The model.
    words
        The language.
    """
    return stage_words(str(loaded.artifact.about.get("outcome", "won")), loaded, words)


def order_words(loaded: LoadedModel, language: Language) -> str:
    """Return by what leads are ranked, where the target chose something; else "".

    Parameters
    ----------
    loaded
        The model.
    language
        The language.
    """
    sentence = loaded.ranked_by.sentence
    return "" if sentence is None else str(getattr(sentence, language))


def stage_words(stage: str, loaded: LoadedModel, words: PageWords) -> str:
    """Return the name of a stage of a deal.

    Parameters
    ----------
    stage
        The outcome that brought the deal there.
    loaded
        The model.
    words
        The language.
    """
    if stage in OUTCOMES:
        return words.say(OUTCOMES[stage])
    return code_words(stage, loaded.artifact.catalog.vocabulary, words.language)


def lead_address(lead_id: str, target: str = "") -> str:
    """Return the address of a lead's page.

    Parameters
    ----------
    lead_id
        The lead.
    target
        The target that the page is about; empty is the default.

    >>> lead_address("a/b c"), lead_address("a", "upsell")
    ('/leads/a%2Fb%20c', '/leads/a?target=upsell')
    """
    return _address("leads", lead_id, target)


def account_address(account_id: str, target: str = "") -> str:
    """Return the address of an account's page.

    Parameters
    ----------
    account_id
        The account.
    target
        The target that the page is about; empty is the default.

    >>> account_address("a/b", "upsell")
    '/accounts/a%2Fb?target=upsell'
    """
    return _address("accounts", account_id, target)


def _address(room: str, one: str, target: str) -> str:
    return f"/{room}/{quote(one, safe='')}" + (f"?target={target}" if target else "")


def compared_at(loaded: LoadedModel) -> datetime | None:
    """Return the day whose open leads a score compares with; none where the model does not say."""
    day = loaded.artifact.about.get("observed_until")
    return None if day is None else datetime.fromisoformat(day)
