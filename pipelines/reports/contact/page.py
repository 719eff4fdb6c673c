"""The page of contact value: one HTML file that holds everything, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from features.feature import Text
from features.wording.sentences import Language
from features.wording.translation import Message, mark
from models.contact.contact_value import BinEffect, ContactValue
from models.contact.policy import PolicyLine
from pipelines.reports import shell
from pipelines.reports.contact import verdicts
from pipelines.reports.evaluation.cells import share
from pipelines.reports.translation import gettext, localized, number, translate

STEM: Final = "contact-value"
_KINDS: Final = {"differs": "", "same": "ranking_only", "none": "ranking_only"}
SOURCES: Final[dict[str, Message]] = {
    "experiment": mark("a declared test: chance decided who was contacted"),
    "lottery": mark("the lots of the weekly lists: chance decided who was contacted"),
    "file": mark("a file"),
    "log": mark("the log of contacts: people chose whom to contact"),
}
OWN_COLUMNS: Final[dict[str, Message]] = {
    "age_days": mark("Age of the lead, days"),
    "days_since_activity": mark("Days since the last activity"),
    "last_outcome": mark("Last outcome of its deals"),
    "former_score": mark("The score in use before"),
}


@dataclass(frozen=True)
class ContactAccount:
    """What the page says of the source.

    Attributes
    ----------
    source
        A key of `SOURCES`.
    begins, ends
        The first and last moment.
    horizon_days, waiting
        The horizon, and rows for which it is not over.
    open_leads
        How many leads are open now.
    by_account
        Whether accounts are independent, and not leads.
    ranked_by_file
        Whether the file stated the probability that leads were ranked by.
    """

    source: str
    begins: str
    ends: str
    horizon_days: float
    waiting: int
    open_leads: int
    by_account: bool
    ranked_by_file: bool


def page(
    done: ContactValue,
    account: ContactAccount,
    language: Language,
    about: tuple[str, Mapping[str, Text]],
) -> str:
    """Write the page.

    Parameters
    ----------
    done
        The estimate.
    account
        About its source.
    language
        The language of all texts.
    about
        The name of the company, and the labels of its attributes.
    """
    name, labels = about
    values = {
        "name": name,
        "account": account,
        "source": translate(SOURCES[account.source], language),
        "verdicts": verdicts.sentences(done, language),
        "kind": _KINDS.get(done.verdict.answer, "too_few"),
        "randomised": done.verdict.randomised,
        "facts": {
            "horizon": f"{account.horizon_days:g}",
            "waiting": number(account.waiting, language),
        },
        "groups": _groups(done, language),
        "overlap": _overlap(done, language),
        "policy": [_line(one, language) for one in done.policy],
        "open": number(account.open_leads, language),
        "bins": [_bin(one, labels, language) for one in done.bins],
    }
    return shell.page("contact.html.j2", language, STEM, values)


def _groups(done: ContactValue, language: Language) -> list[dict[str, str]]:
    rows = (
        (gettext("Contacted", language), done.contacted, done.conversions[0]),
        (gettext("Not contacted", language), done.rows - done.contacted, done.conversions[1]),
    )
    return [
        {
            "name": name,
            "leads": number(leads, language),
            "wins": number(wins, language),
            "rate": share(wins / leads if leads else float("nan")),
        }
        for name, leads, wins in rows
    ]


def _overlap(done: ContactValue, language: Language) -> dict[str, str] | None:
    if done.overlap is None:
        return None
    return {
        "share": share(done.overlap.share),
        "left_out": number(done.left_out, language),
        "contacted": number(round(done.overlap.contacted), language),
        "others": number(round(done.overlap.others), language),
        "difference": f"{done.overlap.difference:.2f}",
    }


def _line(one: PolicyLine, language: Language) -> dict[str, str]:
    return {
        "calls": number(one.calls, language),
        "share": share(one.share),
        "effect": verdicts.wins(one.by_effect, language),
        "probability": verdicts.wins(one.by_probability, language),
        "random": verdicts.wins(one.at_random, language),
        "more": verdicts.wins(one.more, language),
    }


def _bin(one: BinEffect, labels: Mapping[str, Text], language: Language) -> dict[str, str]:
    return {
        "column": column(one.column, labels, language),
        "level": one.level,
        "leads": number(one.rows, language),
        "adds": verdicts.points(one.adds),
    }


def column(name: str, labels: Mapping[str, Text], language: Language) -> str:
    """Return what people call a column.

    Parameters
    ----------
    name
        Its name in the tables.
    labels
        What people call columns.
    language
        The language to translate to.
    """
    if name in OWN_COLUMNS:
        return translate(OWN_COLUMNS[name], language)
    return localized(labels[name], language) if name in labels else name
