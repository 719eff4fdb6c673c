"""Translate the texts of all reports: one set of catalogs under `messages/`.

Decided here: drawings and cells have the language as a parameter, so texts are translated by
functions of (text, language); templates have gettext's own names (`shell`).
"""

from functools import cache
from pathlib import Path
from typing import Final

from features.feature import Text
from features.wording.sentences import Language
from features.wording.translation import Message, Translation

MESSAGES: Final = Path(__file__).parent / "messages"


@cache
def translation(language: Language) -> Translation:
    """Return the texts of the reports in a language."""
    return Translation(language, MESSAGES)


def gettext(text: str, language: Language, **values: object) -> str:
    """Translate a text.

    Parameters
    ----------
    text
        In English; a literal percent sign is written twice.
    language
        The language to translate to.
    **values
        Values for its `%(name)s`.

    Examples
    --------
    >>> gettext("embargo %(days)s d", "ja", days=90)
    '空白 90日'
    """
    return translation(language).gettext(text, **values)


def pgettext(context: str, text: str, language: Language, **values: object) -> str:
    """Translate a text that has another meaning elsewhere.

    Parameters
    ----------
    context
        The meaning, as in the catalog.
    text
        In English; a literal percent sign is written twice.
    language
        The language to translate to.
    **values
        Values for its `%(name)s`.
    """
    return translation(language).pgettext(context, text, **values)


def ngettext(singular: str, plural: str, number: int, language: Language, **values: object) -> str:
    """Translate a text that counts.

    Parameters
    ----------
    singular, plural
        In English for one and for many; the number itself is `%(num)s`.
    number
        How many.
    language
        The language to translate to.
    **values
        Values for other `%(name)s`.
    """
    return translation(language).ngettext(singular, plural, number, **values)


def translate(message: Message, language: Language, **values: object) -> str:
    """Translate a marked text of a constant.

    Parameters
    ----------
    message
        The text, as `mark` or `pmark` returned it.
    language
        The language to translate to.
    **values
        Values for its `%(name)s`.
    """
    return translation(language).message(message, **values)


def localized(text: Text, language: Language) -> str:
    """Return the words that a record carries in both languages, in one of them.

    Parameters
    ----------
    text
        The words, e.g. the label of a concept.
    language
        The language.
    """
    return text.ja if language == "ja" else text.en


def number(value: float, language: Language) -> str:
    """Write a whole number as the language does.

    Parameters
    ----------
    value
        The number; decimals are rounded away.
    language
        The language.
    """
    return translation(language).number(value)
