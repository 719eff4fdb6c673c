"""The verdict of a test, in a few sentences; the card quotes the first."""

import math
from typing import Any, Final

from features.wording.sentences import Language
from features.wording.translation import Message, mark
from models.evaluation.lift import FEWEST_CONVERSIONS, FEWEST_LEADS
from models.stats.metrics import Interval
from models.worth.two_arms import ArmComparison
from models.worth.verdict import Shown
from pipelines.reports.evaluation.cells import share
from pipelines.reports.translation import gettext, number, translate

SHOWN: Final[dict[Shown, Message]] = {
    "more": mark(
        "\u201c%(second)s\u201d converts more often than \u201c%(first)s\u201d: %(difference)s "
        "points (%(low)s to %(high)s)."
    ),
    "fewer": mark(
        "\u201c%(second)s\u201d converts less often than \u201c%(first)s\u201d: %(difference)s "
        "points (%(low)s to %(high)s)."
    ),
    "not_shown": mark(
        "No difference is shown yet between \u201c%(second)s\u201d and \u201c%(first)s\u201d: "
        "%(difference)s points (%(low)s to %(high)s)."
    ),
    "too_few": mark(
        "Too little to say about \u201c%(second)s\u201d and \u201c%(first)s\u201d: it takes "
        "%(leads)s matured leads in each arm and %(fewest)s conversions."
    ),
}


def verdict(done: ArmComparison, declared: dict[str, Any], language: Language) -> str:
    """Return the verdict in a sentence.

    Parameters
    ----------
    done
        What was observed.
    declared
        The declaration as plain data.
    language
        The language to translate to.
    """
    result = done.verdict
    shown = result.difference if result.complete else result.at_any_time
    return translate(
        SHOWN[result.shown],
        language,
        first=declared["first"],
        second=declared["second"],
        leads=number(FEWEST_LEADS, language),
        fewest=number(FEWEST_CONVERSIONS, language),
        **points(shown),
    )


def points(interval: Interval) -> dict[str, str]:
    """Return a difference of shares and its ends in points, with signs.

    >>> points(Interval(0.012, -0.03, 0.05))
    {'difference': '+1.2', 'low': '−3.0', 'high': '+5.0'}
    """
    names = ("difference", "low", "high")
    ends = (interval.value, interval.low, interval.high)
    return {name: _signed(100 * end) for name, end in zip(names, ends, strict=True)}


def _signed(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:+.1f}".replace("-", "−")


def sentences(
    done: ArmComparison, declared: dict[str, Any], plan: Any, language: Language
) -> list[str]:
    """Return the verdict, its rule, and how long the test has to run, in sentences.

    Parameters
    ----------
    done, declared, language
        As in `verdict`.
    plan
        How many leads the test needs.
    """
    return [verdict(done, declared, language), _rule(done, language), duration(plan, language)]


def _rule(done: ArmComparison, language: Language) -> str:
    result = done.verdict
    if result.complete:
        return gettext(
            "The test is over and all horizons too: exact test p = %(more)s for more, %(fewer)s "
            "for fewer; 4 %% is needed.",
            language,
            more=f"{result.p_more:.3f}",
            fewer=f"{result.p_fewer:.3f}",
        )
    return gettext(
        "The test is still running: evidence %(more)s for more, %(fewer)s for fewer, of the 100 "
        "that a verdict needs now. The interval is valid however often one looks.",
        language,
        more=f"{result.evidence_more:.1f}",
        fewer=f"{result.evidence_fewer:.1f}",
    )


def duration(plan: Any, language: Language) -> str:
    """Return how long a test has to run, in a sentence.

    Parameters
    ----------
    plan
        How many leads the test needs.
    language
        The language to translate to.
    """
    values = {
        "needed": number(plan.needed, language),
        "expected": number(plan.expected, language),
        "power": f"{100 * plan.power:.0f}",
        "base": share(plan.base_rate),
    }
    if plan.weeks_needed is None:
        return gettext(
            "To notice the declared effect in 80 %% of cases it takes %(needed)s leads (from "
            "%(base)s); no new leads come, so that many may never be there.",
            language,
            **values,
        )
    return gettext(
        "To notice the declared effect in 80 %% of cases it takes %(needed)s leads (from "
        "%(base)s), drawn over %(weeks)s weeks; as declared, about %(expected)s will be drawn, "
        "which notices it in %(power)s %% of cases.",
        language,
        weeks=f"{plan.weeks_needed:.0f}",
        **values,
    )
