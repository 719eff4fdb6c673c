"""The words of the checks of a score: title, what was observed, what to do.

Decided here: a check states its numbers in every answer, not only when it fails, so that a reader
sees what a pass rests on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from features.wording.sentences import Language
from features.wording.translation import Message, mark
from models.audit.finding import ScoreFinding
from pipelines.reports.evaluation.cells import metric_text, share
from pipelines.reports.translation import number, translate

Values = Mapping[str, float | str]
_SHARES: Final = (
    *("won", "lost", "won_usual", "lost_usual", "won_jumped", "lost_jumped"),
    *("late", "others", "share", "falls", "at_lowest", "at_highest"),
)


@dataclass(frozen=True)
class CheckText:
    """The texts of a check; `observed` has places for its values."""

    title: Message
    observed: Message
    do: Message


TEXTS: Final[dict[str, CheckText]] = {
    "A001": CheckText(
        mark("Does it order leads?"),
        mark("AUC %(auc)s (%(low)s to %(high)s); .5 is chance"),
        mark("do not call by it: where the AUC is below .5, the coldest leads stand on top"),
    ),
    "A002": CheckText(
        mark("Does it order leads in every segment?"),
        mark("wrong way round in: %(names)s (of %(tested)s segments)"),
        mark("do not use one score for these segments, or correct its rules for them"),
    ),
    "A003": CheckText(
        mark("Is it too good to be true?"),
        mark("AUC %(auc)s (%(low)s to %(high)s); above .95 hardly any honest score comes"),
        mark("ask when the values were really written: they may have been entered afterwards"),
    ),
    "A004": CheckText(
        mark("Does it move with the outcome?"),
        mark(
            "raised after the lead was won: %(won)s (usual rises: %(won_usual)s), far beyond the "
            "usual: %(won_jumped)s; lowered after it was lost: %(lost)s (usual falls: "
            "%(lost_usual)s), far: %(lost_jumped)s"
        ),
        mark("never judge or train by its present value: it holds the outcome; use its history"),
    ),
    "A005": CheckText(
        mark("Is it filled in late?"),
        mark(
            "first value at or after the win: %(late)s of the won leads (%(late_leads)s); any "
            "value: %(won)s of the won, %(others)s of the others"
        ),
        mark("score every lead when it comes; a score that waits for the win helps nobody"),
    ),
    "A006": CheckText(
        mark("Does it change?"),
        mark("%(share)s of %(leads)s leads that were open for %(days)s days stand unchanged"),
        mark("compute it again regularly from what leads do; look whether the job still runs"),
    ),
    "A007": CheckText(
        mark("Does it fade?"),
        mark("%(falls)s of %(changes)s changes go down"),
        mark("let points fade, so that former interest does not outweigh today's"),
    ),
    "A008": CheckText(
        mark("Is it renewed?"),
        mark(
            "older than %(days)s days: %(share)s of the scores of leads of that age; median age "
            "%(median_days)s days"
        ),
        mark("compute it again at least every month"),
    ),
    "A009": CheckText(
        mark("Does it tell leads apart?"),
        mark("at the lowest value: %(at_lowest)s of the leads; at the highest: %(at_highest)s"),
        mark("spread the scale: among equals the order of calls is chance"),
    ),
    "A010": CheckText(
        mark("Does every lead have one?"),
        mark("%(share)s of %(rows)s snapshots of open leads have no score"),
        mark("score every open lead, or decide what becomes of those without a score"),
    ),
    "A011": CheckText(
        mark("Is it a probability?"),
        mark(
            "it promises %(expected)s conversions, there were %(observed)s: %(factor)s times too "
            "many (%(low)s to %(high)s)"
        ),
        mark("do not plan revenue by it before it is recalibrated"),
    ),
    "A012": CheckText(
        mark("Is it known when it was given?"),
        mark("the file has no moments: every value counts as given when its lead began"),
        mark("export the history of the score (lead, moment, value); without it nobody can tell"),
    ),
}
ANSWERS: Final = {
    "pass": mark("no fault"),
    "warn": mark("worth a look"),
    "fail": mark("fault"),
    "not applicable": mark("cannot be said"),
}
NO_SEGMENT: Final = mark("none of %(tested)s segments is shown to be the wrong way round")
DATED: Final = mark("every value has its moment")
NOTHING: Final = mark("too few leads, or the file does not hold what this needs")


def row(finding: ScoreFinding, language: Language) -> dict[str, Any]:
    """Return the row of a check.

    Parameters
    ----------
    finding
        The answer of the check.
    language
        The language to translate to.
    """
    texts = TEXTS[finding.code]
    bad = finding.answer in ("warn", "fail")
    return {
        "code": finding.code,
        "title": translate(texts.title, language),
        "answer": finding.answer,
        "verdict": translate(ANSWERS[finding.answer], language),
        "observed": observed(finding, language),
        "do": translate(texts.do, language) if bad else "",
    }


def observed(finding: ScoreFinding, language: Language) -> str:
    """Return what a check observed, in a sentence.

    Parameters
    ----------
    finding
        The answer of the check.
    language
        The language to translate to.
    """
    if finding.answer == "not applicable":
        return translate(NOTHING, language)
    message = TEXTS[finding.code].observed
    if finding.answer == "pass" and finding.code in _PASSED:
        message = _PASSED[finding.code]
    written = {name: _written(name, one, language) for name, one in finding.values.items()}
    return translate(message, language, **written)


_PASSED: Final = {"A002": NO_SEGMENT, "A012": DATED}


def _written(name: str, value: float | str, language: Language) -> str:
    if isinstance(value, str):
        return value
    if name in _SHARES:
        return share(value)
    form: Callable[[float], str] = _FORMS.get(name, lambda one: number(one, language))
    return form(value)


_FORMS: Final[dict[str, Callable[[float], str]]] = {
    "auc": lambda one: metric_text("auc", one),
    "low": lambda one: metric_text("lift_at_10", one),
    "high": lambda one: metric_text("lift_at_10", one),
    "factor": lambda one: metric_text("lift_at_10", one),
}
