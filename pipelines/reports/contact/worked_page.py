"""The page of leads that were worked and others: one HTML file in each language, and JSON.

::

    worked.html worked.ja.html    the same page in English and Japanese
    worked.json                   every number, and the verdict in both languages
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from features.wording.sentences import Language
from features.wording.translation import Message, mark
from models.contact.selection import GroupFigures, SelectionFigures
from models.stats.metrics import Interval
from pipelines.reports import shell
from pipelines.reports.contact.verdicts import points
from pipelines.reports.evaluation.cells import share
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.translation import gettext, number, translate
from pipelines.storage.atomic import write_json, write_text

STEM: Final = "worked"
PAGES: Final[dict[Language, str]] = shell.file_names(STEM)
GROUPS: Final[dict[str, Message]] = {
    "worked": mark("Worked"),
    "unworked": mark("Not worked"),
    "all": mark("All"),
}


def write(done: SelectionFigures, folder: Path, name: str) -> dict[str, Any]:
    """Write the pages and the numbers into a folder; return the facts.

    Parameters
    ----------
    done
        The figures.
    folder
        Where to; it is there.
    name
        The name of the company.
    """
    for language, file in PAGES.items():
        write_text(folder / file, page(done, language, name))
    facts = {
        "company": name,
        "suffices": done.suffices,
        "verdict": {one: sentences(done, one) for one in PAGES},
        "result": plain(done),
    }
    write_json(folder / f"{STEM}.json", facts)
    return facts


def page(done: SelectionFigures, language: Language, name: str) -> str:
    """Write the page.

    Parameters
    ----------
    done
        The figures.
    language
        The language of all texts.
    name
        The name of the company.
    """
    values = {
        "name": name,
        "verdicts": sentences(done, language),
        "kind": "" if done.suffices or not done.weighted else "too_few",
        "weighted": done.weighted,
        "rows": [_row(one, language) for one in done.groups],
        "facts": {"covered": share(done.covered), "shift": f"{done.shift:.2f}"},
    }
    return shell.page("worked.html.j2", language, STEM, values)


def sentences(done: SelectionFigures, language: Language) -> list[str]:
    """Return what the figures say, in sentences.

    Parameters
    ----------
    done
        The figures.
    language
        The language to translate to.
    """
    return [_sentence(one, done, language) for one in done.groups]


def _sentence(one: GroupFigures, done: SelectionFigures, language: Language) -> str:
    group = translate(GROUPS[one.group], language)
    unknown = math.isnan(one.excess.value)
    if unknown or (done.weighted and one.group != "worked" and not done.suffices):
        return gettext(
            "%(group)s: unknown. Too few outcomes of such leads, or too few of their kind were "
            "worked.",
            language,
            group=group,
        )
    values = {
        "group": group,
        "mean": share(one.mean_probability),
        "rate": share(one.converted.value),
    }
    if one.excess.low > 0.0:
        return gettext(
            "%(group)s: the probabilities are too high, %(mean)s on average against %(rate)s.",
            language,
            **values,
        )
    if one.excess.high < 0.0:
        return gettext(
            "%(group)s: the probabilities are too low, %(mean)s on average against %(rate)s.",
            language,
            **values,
        )
    return gettext(
        "%(group)s: the probabilities fit, %(mean)s on average against %(rate)s.",
        language,
        **values,
    )


def _row(one: GroupFigures, language: Language) -> dict[str, str]:
    return {
        "group": translate(GROUPS[one.group], language),
        "rows": number(one.rows, language),
        "judged": number(one.judged_by, language),
        "worth": number(round(one.weight_of), language),
        "wins": number(one.conversions, language),
        "mean": share(one.mean_probability),
        "rate": _range(one.converted, share),
        "excess": _range(one.excess, points),
        "auc": f"{one.auc:.3f}" if math.isfinite(one.auc) else "–",
        "drift": f"{one.drift:.2f}" if math.isfinite(one.drift) else "–",
    }


def _range(one: Interval, written: Callable[[float], str]) -> str:
    if math.isnan(one.value):
        return "–"
    return f"{written(one.value)} ({written(one.low)} – {written(one.high)})"
