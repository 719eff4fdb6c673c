"""The templates in one language: their texts, filters, and how they write what is counted.

Decided here: `ngettext` writes its number as the language does, so "1,011 leads" needs no filter.
A text without values is looked up once and remembered: a page of 200 leads says some 20 of them 200
times. As in Jinja's new style, values are escaped and texts are not.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from serve.pages.page_words import Words

_TEMPLATES: Final = Path(__file__).parent / "templates"
_FILTERS: Final = ("number", "percent", "points", "day", "moment", "ago")
_REMEMBERED: Final = 2_048


def environment(words: Words, common: dict[str, Any]) -> Environment:
    """Make the environment of a language.

    Parameters
    ----------
    words
        The language.
    common
        What every template may name.
    """
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    said = lru_cache(_REMEMBERED)(lambda text: Markup(words.translations.gettext(text)))  # noqa: S704 - ours
    alone = lru_cache(_REMEMBERED)(lambda text: said(text) % {})

    def gettext(text: str, /, **values: Any) -> Markup:
        return said(text) % values if values else alone(text)

    def ngettext(one: str, many: str, number: int, /, **values: Any) -> Markup:
        told = words.translations.ngettext(one, many, number)
        return Markup(told) % ({"num": words.number(number)} | values)  # noqa: S704 - ours

    made.filters |= {name: getattr(words, name) for name in _FILTERS}
    made.globals |= common | {
        "words": words,
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
    }
    return made
