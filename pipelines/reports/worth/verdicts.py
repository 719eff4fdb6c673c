"""The verdict of a money receipt: sentences in which "not shown yet" is an answer like others.

Decided here: extra wins are given with their interval even where nothing is shown, because an
interval says how much may be there.
"""

import math
from typing import Final

from features.wording.sentences import Language
from features.wording.translation import Message, mark
from models.evaluation.lift import FEWEST_CONVERSIONS, FEWEST_LEADS
from models.stats.metrics import Interval
from models.worth.receipt import OtherList, Receipt
from models.worth.verdict import Shown
from pipelines.reports.translation import gettext, number, translate

AGAINST_LOTTERY: Final[dict[Shown, Message]] = {
    "more": mark(
        "The list won more than a lottery would have: %(extra)s extra wins (%(low)s to %(high)s) "
        "among %(ranked)s leads by rank."
    ),
    "fewer": mark(
        "The list won fewer than a lottery would have: %(extra)s extra wins (%(low)s to %(high)s) "
        "among %(ranked)s leads by rank. Look at the ranking before you call by it."
    ),
    "not_shown": mark(
        "Not shown yet that the list wins more than a lottery: %(extra)s extra wins (%(low)s to "
        "%(high)s) among %(ranked)s leads by rank, which could still be chance."
    ),
    "too_few": mark(
        "Too little to say: %(ranked)s leads by rank and %(drawn)s by lot have matured, "
        "%(wins)s wins in all. It takes %(leads)s leads on each side and %(fewest)s wins."
    ),
}
AGAINST_OTHERS: Final[dict[Shown, Message]] = {
    "more": mark("shown to win more"),
    "fewer": mark("shown to win fewer"),
    "not_shown": mark("not shown yet"),
    "too_few": mark("too few leads to say"),
}


def whole(interval: Interval, language: Language) -> dict[str, str]:
    """Return a number and its ends, rounded and with a sign.

    Parameters
    ----------
    interval
        The number; NaN is not known.
    language
        The language to translate to.
    """
    names = ("extra", "low", "high")
    ends = (interval.value, interval.low, interval.high)
    return {name: signed(one, language) for name, one in zip(names, ends, strict=True)}


def signed(value: float, language: Language) -> str:
    """Write a rounded number with its sign.

    >>> signed(12.4, "en"), signed(-1200.0, "en"), signed(float("nan"), "en")
    ('+12', '−1,200', '–')

    Parameters
    ----------
    value
        The number; NaN is not known.
    language
        The language to translate to.
    """
    if not math.isfinite(value):
        return "–"
    rounded = round(value)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + number(abs(rounded), language)


def sentences(receipt: Receipt, former: str, language: Language) -> list[str]:
    """Return the verdict in sentences.

    Parameters
    ----------
    receipt
        What the list won.
    former
        What people call the former score.
    language
        The language to translate to.
    """
    verdict = receipt.verdict
    shown = receipt.extra_wins if verdict.complete else receipt.extra_wins_at_any_time
    values = whole(shown, language) | {
        "ranked": number(receipt.ranked, language),
        "drawn": number(receipt.drawn, language),
        "wins": number(receipt.ranked_wins + receipt.drawn_wins, language),
        "leads": number(FEWEST_LEADS, language),
        "fewest": number(FEWEST_CONVERSIONS, language),
    }
    lines = [translate(AGAINST_LOTTERY[verdict.shown], language, **values)]
    lines.append(_rule(receipt, language))
    if verdict.shown != "too_few":
        lines += [against(one, former, language) for one in receipt.others]
        lines.append(_revenue(receipt, language))
    return [line for line in lines if line]


def against(other: OtherList, former: str, language: Language) -> str:
    """Return the comparison with another list in a sentence.

    Parameters
    ----------
    other
        The comparison.
    former
        What people call the former score.
    language
        The language to translate to.
    """
    return gettext(
        "Against \u201c%(name)s\u201d: %(verdict)s; %(extra)s extra wins (%(low)s to %(high)s).",
        language,
        name=other_name(other.name, former, language),
        verdict=translate(AGAINST_OTHERS[other.shown], language),
        **whole(other.extra_wins, language),
    )


def other_name(name: str, former: str, language: Language) -> str:
    """Return what another list is called.

    Parameters
    ----------
    name
        Its code.
    former
        What people call the former score.
    language
        The language to translate to.
    """
    return gettext("Latest activity first", language) if name == "recent" else former


def _rule(receipt: Receipt, language: Language) -> str:
    """Return the rule of the verdict in a sentence."""
    verdict = receipt.verdict
    if verdict.complete:
        return gettext(
            "Closing account: all outcomes of the quarter are in. Exact test p = %(p)s; 4 %% is "
            "needed for praise.",
            language,
            p=f"{verdict.p_more:.3f}",
        )
    return gettext(
        "A look before all outcomes are in: evidence %(evidence)s of the 100 that praise needs, "
        "however often one looks. The interval is always valid.",
        language,
        evidence=f"{verdict.evidence_more:.1f}",
    )


def _revenue(receipt: Receipt, language: Language) -> str:
    if math.isnan(receipt.extra_revenue.value):
        return gettext("Revenue: too few wins with an amount to say.", language)
    return gettext(
        "Revenue beyond a lottery: %(extra)s (%(low)s to %(high)s).",
        language,
        **whole(receipt.extra_revenue, language),
    )
