"""The figures of the report: which chart shows what, from an evaluation."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Final

from features.wording.sentences import Language
from models.charts import (
    Axis,
    Bar,
    Bin,
    ChartText,
    Distribution,
    LineSeries,
    bars,
    distribution,
    dots,
    lines,
    reliability,
)
from models.evaluation.evaluation import MODEL, Evaluation
from pipelines.reports.evaluation import splits
from pipelines.reports.evaluation.parts import part_name, part_title, parts
from pipelines.reports.evaluation.ranking_figures import (
    auc_axis,
    compare,
    gain,
    lift,
    precision_recall,
    roc,
)
from pipelines.reports.evaluation.terms import PREDICTIONS, term
from pipelines.reports.translation import gettext, localized, number, pgettext

MOST_CONCEPTS: Final = 14
_PROBABILITIES: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99)


def figures(evaluation: Evaluation, language: Language) -> dict[str, str]:
    """Draw everything there is something to draw of: key -> SVG.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    drawers: Mapping[str, Callable[[Evaluation, Language], str]] = {
        "gain": gain,
        "lift": lift,
        "compare": compare,
        "roc": roc,
        "precision_recall": precision_recall,
        "reliability": reliable,
        "spread": spread,
        "importance": importance,
        "learning": learning,
    }
    drawn = {key: drawer(evaluation, language) for key, drawer in drawers.items()}
    if evaluation.plan is not None:
        drawn["splits"] = splits.picture(evaluation.plan, language)
    drawn |= {f"by_{key}": svg for key, svg in groups(evaluation, language).items()}
    return {key: svg for key, svg in drawn.items() if svg}


def reliable(evaluation: Evaluation, language: Language) -> str:
    """Draw the share that converted against the probability given.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    bins = [Bin(b.predicted, b.converted, b.low, b.high, b.rows) for b in evaluation.reliability]
    most = max([0.01, *(max(b.predicted, b.converted) for b in bins)]) * 1.12
    most = min(most, 1.0)
    x = Axis(gettext("Probability given", language), 0, most, "percent")
    y = Axis(gettext("Share that converted", language), 0, most, "percent")
    summary = "; ".join(f"{100 * b.predicted:.1f} % → {100 * b.converted:.1f} %" for b in bins)
    words = ChartText(f"reliability-{language}", gettext("Reliability", language), summary)
    return reliability(words, x, y, bins, gettext("perfect", language))


def spread(evaluation: Evaluation, language: Language) -> str:
    """Draw how the probabilities of both groups are spread.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    shares = evaluation.spread
    low, high = shares.edges[0], shares.edges[-1]
    marks = [(math.log(p / (1 - p)), f"{100 * p:g} %") for p in _PROBABILITIES]
    most = max(*shares.converted, *shares.others) * 1.1
    x = Axis(
        gettext("Probability given", language), low, high, "logit",
        tuple(mark for mark in marks if low <= mark[0] <= high),
    )  # fmt: skip
    y = Axis(gettext("Share of the group", language), 0, most, "percent")
    shown = [
        Distribution(gettext("Did not", language), shares.others, 1),
        Distribution(pgettext("group of leads", "Converted", language), shares.converted, 0),
    ]
    words = ChartText(
        f"spread-{language}",
        gettext("Spread of the probabilities", language),
        _typical(evaluation, language),
    )
    return distribution(words, x, y, shares.edges, shown)


def _typical(evaluation: Evaluation, language: Language) -> str:
    """Return the median probability of each group, as text."""
    spread = evaluation.spread
    groups = {
        pgettext("group of leads", "Converted", language): spread.converted,
        gettext("Did not", language): spread.others,
    }
    return ", ".join(
        f"{name}: {100 * _median(shares, spread.edges):.1f} %" for name, shares in groups.items()
    )


def _median(shares: Sequence[float], edges: Sequence[float]) -> float:
    """Return the probability in the middle of the bin that holds the median."""
    totals = accumulate(shares)
    bins = zip(totals, pairwise(edges), strict=True)
    left, right = next((ends for total, ends in bins if total >= 0.5), edges[-2:])  # noqa: PLR2004
    return 1 / (1 + math.exp(-(left + right) / 2))


def importance(evaluation: Evaluation, language: Language) -> str:
    """Draw the concepts that move the margin most.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    concepts = evaluation.importance[:MOST_CONCEPTS]
    if not concepts:
        return ""
    rows = [Bar(_short(localized(one.label, language)), one.size) for one in concepts]
    x = Axis(gettext("Mean size of contribution", language), 0, rows[0].value * 1.05)
    summary = ", ".join(f"{row.name} {row.value:.3f}" for row in rows)
    return bars(
        ChartText(f"importance-{language}", gettext("What moves the ranking", language), summary),
        x,
        rows,
    )


def _short(name: str, most: int = 34) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def learning(evaluation: Evaluation, language: Language) -> str:
    """Draw AUC over the number of leads learned from (on a log scale).

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    known = [point for point in evaluation.learning_curve if not math.isnan(point.auc.low)]
    if len(known) < 2:  # noqa: PLR2004 (one point is no curve)
        return ""
    at = tuple(math.log10(point.leads) for point in known)
    own = [point.auc for point in known]
    trees = tuple(point.lightgbm_auc for point in known)
    series = [
        LineSeries(term(MODEL, PREDICTIONS, language), at, tuple(a.value for a in own),
             low=tuple(a.low for a in own), high=tuple(a.high for a in own), marked=True),
        LineSeries(term("lightgbm", PREDICTIONS, language), at, trees, 1, marked=True),
    ]  # fmt: skip
    values = [value for a in own for value in (a.low, a.high)] + list(trees)
    low = math.floor(min(*values, 0.98) * 50) / 50
    y = Axis("AUC", low, math.ceil(max(values) * 50) / 50)
    marks = tuple((place, number(p.leads, language)) for place, p in zip(at, known, strict=True))
    room = 0.06 * (at[-1] - at[0])
    x = Axis(gettext("Leads learned from", language), at[0] - room, at[-1] + room, marks=marks)
    summary = ", ".join(f"{number(p.leads, language)}: {p.auc.value:.3f}" for p in known)
    return lines(
        ChartText(f"learning-{language}", gettext("Learning curve", language), summary),
        x,
        y,
        series,
    )


def groups(evaluation: Evaluation, language: Language) -> dict[str, str]:
    """Draw AUC by age, by month and by every attribute.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    return {
        key: _groups(f"by-{place}-{language}", evaluation, key, language)
        for place, key in enumerate(parts(evaluation))
    }


def _groups(place: str, evaluation: Evaluation, key: str, language: Language) -> str:
    rows = []
    for group in parts(evaluation)[key]:
        if not math.isnan(group.auc.low):
            counts = {
                "rows": number(group.rows, language),
                "conversions": number(group.conversions, language),
            }
            note = gettext("%(rows)s snapshots, %(conversions)s converted", language, **counts)
            name = _short(part_name(evaluation, key, group.name, language), 26)
            rows.append(Bar(name, group.auc.value, group.auc.low, group.auc.high, note))
    summary = ", ".join(f"{row.name} {row.value:.3f}" for row in rows)
    words = ChartText(place, part_title(evaluation, key, language), summary)
    return dots(words, auc_axis(rows), rows, reference=0.5) if rows else ""
