"""The page of a declared test: one HTML file that holds everything, in one language."""

from dataclasses import dataclass
from typing import Any, Final

from features.wording.sentences import Language
from models.charts import Axis, Bar, ChartText, dots
from models.worth.two_arms import ArmComparison, ArmResult
from pipelines.reports import shell
from pipelines.reports.evaluation.cells import share
from pipelines.reports.experiment import verdicts
from pipelines.reports.translation import gettext, number

STEM: Final = "experiment"
_KINDS: Final = {"more": "", "fewer": "leak", "not_shown": "ranking_only", "too_few": "too_few"}


@dataclass(frozen=True)
class ExperimentPlan:
    """How many leads a test needs, and will have.

    Attributes
    ----------
    base_rate
        The share that converts in the first arm, as declared or measured.
    needed, expected
        Leads that notice the effect in 80 % of cases; leads that will be drawn.
    power
        The chance of noticing it with those.
    open_leads, new_per_week
        Leads that are open now, and that come in a week.
    weeks_needed
        How long it takes until the needed leads are drawn; None if none come.
    """

    base_rate: float
    needed: int
    expected: int
    power: float
    open_leads: int
    new_per_week: float
    weeks_needed: float | None


def page(
    done: ArmComparison, declared: dict[str, Any], plan: ExperimentPlan, language: Language
) -> str:
    """Write the page.

    Parameters
    ----------
    done
        What was observed.
    declared
        The declaration as plain data.
    plan
        How many leads the test needs.
    language
        The language of all texts.
    """
    values = {
        "declared": declared,
        "facts": {
            "start": declared["starts_at"][:10],
            "days": f"{declared['enrols_days']:g}",
            "horizon": f"{declared['horizon_days']:g}",
            "share": share(declared["share"]),
            "seed": declared["seed"],
            "effect": f"{done.design_effect:.2f}",
            "times": f"{declared['times']:g}",
        },
        "verdicts": verdicts.sentences(done, declared, plan, language),
        "kind": _KINDS[done.verdict.shown],
        "arms": [
            _arm(declared[name], arm, language)
            for name, arm in (("first", done.first), ("second", done.second))
        ],
        "figure": shell.figure("", _drawn(done, declared, language)),
    }
    return shell.page("experiment.html.j2", language, STEM, values)


def _arm(name: str, arm: ArmResult, language: Language) -> dict[str, str]:
    return {
        "name": name,
        "assigned": number(arm.assigned, language),
        "matured": number(arm.matured, language),
        "wins": number(arm.conversions, language),
        "rate": share(arm.rate.value),
        "ends": f"{share(arm.rate.low)} – {share(arm.rate.high)}",
        "so_far": share(arm.share_so_far),
    }


def _drawn(done: ArmComparison, declared: dict[str, Any], language: Language) -> str:
    """Draw the share that converted in both arms, with intervals."""
    arms = [(declared["first"], done.first), (declared["second"], done.second)]
    rows = [
        Bar(name[:34], arm.rate.value, arm.rate.low, arm.rate.high)
        for name, arm in arms
        if arm.matured
    ]
    if not rows:
        return ""
    title = gettext("Share that converted", language)
    most = min(max([0.01, *(row.high or row.value for row in rows)]) * 1.05, 1.0)
    summary = "; ".join(f"{row.name}: {share(row.value)}" for row in rows)
    words = ChartText(f"experiment-{language}", title, summary)
    return dots(words, Axis(title, 0, most, "percent"), rows)
