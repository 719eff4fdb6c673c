"""The figures of an audit: gain, what the values were worth, groups, lists."""

import math
from collections.abc import Mapping, Sequence

from features.feature import Text
from features.wording.sentences import Language
from models.audit.audit import ScoreAudit
from models.audit.lists import INCUMBENT
from models.charts import Axis, Bar, ChartText, LineSeries, bars, dots, lines
from models.evaluation.evaluation import MODEL
from models.evaluation.groups.groups import Group
from pipelines.reports.audit.verdicts import list_name
from pipelines.reports.evaluation.cells import metric_text, share
from pipelines.reports.evaluation.ranking_figures import auc_axis
from pipelines.reports.translation import gettext, localized, number

_MINE, _OTHER = 0, 6
_MOST_GROUPS = 14


def figures(
    audit: ScoreAudit, title: str, language: Language, labels: Mapping[str, Text]
) -> dict[str, str]:
    """Draw everything that there is to draw: key -> SVG.

    Parameters
    ----------
    audit
        What was observed.
    title
        What people call the score.
    language
        The language of all texts.
    labels
        Attribute, or attribute=value -> what people call it.
    """
    called = {key: localized(text, language) for key, text in labels.items()}
    segments = [
        (_segment_name(attribute, group.name, called), group)
        for attribute, parts in audit.by_segment.items()
        for group in parts
    ]
    drawn = {
        "gain": gain(audit, title, language),
        "worth": worth(audit, language),
        "by_age": _groups([(one.name, one) for one in audit.by_age], "age", language),
        "by_month": _groups([(one.name, one) for one in audit.by_month], "month", language),
        "by_segment": _groups(segments, "segment", language),
        "lists": won(audit, title, language),
    }
    return {key: svg for key, svg in drawn.items() if svg}


def _segment_name(attribute: str, value: str, called: Mapping[str, str]) -> str:
    name = called.get(f"{attribute}={value}", value)
    return f"{called.get(attribute, attribute)}: {name}"


def gain(audit: ScoreAudit, title: str, language: Language) -> str:
    """Draw how many of the conversions are among the leads taken from the top.

    Parameters
    ----------
    audit, title, language
        As in `figures`.
    """
    if audit.gain is None or not audit.figures:
        return ""
    captured = audit.figures["capture_at_20"].value
    words = ChartText(
        f"audit-gain-{language}",
        gettext("Gain", language),
        gettext("Capture@20\u00a0%%", language) + f": {share(captured)}",
    )
    x = Axis(gettext("Share of leads taken, hottest first", language), 0, 1, "percent")
    y = Axis(gettext("Share of the conversions among them", language), 0, 1, "percent")
    series = [LineSeries(title, audit.gain.x, audit.gain.y, _MINE)]
    return lines(words, x, y, series, diagonal=(0, 0, 1, 1))


def worth(audit: ScoreAudit, language: Language) -> str:
    """Draw the share that converted at each value, or bin of values, of the score.

    Parameters
    ----------
    audit, language
        As in `figures`.
    """
    rows = [
        Bar(
            f"{one.predicted:.3g}",
            one.converted,
            None if math.isnan(one.low) else one.low,
            None if math.isnan(one.high) else one.high,
            note=gettext("%(rows)s snapshots", language, rows=number(one.rows, language)),
        )
        for one in reversed(audit.worth)
    ]
    if not rows:
        return ""
    most = max([0.01, *((row.high or row.value) for row in rows)]) * 1.05
    summary = "; ".join(f"{row.name}: {share(row.value)}" for row in rows)
    title = gettext("Share that converted", language)
    words = ChartText(f"audit-worth-{language}", title, summary)
    return dots(words, Axis(title, 0, min(most, 1.0), "percent"), rows)


def _groups(groups: Sequence[tuple[str, Group]], key: str, language: Language) -> str:
    known = [(name, one) for name, one in groups if not math.isnan(one.auc.low)][:_MOST_GROUPS]
    rows = [
        Bar(
            name[:34],
            one.auc.value,
            one.auc.low,
            one.auc.high,
            note=gettext(
                "%(leads)s leads, %(rate)s",
                language,
                leads=number(one.leads, language),
                rate=share(one.base_rate),
            ),
        )
        for name, one in known
    ]
    if not rows:
        return ""
    summary = "; ".join(f"{row.name}: {metric_text('auc', row.value)}" for row in rows)
    words = ChartText(f"audit-{key}-{language}", gettext("AUC with interval", language), summary)
    return dots(words, auc_axis(rows), rows, reference=0.5)


def won(audit: ScoreAudit, title: str, language: Language) -> str:
    """Draw how many conversions each list would have won.

    Parameters
    ----------
    audit, title, language
        As in `figures`.
    """
    if audit.lists is None:
        return ""
    ranked = sorted(audit.lists.lists, key=lambda one: -one.conversions)
    rows = [
        Bar(
            list_name(one.name, title, language),
            float(one.conversions),
            rank=_MINE if one.name in (INCUMBENT, MODEL) else _OTHER,
        )
        for one in ranked
    ]
    label = gettext("Conversions found", language)
    most = max([*(row.value for row in rows), 1.0]) * 1.05
    summary = "; ".join(f"{row.name} {row.value:.0f}" for row in rows)
    return bars(
        ChartText(f"audit-lists-{language}", label, summary), Axis(label, 0, most, "count"), rows
    )
