"""The shell that all reports stand in: one Jinja environment a language, one layout, one style.

Decided here: a page is one file that needs nothing else, so its style is written into it; all pages
have the same layout, which links the page in the other language, a file beside it. A name that a
template does not know is an error. As in Jinja's new style, values are escaped and texts are not.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from features.feature import Text
from features.wording.sentences import Language
from features.wording.translation import LANGUAGES
from models.charts import style
from pipelines.reports.translation import localized, translation

_TEMPLATES: Final = Path(__file__).parent / "templates"
_LANGUAGE_NAMES: Final[dict[Language, str]] = {"en": "English", "ja": "日本語"}


def file_names(stem: str) -> dict[Language, str]:
    """Return the name of a page's file in each language.

    >>> file_names("report")
    {'en': 'report.html', 'ja': 'report.ja.html'}
    """
    return {one: f"{stem}.html" if one == "en" else f"{stem}.{one}.html" for one in LANGUAGES}


def heading(name: str, target: Text | None, language: Language) -> str:
    """Return what a page is about: the company, and the target where there are several.

    >>> heading("sample", Text("Deal won", "受注"), "ja")
    'sample · 受注'

    Parameters
    ----------
    name
        The name of the company.
    target
        What people call the target; None where there is only one.
    language
        The language of the page.
    """
    return name if target is None else f"{name} · {localized(target, language)}"


def page(template: str, language: Language, stem: str, values: dict[str, Any]) -> str:
    """Write a whole page.

    Parameters
    ----------
    template
        The file under `templates/`, which extends the layout.
    language
        The language of all texts.
    stem
        What the page's files are called in every language.
    values
        What the template may name.
    """
    rendered: str = (
        environment(language)
        .get_template(template)
        .render(values | {"language_links": _language_links(language, stem)})
    )
    return rendered


def section(template: str, language: Language, values: dict[str, Any]) -> Markup:
    """Write a section that several pages have.

    Parameters
    ----------
    template
        The file under `templates/`.
    language
        The language of all texts.
    values
        What the template may name.
    """
    rendered = environment(language).get_template(template).render(values)
    return Markup(rendered)  # noqa: S704 (the template escapes its values)


def figure(caption: str, svg: str, key: str = "") -> Markup:
    """Wrap a chart into a figure.

    Parameters
    ----------
    caption
        What stands above it; "" for none.
    svg
        The chart, which escapes its own texts.
    key
        Where a link finds it; "" for nowhere.
    """
    title = Markup("<figcaption>{}</figcaption>").format(caption) if caption else Markup()
    anchor = Markup(' id="figure-{}"').format(key) if key else Markup()
    return Markup("<figure{}>{}{}</figure>").format(anchor, title, Markup(svg))  # noqa: S704


@cache
def environment(language: Language) -> Environment:
    """Return the Jinja environment of a language: its texts, its numbers, and the style."""
    texts = translation(language)
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = texts.number
    made.globals |= _translators(language) | {
        "language": language,
        "page_css": _css("page.css"),
        "card_css": _css("card.css"),
    }
    return made


def _translators(language: Language) -> dict[str, Any]:
    """Return gettext's functions for templates: texts are markup, values are escaped."""
    texts = translation(language)

    def gettext(text: str, /, **values: Any) -> Markup:
        return Markup(texts.catalog.gettext(text)) % values  # noqa: S704 - ours

    def pgettext(context: str, text: str, /, **values: Any) -> Markup:
        return Markup(texts.catalog.pgettext(context, text)) % values  # noqa: S704 - ours

    def ngettext(singular: str, plural: str, number: int, /, **values: Any) -> Markup:
        translated = Markup(texts.catalog.ngettext(singular, plural, number))  # noqa: S704 - ours
        return translated % ({"num": texts.number(number)} | values)

    return {"_": gettext, "gettext": gettext, "pgettext": pgettext, "ngettext": ngettext}


def _language_links(language: Language, stem: str) -> list[dict[str, Any]]:
    return [
        {"code": one, "name": _LANGUAGE_NAMES[one], "file": file, "current": one == language}
        for one, file in file_names(stem).items()
    ]


def _css(name: str) -> Markup:
    text = (_TEMPLATES / name).read_text(encoding="utf-8").replace("FONT", style.FONT)
    return Markup(text)  # noqa: S704 (our own file)
