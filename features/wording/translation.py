"""Translate the texts of pages and reports: English texts are the keys of gettext catalogs.

Decided here: English stands in the code and in the templates, and a folder `messages/<language>`
holds a catalog (`*.po`) a page or report, read and compiled when first used. Values stand in a text
as `%(name)s`, so a literal percent sign is written twice, in every text. Plurals and numbers are
Babel's. An English text of two meanings has a context in one of them (`pmark`, `pgettext`).
"""

import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from babel import numbers, support
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from features.wording.sentences import Language

LANGUAGES: Final[tuple[Language, ...]] = ("en", "ja")
_CACHED_NUMBERS: Final = 16_384


class Message(NamedTuple):
    """A text of a constant, to be translated when its language is known.

    Attributes
    ----------
    text
        In English; the key of the catalogs.
    context
        What tells it from an equal text of another meaning; None: there is no other.
    """

    text: str
    context: str | None = None


def mark(text: str) -> Message:
    """Mark a text of a constant for the catalogs."""
    return Message(text)


def pmark(context: str, text: str) -> Message:
    """Mark a text that has another meaning elsewhere for the catalogs.

    Parameters
    ----------
    context
        A word or two that tell a translator which meaning this is.
    text
        The text in English.
    """
    return Message(text, context)


class Translation:
    """The texts of one folder of catalogs in one language.

    Parameters
    ----------
    language
        The language to translate to. English needs no catalog.
    messages
        The folder that holds one folder of catalogs a language.

    Examples
    --------
    >>> english = Translation("en", Path("messages"))
    >>> english.gettext("%(share)s %% of %(name)s", share=95, name="leads")
    '95 % of leads'
    >>> english.ngettext("%(num)s lead", "%(num)s leads", 1_200)
    '1,200 leads'
    """

    def __init__(self, language: Language, messages: Path) -> None:
        self.language = language
        self.catalog = compiled(language, messages)

    def gettext(self, text: str, **values: object) -> str:
        """Translate a text.

        Parameters
        ----------
        text
            The text in English.
        **values
            Values for its `%(name)s`.
        """
        translated: str = self.catalog.gettext(text)
        return translated % values

    def pgettext(self, context: str, text: str, **values: object) -> str:
        """Translate a text that has another meaning elsewhere.

        Parameters
        ----------
        context
            The meaning, as in the catalog.
        text
            The text in English.
        **values
            Values for its `%(name)s`.
        """
        translated = str(self.catalog.pgettext(context, text))
        return translated % values

    def ngettext(self, singular: str, plural: str, number: int, **values: object) -> str:
        """Translate a text that counts, in the plural form of the language.

        Parameters
        ----------
        singular, plural
            The text in English for one and for many; the number itself is `%(num)s`.
        number
            How many.
        **values
            Values for other `%(name)s`.
        """
        translated: str = self.catalog.ngettext(singular, plural, number)
        return translated % ({"num": self.number(number)} | values)

    def message(self, message: Message, **values: object) -> str:
        """Translate a marked text.

        Parameters
        ----------
        message
            The text in English, with its context if it has several meanings.
        **values
            Values for its `%(name)s`.
        """
        if message.context is None:
            return self.gettext(message.text, **values)
        return self.pgettext(message.context, message.text, **values)

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number as the language does.

        >>> Translation("en", Path("messages")).number(1234.5, 1)
        '1,234.5'

        Parameters
        ----------
        value
            The number.
        digits
            Its decimals.
        """
        return _number(value, "#,##0" + ("." + "0" * digits if digits else ""), self.language)


@lru_cache(_CACHED_NUMBERS)
def _number(value: float, pattern: str, language: Language) -> str:
    return str(numbers.format_decimal(value, format=pattern, locale=language))


def compiled(language: Language, messages: Path) -> support.Translations:
    """Compile the catalogs of a language into one.

    Parameters
    ----------
    language
        The language.
    messages
        The folder that holds one folder of catalogs a language.
    """
    whole = Catalog(locale=language)
    for catalog in catalogs(language, messages):
        for message in catalog:
            if message.id:
                whole.add(message.id, message.string, context=message.context)
    binary = io.BytesIO()
    write_mo(binary, whole)
    binary.seek(0)
    return support.Translations(binary)


def catalogs(language: Language, messages: Path) -> Iterator[Catalog]:
    """Read the catalogs of a language, in the order of their names.

    Parameters
    ----------
    language
        The language.
    messages
        The folder that holds one folder of catalogs a language.
    """
    for path in sorted((messages / language).glob("*.po")):
        with path.open("rb") as file:
            yield read_po(file, locale=language)
