"""The page of the monitor: one HTML file that holds everything, in one language.

Decided here: the verdict stands first, in plain words, then the alarms with what to do; whoever
reads on finds the sizes, the evidence and how often this monitor is wrong.
"""

import math
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from features.catalog.catalog import Catalog
from features.timeline import from_moments
from models.monitoring.findings import Watched
from models.monitoring.settings import MonitorSettings
from models.stats.metrics import Interval
from pipelines.reports.evaluation.words import Language
from pipelines.reports.monitor.figures import figures, largest
from pipelines.reports.monitor.words import among, checks_of, named, phrase, told
from pipelines.reports.templating import looks, template

MOST_ROWS: Final = 25


def page(
    found: Watched, catalog: Catalog, settings: MonitorSettings, language: Language, name: str
) -> str:
    """Write the report as one HTML page."""
    drawn = figures(found, catalog, language)
    values = _values(found, settings, language)
    text: str = template("pipelines.reports.monitor", "monitor.html.j2").render(
        language=language,
        name=name,
        css=Markup(looks()),  # noqa: S704 (our own file)
        t=lambda key: phrase(key, language, **values),
        verdict=found.verdict,
        verdicts=verdicts(found, settings, language),
        alarms=[told(one, catalog, language) | {"code": one.what} for one in found.alarms],
        drift=_drift(found, catalog, language),
        volumes=_volumes(found, catalog, language),
        unseen=_unseen(found, catalog, language),
        enough=found.calibration.enough,
        has=lambda key: key in drawn,
        figure=lambda key, caption: Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(
            phrase(caption, language),
            Markup(drawn.get(key, "")),  # noqa: S704 (the charts escape their words)
        ),
    )
    return text


def verdicts(found: Watched, settings: MonitorSettings, language: Language) -> list[str]:
    """Say in sentences what it comes to."""
    count = len(found.alarms)
    key = "one_alarm" if count == 1 else found.verdict
    checks = checks_of(found.alarms, language)
    said = [phrase(key, language, count=count, checks=checks)]
    if not found.calibration.enough:
        waits = {"rows": f"{found.calibration.rows:,}", "waiting": f"{found.calibration.waiting:,}"}
        said.append(phrase("no_outcomes", language, **waits))
    return [*said, phrase("rate", language, rate=_percent(settings.false_alarm_rate))]


def _values(found: Watched, settings: MonitorSettings, language: Language) -> dict[str, object]:
    one, truth = found.compared, found.calibration
    return {
        "leads": f"{one.leads:,}",
        "rows": f"{truth.rows:,}",
        "reference": f"{one.reference_rows:,}",
        "at": _day(one.at),
        "first": _day(one.reference_from),
        "last": _day(one.reference_to),
        "share": f"{100 * settings.unseen_share:g}",
        "left": _percent(one.left_out),
        "psi": f"{settings.psi:g}",
        "asked": sum(not math.isnan(each.p_value) for each in found.drift),
        "source": phrase(truth.source, language),
        "waiting": f"{truth.waiting:,}",
        "factor": f"{settings.calibration_factor:g}",
        "volume_factor": f"{settings.volume_factor:g}",
        "days": f"{settings.period_days:g}",
        "intercept": _interval(truth.intercept),
        "slope": _interval(truth.slope),
    }


def _drift(found: Watched, catalog: Catalog, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": one.column,
            "label": _concept(one.concept, catalog, language),
            "among": among(one.population, catalog, language),
            "psi": f"{one.psi:.3f}",
            "by_chance": f"{one.by_chance:.3f}",
            "p": "–" if math.isnan(one.p_value) else f"{one.p_value:.3g}",
            "alarm": one.alarm,
        }
        for one in largest(found)[:MOST_ROWS]
    ]


def _volumes(found: Watched, catalog: Catalog, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": named(one.activity_type, catalog, language),
            "among": among(one.population, catalog, language),
            "observed": f"{one.observed:,.0f}",
            "expected": f"{one.expected:,.0f}",
            "ratio": _interval(one.ratio),
            "newest": "–" if math.isnan(one.silent_days) else f"{one.silent_days:.1f}",
            "alarm": one.moved or one.silent,
        }
        for one in found.volumes
        if one.asked
    ]


def _unseen(found: Watched, catalog: Catalog, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": named(one.what, catalog, language),
            "now": _percent(one.now),
            "then": _percent(one.then),
            "words": ", ".join(f"{word} ({count:,})" for word, count in one.words),
            "alarm": one.alarm,
        }
        for one in found.unseen
    ]


def _concept(concept: str, catalog: Catalog, language: Language) -> str:
    for feature in catalog.features:
        if feature.concept == concept:
            said: str = getattr(feature.concept_label, language)
            return said
    return concept


def _interval(figure: Interval) -> str:
    if math.isnan(figure.value):
        return "–"
    return f"{figure.value:.2f} ({figure.low:.2f} – {figure.high:.2f})"


def _percent(share: float) -> str:
    return f"{100 * share + 0.0:.3g}\u00a0%"


def _day(moment: int) -> str:
    return f"{from_moments(np.array([moment]))[0]:%Y-%m-%d}"
