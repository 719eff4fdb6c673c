"""The templates in one language: texts, filters, plurals.

Decided here: `ngettext` formats its number by the rules of the language, so "1,011 leads" needs no
filter. A text without values is looked up once and cached: a page of 200 leads has some 20 of them
200 times. As in the new style of Jinja, values are escaped and texts are not.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from serve.pages.shell.page_words import PageWords

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_FILTERS: Final = (
    "number",
    "percent",
    "points",
    "money",
    "about_money",
    "short_money",
    "day",
    "month",
    "on",
    "moment",
    "ago",
)
_REMEMBERED: Final = 2_048


def environment(words: PageWords, common: dict[str, Any]) -> Environment:
    """Build the environment of a language.

    Parameters
    ----------
    words
        The language.
    common
        The variables of every template.
    """
    jinja = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translated = lru_cache(_REMEMBERED)(lambda text: Markup(words.translations.gettext(text)))  # noqa: S704 - ours
    alone = lru_cache(_REMEMBERED)(lambda text: translated(text) % {})

    def gettext(text: str, /, **values: Any) -> Markup:
        return translated(text) % values if values else alone(text)

    def ngettext(one: str, many: str, number: int, /, **values: Any) -> Markup:
        text = words.translations.ngettext(one, many, number)
        return Markup(text) % ({"num": words.number(number)} | values)  # noqa: S704 - ours

    jinja.filters |= {name: getattr(words, name) for name in _FILTERS}
    jinja.globals |= common | {
        "words": words,
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
    }
    return jinja
