"""The verdict of an audit: a few sentences that a manager can repeat.

Decided here: "not shown" is an answer. What another list would have won is stated only with its
interval, and only as won beyond chance if the interval excludes zero.
"""

import math
from typing import Final

from features.wording.sentences import Language
from features.wording.translation import mark
from models.audit.audit import ScoreAudit
from models.audit.lists import INCUMBENT, NEWEST, RANDOM, ListResult
from models.evaluation.evaluation import MODEL
from pipelines.reports.audit.check_words import TEXTS
from pipelines.reports.evaluation.cells import metric_text, share
from pipelines.reports.translation import gettext, ngettext, number, translate

LISTS: Final = {
    RANDOM: mark("Random work"),
    NEWEST: mark("Newest lead first"),
    "recent": mark("Latest activity first"),
    MODEL: mark("mikomi"),
}


def list_name(name: str, title: str, language: Language) -> str:
    """Return what a list is called.

    Parameters
    ----------
    name
        The code of the list.
    title
        What people call the score that is audited.
    language
        The language to translate to.
    """
    return title if name == INCUMBENT else translate(LISTS[name], language)


def sentences(audit: ScoreAudit, title: str, language: Language) -> list[str]:
    """Return the verdict in sentences.

    Parameters
    ----------
    audit
        What was observed.
    title
        What people call the score.
    language
        The language to translate to.
    """
    lines = [
        _order(audit, title, language),
        _faults(audit, language),
        _lists(audit, title, language),
        _cut_off(audit, language),
        _cost(audit, language),
    ]
    return [line for line in lines if line]


def _order(audit: ScoreAudit, title: str, language: Language) -> str:
    if not audit.figures:
        return gettext(
            "Too little to say: fewer than 10 leads with a score converted, or fewer than 10 did "
            "not.",
            language,
        )
    auc, lift = audit.figures["auc"], audit.figures["lift_at_10"]
    values = {
        "name": title,
        "auc": metric_text("auc", auc.value),
        "low": metric_text("auc", auc.low),
        "high": metric_text("auc", auc.high),
        "lift": metric_text("lift_at_10", lift.value),
    }
    if auc.high < 0.5:  # noqa: PLR2004 (chance)
        return gettext(
            "%(name)s orders leads the wrong way round: AUC %(auc)s (%(low)s to %(high)s).",
            language,
            **values,
        )
    if auc.low <= 0.5:  # noqa: PLR2004 (chance)
        return gettext(
            "It is not shown that %(name)s orders leads: AUC %(auc)s (%(low)s to %(high)s).",
            language,
            **values,
        )
    return gettext(
        "%(name)s orders leads: AUC %(auc)s (%(low)s to %(high)s); its top tenth converts "
        "%(lift)s times as often as the average.",
        language,
        **values,
    )


def _faults(audit: ScoreAudit, language: Language) -> str:
    faults = audit.faults
    if not faults:
        checked = sum(one.answer != "not applicable" for one in audit.findings)
        return gettext(
            "%(checked)s checks could be made and none names a fault.", language, checked=checked
        )
    titles = ", ".join(f"{one.code} {translate(TEXTS[one.code].title, language)}" for one in faults)
    return ngettext(
        "One fault: %(titles)s.",
        "%(num)s faults: %(titles)s.",
        len(faults),
        language,
        titles=titles,
    )


def best_rival(audit: ScoreAudit) -> ListResult | None:
    """Return the list that is shown to win most beyond the score; None if none is."""
    if audit.lists is None:
        return None
    shown = [one for one in audit.lists.lists if one.more.low > 0.0]
    return max(shown, key=lambda one: one.more.value, default=None)


def _lists(audit: ScoreAudit, title: str, language: Language) -> str:
    lists, best = audit.lists, best_rival(audit)
    if lists is None:
        return ""
    if best is None:
        return gettext(
            "With %(capacity)s leads a week, no other list here is shown to win more.",
            language,
            capacity=lists.capacity,
        )
    return gettext(
        "With %(capacity)s leads a week over %(months)s months, the list \u201c%(list)s\u201d "
        "would have won %(more)s more (%(low)s to %(high)s) than the %(won)s of this score.",
        language,
        capacity=lists.capacity,
        months=f"{lists.months:.1f}",
        list=list_name(best.name, title, language),
        more=number(best.more.value, language),
        low=number(best.more.low, language),
        high=number(best.more.high, language),
        won=number(lists.named(INCUMBENT).conversions, language),
    )


def _cut_off(audit: ScoreAudit, language: Language) -> str:
    fitting = next((one for one in audit.cut_offs if one.fits), None)
    if fitting is None:
        return ""
    if fitting is audit.cut_offs[-1]:
        return gettext(
            "The team can call every scored lead: %(week)s come up a week.",
            language,
            week=f"{fitting.per_week:.1f}",
        )
    return gettext(
        "Calling from %(score)s on fits the team: %(week)s leads a week, of which %(rate)s "
        "convert; %(captured)s of all converting leads are among them.",
        language,
        score=f"{fitting.score:g}",
        week=f"{fitting.per_week:.1f}",
        rate=share(fitting.rate.value),
        captured=share(fitting.captured),
    )


def _cost(audit: ScoreAudit, language: Language) -> str:
    cost = audit.cost
    if cost is None:
        return ""
    if math.isnan(cost.per_extra.value):
        return gettext(
            "It costs %(cost)s a month, and it is not shown that it wins more than random work.",
            language,
            cost=number(cost.per_month, language),
        )
    return gettext(
        "It costs %(cost)s a month and wins %(extra)s conversions a month beyond random work: "
        "%(each)s each (%(low)s to %(high)s).",
        language,
        cost=number(cost.per_month, language),
        extra=f"{cost.extra_per_month.value:.1f}",
        each=number(cost.per_extra.value, language),
        low=number(cost.per_extra.low, language),
        high=number(cost.per_extra.high, language),
    )
