"""The page of the monitor: one HTML file that holds everything, in one language.

Decided here: the verdict stands first, then the alarms with what to do; the sizes, the evidence
and how often this monitor is wrong follow.
"""

import math
from typing import Any, Final

import numpy as np

from features.catalog.catalog import Catalog
from features.timeline import from_moments
from features.wording.sentences import Language
from models.monitoring.findings import MonitorReport
from models.monitoring.settings import MonitorSettings
from models.stats.metrics import Interval
from pipelines.reports import shell
from pipelines.reports.monitor.figures import figures, largest
from pipelines.reports.monitor.wording import (
    alarm_text,
    below_alarm,
    check_names,
    name_of,
    population_name,
    source_name,
)
from pipelines.reports.translation import gettext, localized, ngettext, number

STEM: Final = "monitor"
MOST_ROWS: Final = 25
MOST_BELOW_ALARM: Final = 6


def page(
    watched: MonitorReport,
    catalog: Catalog,
    settings: MonitorSettings,
    language: Language,
    name: str,
) -> str:
    """Write the report as one HTML page.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model, for the words of columns, types and values.
    settings
        The settings of the monitor.
    language
        The language of all texts.
    name
        The name of the company.
    """
    drawn = figures(watched, catalog, language)
    values = {
        "name": name,
        "facts": _facts(watched, settings, language),
        "verdict": watched.verdict,
        "verdicts": verdicts(watched, catalog, settings, language),
        "alarms": [
            alarm_text(one, catalog, language) | {"code": one.what} for one in watched.alarms
        ],
        "drift": _drift(watched, catalog, language),
        "volumes": _volumes(watched, catalog, language),
        "unknown_values": _unknown_values(watched, catalog, language),
        "enough": watched.calibration.enough,
        "has": lambda key: key in drawn,
        "figure": lambda key, caption: shell.figure(caption, drawn.get(key, "")),
    }
    return shell.page("monitor.html.j2", language, STEM, values)


def verdicts(
    watched: MonitorReport, catalog: Catalog, settings: MonitorSettings, language: Language
) -> list[str]:
    """Return the conclusion in sentences.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    settings
        The settings of the monitor.
    language
        The language to translate to.
    """
    below = below_alarm_texts(watched, catalog, settings, language)
    sentences = [_verdict(watched, language, quiet=not below), *below]
    if not watched.calibration.enough:
        sentences.append(
            gettext(
                "Whether the probabilities are still true cannot be said yet: %(rows)s predictions "
                "have matured, %(waiting)s wait for their horizon to be over.",
                language,
                rows=number(watched.calibration.rows, language),
                waiting=number(watched.calibration.waiting, language),
            )
        )
    rate = gettext(
        "Without any change, at most %(rate)s of such runs raise an alarm.",
        language,
        rate=_percent(settings.false_alarm_rate),
    )
    return [*sentences, rate]


def below_alarm_texts(
    watched: MonitorReport, catalog: Catalog, settings: MonitorSettings, language: Language
) -> list[str]:
    """Return what deviates beyond chance and is too small for an alarm, in sentences.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    settings
        The settings of the monitor.
    language
        The language to translate to.
    """
    parts = watched.parts_below_alarm
    texts = [below_alarm(part, catalog, language) for part in parts[:MOST_BELOW_ALARM]]
    if parts:
        texts.append(
            gettext(
                "Such parts: %(count)s; without any change about %(chance)s would deviate.",
                language,
                count=len(parts),
                chance=f"{watched.deviations_by_chance:.1f}",
            )
        )
    shifts = watched.drift_below_alarm(settings.family_rate)
    if shifts:
        texts.append(
            ngettext(
                "%(num)s shift of a feature or score is beyond chance, but too small for an alarm.",
                "%(num)s shifts of features or scores are beyond chance, but each is too small for "
                "an alarm.",
                len(shifts),
                language,
            )
        )
    return texts


def _verdict(watched: MonitorReport, language: Language, *, quiet: bool) -> str:
    if watched.verdict == "alarm":
        return ngettext(
            "One alarm: %(checks)s.",
            "%(num)s alarms: %(checks)s.",
            len(watched.alarms),
            language,
            checks=check_names(watched.alarms, language),
        )
    if watched.verdict == "quiet" and not quiet:
        return gettext(
            "No alarm. What follows deviates, and not by as much as an alarm needs.", language
        )
    if watched.verdict == "quiet":
        return gettext(
            "Quiet. Nothing has changed that is both beyond chance and large enough to matter.",
            language,
        )
    return gettext(
        "Not enough to tell. Too few open leads, or too few in the reference, to compare.", language
    )


def _facts(
    watched: MonitorReport, settings: MonitorSettings, language: Language
) -> dict[str, object]:
    compared, calibration = watched.compared, watched.calibration
    return {
        "leads": number(compared.leads, language),
        "rows": number(calibration.rows, language),
        "reference": number(compared.reference_rows, language),
        "at": _day(compared.at),
        "first": _day(compared.reference_from),
        "last": _day(compared.reference_to),
        "share": f"{100 * settings.unseen_share:g}",
        "left": _percent(compared.left_out),
        "psi": f"{settings.psi:g}",
        "asked": sum(not math.isnan(each.p_value) for each in watched.drift),
        "source": source_name(calibration.source, language),
        "waiting": number(calibration.waiting, language),
        "factor": f"{settings.calibration_factor:g}",
        "volume_factor": f"{settings.volume_factor:g}",
        "days": f"{settings.period_days:g}",
        "intercept": _interval(calibration.intercept),
        "slope": _interval(calibration.slope),
    }


def _drift(watched: MonitorReport, catalog: Catalog, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": one.column,
            "label": _concept(one.concept, catalog, language),
            "population": population_name(one.population, catalog, language),
            "psi": f"{one.psi:.3f}",
            "by_chance": f"{one.by_chance:.3f}",
            "p": "–" if math.isnan(one.p_value) else f"{one.p_value:.3g}",
            "alarm": one.alarm,
        }
        for one in largest(watched)[:MOST_ROWS]
    ]


def _volumes(watched: MonitorReport, catalog: Catalog, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": name_of(one.activity_type, catalog, language),
            "population": population_name(one.population, catalog, language),
            "observed": number(one.observed, language),
            "expected": number(one.expected, language),
            "ratio": _interval(one.ratio),
            "newest": "–" if math.isnan(one.silent_days) else f"{one.silent_days:.1f}",
            "alarm": one.moved or one.silent,
        }
        for one in watched.volumes
        if one.testable
    ]


def _unknown_values(
    watched: MonitorReport, catalog: Catalog, language: Language
) -> list[dict[str, Any]]:
    return [
        {
            "name": name_of(one.what, catalog, language),
            "now": _percent(one.now),
            "then": _percent(one.then),
            "frequent": ", ".join(
                f"{word} ({number(count, language)})" for word, count in one.words
            ),
            "alarm": one.alarm,
        }
        for one in watched.unknown_values
    ]


def _concept(concept: str, catalog: Catalog, language: Language) -> str:
    for feature in catalog.features:
        if feature.concept == concept:
            return localized(feature.concept_label, language)
    return concept


def _interval(figure: Interval) -> str:
    if math.isnan(figure.value):
        return "–"
    return f"{figure.value:.2f} ({figure.low:.2f} – {figure.high:.2f})"


def _percent(share: float) -> str:
    return f"{100 * share + 0.0:.3g}\u00a0%"


def _day(moment: int) -> str:
    return f"{from_moments(np.array([moment]))[0]:%Y-%m-%d}"
