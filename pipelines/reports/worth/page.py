"""The page of a money receipt: one HTML file that holds everything, in one language."""

import math
from dataclasses import dataclass
from typing import Final

from features.wording.sentences import Language
from models.charts import Axis, Bar, ChartText, dots
from models.stats.metrics import Interval
from models.worth.receipt import Contribution, Receipt
from pipelines.reports import shell
from pipelines.reports.evaluation.cells import share
from pipelines.reports.translation import gettext, number
from pipelines.reports.worth import verdicts

STEM: Final = "worth"
_KINDS: Final = {"more": "", "fewer": "leak", "not_shown": "ranking_only", "too_few": "too_few"}


@dataclass(frozen=True)
class QuarterAccount:
    """What the page says of the quarter.

    Attributes
    ----------
    quarter, as_of, horizon_days
        The quarter, up to when outcomes are complete, the horizon.
    waiting
        Leads of the quarter whose horizon is not over.
    former
        What people call the former score.
    cost_per_call
        None: not stated.
    """

    quarter: str
    as_of: str
    horizon_days: float
    waiting: int
    former: str
    cost_per_call: float | None


def page(
    receipt: Receipt,
    parts: list[Contribution],
    account: QuarterAccount,
    language: Language,
    name: str,
) -> str:
    """Write the receipt as one HTML page.

    Parameters
    ----------
    receipt
        What the list won.
    parts
        The shares of parts in it.
    account
        About the quarter.
    language
        The language of all texts.
    name
        The name of the company.
    """
    values = {
        "name": name,
        "account": account,
        "verdicts": verdicts.sentences(receipt, account.former, language),
        "kind": _KINDS[receipt.verdict.shown],
        "facts": {
            "waiting": number(account.waiting, language),
            "horizon": f"{account.horizon_days:g}",
        },
        "groups": _groups(receipt, account, language),
        "comparisons": shell.figure("", _drawn(receipt, account, language)),
        "parts": [_part(one, language) for one in parts],
        "has_cost": account.cost_per_call is not None,
    }
    return shell.page("worth.html.j2", language, STEM, values)


def _groups(receipt: Receipt, account: QuarterAccount, language: Language) -> list[dict[str, str]]:
    rows = (
        (gettext("By rank", language), receipt.ranked, receipt.ranked_wins),
        (gettext("By lot", language), receipt.drawn, receipt.drawn_wins),
    )
    return [
        {
            "name": name,
            "leads": number(leads, language),
            "wins": number(wins, language),
            "rate": share(wins / leads if leads else math.nan),
            "calls": _interval(calls, 1.0, language),
            "cost": _interval(calls, account.cost_per_call or math.nan, language),
        }
        for (name, leads, wins), calls in zip(rows, receipt.calls_per_win, strict=True)
    ]


def _interval(calls: Interval, factor: float, language: Language) -> str:
    ends = [one * factor for one in (calls.value, calls.low, calls.high)]
    value, low, high = (number(one, language) if math.isfinite(one) else "–" for one in ends)
    return f"{value} ({low} – {high})"


def _drawn(receipt: Receipt, account: QuarterAccount, language: Language) -> str:
    """Draw the extra wins with their intervals."""
    shown = receipt.extra_wins if receipt.verdict.complete else receipt.extra_wins_at_any_time
    named = [(gettext("A lottery", language), shown)] + [
        (verdicts.other_name(one.name, account.former, language), one.extra_wins)
        for one in receipt.others
    ]
    rows = [Bar(name, one.value, one.low, one.high) for name, one in named]
    ends = [end for _, one in named for end in (one.low, one.high)]
    room = 0.05 * max(max(ends) - min(ends), 1.0)
    title = gettext("Extra wins against", language)
    summary = "; ".join(f"{row.name}: {verdicts.signed(row.value, language)}" for row in rows)
    axis = Axis(title, min(*ends, 0.0) - room, max(*ends, 0.0) + room, "count")
    return dots(ChartText(f"worth-{language}", title, summary), axis, rows, reference=0.0)


def _part(one: Contribution, language: Language) -> dict[str, str]:
    return {
        "by": gettext("Band", language) if one.by == "band" else one.by,
        "name": one.name,
        "leads": number(one.leads, language),
        "wins": number(one.wins, language),
        "extra": verdicts.signed(one.extra_wins, language),
    }
