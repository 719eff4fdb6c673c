"""The page of an audit: one HTML file that holds everything, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from features.feature import Text
from features.wording.sentences import Language
from models.audit.audit import ScoreAudit
from models.audit.cut_offs import CutOff
from models.audit.lists import INCUMBENT, ListResult
from models.stats.metrics import Interval
from pipelines.reports import shell
from pipelines.reports.audit import check_words, verdicts
from pipelines.reports.audit.figures import figures
from pipelines.reports.evaluation.cells import metric_text, share
from pipelines.reports.evaluation.terms import METRICS
from pipelines.reports.translation import number, translate

STEM: Final = "audit"
_ANSWERS: Final = ("fail", "warn", "pass", "not applicable")


@dataclass(frozen=True)
class AuditedScore:
    """What the page says of the score: its name, where it is from, what was left out of it.

    Attributes
    ----------
    title, place
        What people call it, and the name of its file.
    values, left_out, strangers
        Values read, rows that could not be used by reason, values of leads that are not here.
    horizon_days, first, last
        The horizon, and the first and last day of the snapshots.
    labels
        Attribute, or attribute=value -> what people call it.
    """

    title: str
    place: str
    values: int
    left_out: dict[str, int]
    strangers: int
    horizon_days: float
    first: str
    last: str
    labels: Mapping[str, Text] = field(default_factory=dict)


def page(audit: ScoreAudit, score: AuditedScore, language: Language, name: str) -> str:
    """Write the report as one HTML page.

    Parameters
    ----------
    audit
        What was observed.
    score
        About the score.
    language
        The language of all texts.
    name
        The name of the company.
    """
    drawn = figures(audit, score.title, language, score.labels)
    checks = sorted(audit.findings, key=lambda one: (_ANSWERS.index(one.answer), one.code))
    values = {
        "name": name,
        "score": score,
        "facts": _facts(audit, score, language),
        "verdicts": verdicts.sentences(audit, score.title, language),
        "kind": "leak" if audit.faults else "" if audit.figures else "too_few",
        "tiles": _tiles(audit, language),
        "checks": [check_words.row(one, language) for one in checks],
        "cut_offs": [_cut_off(one, language) for one in audit.cut_offs],
        "lists": _lists(audit, score.title, language),
        "figure": lambda key, caption: shell.figure(caption, drawn[key]) if key in drawn else "",
        "has": lambda key: key in drawn,
    }
    return shell.page("audit.html.j2", language, STEM, values)


def _facts(audit: ScoreAudit, score: AuditedScore, language: Language) -> dict[str, Any]:
    counts = {
        "rows": audit.rows,
        "leads": audit.leads,
        "converted": audit.converted_leads,
        "scored": audit.scored_rows,
        "values": score.values,
        "strangers": score.strangers,
        "left_out": sum(score.left_out.values()),
    }
    written = {key: number(one, language) for key, one in counts.items()}
    return written | {
        "first": score.first,
        "last": score.last,
        "horizon": f"{score.horizon_days:g}",
        "capacity": 0 if audit.lists is None else audit.lists.capacity,
        "months": "" if audit.lists is None else f"{audit.lists.months:.1f}",
    }


def _tiles(audit: ScoreAudit, language: Language) -> list[dict[str, str]]:
    return [
        {
            "name": translate(METRICS[metric], language),
            "value": metric_text(metric, one.value),
            "ends": _ends(one, lambda end, metric=metric: metric_text(metric, end)),
        }
        for metric, one in audit.figures.items()
    ]


def _ends(interval: Interval, form: Any) -> str:
    return f"{form(interval.low)} – {form(interval.high)}"


def _cut_off(one: CutOff, language: Language) -> dict[str, Any]:
    return {
        "score": f"{one.score:.3g}",
        "week": f"{one.per_week:.1f}",
        "leads": number(one.leads, language),
        "rate": share(one.rate.value),
        "ends": _ends(one.rate, share),
        "captured": share(one.captured),
        "fits": one.fits,
    }


def _lists(audit: ScoreAudit, title: str, language: Language) -> list[dict[str, Any]]:
    if audit.lists is None:
        return []
    ranked = sorted(audit.lists.lists, key=lambda one: -one.conversions)
    return [_list(one, title, language) for one in ranked]


def _list(one: ListResult, title: str, language: Language) -> dict[str, Any]:
    mine = one.name == INCUMBENT
    return {
        "name": verdicts.list_name(one.name, title, language),
        "mine": mine,
        "won": number(one.conversions, language),
        "worked": number(one.worked, language),
        "calls": f"{one.worked / one.conversions:.1f}" if one.conversions else "–",
        "more": "" if mine else f"{one.more.value:+.0f}",
        "ends": "" if mine else _ends(one.more, lambda end: f"{end:+.0f}"),
    }
