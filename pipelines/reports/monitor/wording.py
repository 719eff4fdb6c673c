"""The words of the monitor: populations, parts, features; an alarm and what to do about it.

Decided here: what has no term is named by the catalog of the model, and what the catalog does not
know stands for itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from features.catalog.catalog import Catalog
from features.wording.sentences import Language
from features.wording.translation import mark
from models.evaluation.from_catalog import labels
from models.monitoring.activities import ANY
from models.monitoring.drift import NEW, OPEN
from models.monitoring.findings import Alarm
from models.monitoring.matured import CalibrationPart
from models.monitoring.unknown_values import ACTIVITY_TYPES, UNKNOWN_TYPES
from pipelines.reports.evaluation.terms import NOT_VALUES, term
from pipelines.reports.translation import gettext, localized, translate

TERMS: Final = {
    OPEN: mark("open leads"),
    NEW: mark("new leads"),
    ANY: mark("all types"),
    UNKNOWN_TYPES: mark("(other)"),
    ACTIVITY_TYPES: mark("activity types"),
    "all": mark("all"),
    "month": mark("month"),
    "band": mark("band"),
    "score": mark("Score"),
}
CHECKS: Final = {
    "feature drift": mark("Feature drift"),
    "score drift": mark("Score drift"),
    "calibration": mark("Calibration"),
    "volume": mark("Volume"),
    "silence": mark("Silence"),
    "unseen": mark("New words"),
}
OBSERVED: Final = {
    "drift": mark(
        "PSI %(psi).2f among %(population)s (%(by_chance).2f by chance), p %(p_value).2g; columns "
        "of this kind: %(columns)s"
    ),
    "calibration": mark(
        "%(observed).0f conversions, %(expected).1f told: %(ratio).2f (%(low).2f to %(high).2f)"
    ),
    "volume": mark("%(observed).0f among %(population)s: %(ratio).2f times as many as expected"),
    "silence": mark("none for %(days).1f days"),
    "unseen": mark("%(now)s (%(words)s)"),
}
EXPECTED: Final = {
    "drift": mark("what leads of the same ages showed in training"),
    "calibration": mark("as many as the probabilities say"),
    "volume": mark("about %(expected).0f"),
    "silence": mark("about %(expected).0f in a period"),
    "unseen": mark("about %(then)s"),
}
WHAT_TO_DO: Final = {
    "drift": mark("look whether the source of the data changed; if the world did, retrain"),
    "calibration": mark(
        "retrain; until then trust the order of the leads, not their probabilities"
    ),
    "volume": mark("look at the export or the sender of this type; if the change is real, retrain"),
    "silence": mark("look whether the export or the sender of this type still works"),
    "unseen": mark("correct the spelling in the mapping, or retrain to teach the new words"),
}
_SOURCES: Final = {
    "receipts": mark("receipts of the server"),
    "snapshots": mark("the champion on the tables"),
}
_SHARES: Final = ("now", "then")


def alarm_text(alarm: Alarm, catalog: Catalog, language: Language) -> dict[str, str]:
    """Return an alarm in words: what was observed, what was expected, what to do.

    Parameters
    ----------
    alarm
        The alarm with its figures.
    catalog
        The catalog of the model, for the words of columns, types and values.
    language
        The language to translate to.
    """
    kind = "drift" if alarm.check.endswith("drift") else alarm.check
    facts = _facts(alarm.facts, catalog, language)
    return {
        "check": translate(CHECKS[alarm.check], language),
        "what": name_of(alarm.what, catalog, language),
        "found": translate(OBSERVED[kind], language, **facts),
        "expected": translate(EXPECTED[kind], language, **facts),
        "what_to_do": translate(WHAT_TO_DO[kind], language),
    }


def _facts(facts: Mapping[str, Any], catalog: Catalog, language: Language) -> dict[str, Any]:
    """Return the figures of an alarm with its population in words and its shares in percent."""
    written = {key: f"{facts[key]:.1%}" for key in _SHARES if key in facts}
    if "population" in facts:
        written["population"] = population_name(str(facts["population"]), catalog, language)
    return {**facts, **written}


def below_alarm(part: CalibrationPart, catalog: Catalog, language: Language) -> str:
    """Return how far the conversions of a part deviate, without an alarm.

    Parameters
    ----------
    part
        The part with its figures.
    catalog
        The catalog of the model, for the words of attributes and values.
    language
        The language to translate to.
    """
    return gettext(
        "%(part)s: of %(rows)s predictions %(observed).0f converted, %(expected).1f were expected: "
        "%(ratio).2f times as many (%(low).2f to %(high).2f).",
        language,
        part=_calibration_part(part, catalog, language),
        rows=f"{part.rows:,}",
        observed=part.observed,
        expected=part.expected,
        ratio=part.ratio.value,
        low=part.ratio.low,
        high=part.ratio.high,
    )


def _calibration_part(part: CalibrationPart, catalog: Catalog, language: Language) -> str:
    if part.by in TERMS:
        return name_of(
            part.by if part.by == part.name else f"{part.by} {part.name}", catalog, language
        )
    return population_name(f"{part.by}={part.name}", catalog, language)


def check_names(alarms: Sequence[Alarm], language: Language) -> str:
    """Return the names of the checks that raised alarms, each once.

    Parameters
    ----------
    alarms
        The alarms, in any order.
    language
        The language to translate to.
    """
    checks = dict.fromkeys(alarm.check for alarm in alarms)
    names = [translate(CHECKS[check], language) for check in checks]
    if language == "ja":
        return "、".join(names)
    return ", ".join(name.lower() for name in names)


def name_of(code: str, catalog: Catalog, language: Language) -> str:
    """Return the name of a feature, an activity type, an attribute or a part.

    Parameters
    ----------
    code
        The code; an unknown one stands for itself.
    catalog
        The catalog of the model.
    language
        The language to translate to.
    """
    if code in TERMS:
        return translate(TERMS[code], language)
    for feature in catalog.features:
        if feature.name == code:
            return localized(feature.concept_label, language)
    first, _, rest = code.partition(" ")
    if rest and first in TERMS:
        return f"{translate(TERMS[first], language)} {rest}"
    label = labels(catalog).get(code)
    return code if label is None else localized(label, language)


def population_name(population: str, catalog: Catalog, language: Language) -> str:
    """Return the name of a population: open leads, new leads, or a value of an attribute.

    Parameters
    ----------
    population
        Its code: `open`, `new`, or `attribute=value`.
    catalog
        The catalog of the model.
    language
        The language to translate to.

    Examples
    --------
    >>> from features.catalog.catalog import Vocabulary
    >>> population_name("open", Catalog((), Vocabulary()), "ja")
    '進行中リード'
    """
    if population in TERMS:
        return translate(TERMS[population], language)
    attribute, _, value = population.partition("=")
    name = name_of(attribute, catalog, language)
    return f"{name}: {part_name(attribute, value, catalog, language)}"


def part_name(attribute: str, value: str, catalog: Catalog, language: Language) -> str:
    """Return the words of an attribute's value; months and bands stay as they are.

    Parameters
    ----------
    attribute, value
        Codes; `value` may also be "(other)" or "(missing)".
    catalog
        The catalog of the model.
    language
        The language to translate to.
    """
    label = labels(catalog).get(f"{attribute}={value}")
    if label is None or value in NOT_VALUES:
        return term(value, NOT_VALUES, language)
    return localized(label, language)


def source_name(source: str, language: Language) -> str:
    """Return where the matured predictions come from, in words.

    Parameters
    ----------
    source
        `receipts` or `snapshots`.
    language
        The language to translate to.
    """
    return term(source, _SOURCES, language)
