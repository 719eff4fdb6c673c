"""The card as one self-contained HTML page, in one language.

Decided here: the page is drawn from the card's plain data alone, so it shows nothing that the JSON
does not hold; it has the report's looks, no script, and loads nothing.
"""

from typing import Any, Final

from markupsafe import Markup

from models.charts import Axis, Bin, Words, reliability
from pipelines.reports.card.words import EVIDENCE, VERDICTS, VIEWS, phrase
from pipelines.reports.evaluation import own_models, protected
from pipelines.reports.evaluation.cells import NOTHING, share, written
from pipelines.reports.evaluation.words import (
    METRICS,
    NOT_VALUES,
    PREDICTIONS,
    Language,
    named,
    say,
)
from pipelines.reports.evaluation.words import VERDICTS as SIGNALS
from pipelines.reports.templating import looks, template

TILES: Final = ("auc", "lift_at_10", "capture_at_20", "log_loss", "ece")


def page(card: dict[str, Any], language: Language) -> str:
    """Write the card as one HTML page."""
    text: str = template("pipelines.reports.card", "card.html.j2").render(
        language=language,
        c=card,
        css=Markup(looks("pipelines.reports.card", "card.css")),  # noqa: S704 (our own files)
        t=lambda key, **values: phrase(key, language, **values),
        metric=lambda name: say(METRICS[name], language),
        prediction=lambda name: named(name, PREDICTIONS, language),
        view=lambda name: named(name, VIEWS, language),
        answer=lambda name: named(name, VERDICTS, language),
        evidence=named(card["features"]["evidence"], EVIDENCE, language),
        signal=say(SIGNALS[card["verdict"]], language),
        label=lambda name: _label(card, name, language),
        ground=lambda why: _ground(why, language),
        value=lambda attribute, name: _value(card, attribute, name, language),
        number=_number,
        interval=_interval,
        share=share,
        tiles=TILES,
        protected=protected.section(card["protected"], card["labels"], language),
        own_models=own_models.section(card.get("own_models"), card["labels"], language),
        reliability=Markup(_reliability(card, language)),  # noqa: S704 (charts escape their words)
    )
    return text


def _label(card: dict[str, Any], name: str, language: Language) -> str:
    words = card["labels"].get(name)
    return str(words[language]) if words else name


def _ground(why: str | dict[str, str], language: Language) -> str:
    """Say why a column is not used; cards of earlier versions say it in plain words."""
    return why if isinstance(why, str) else why[language]


def _value(card: dict[str, Any], attribute: str, name: str, language: Language) -> str:
    words = card["labels"].get(f"{attribute}={name}")
    return str(words[language]) if words else named(name, NOT_VALUES, language)


def _number(metric: str, told: dict[str, Any]) -> str:
    value = told["value"]
    return NOTHING if value is None else written(metric, value)


def _interval(metric: str, told: dict[str, Any]) -> str:
    if told["low"] is None or told["high"] is None:
        return ""
    return f"{written(metric, told['low'])} – {written(metric, told['high'])}"


def _reliability(card: dict[str, Any], language: Language) -> str:
    kept = ("given", "converted", "low", "high", "rows")
    bins = [Bin(**{key: one[key] for key in kept}) for one in card["calibration"]["bins"]]
    if not bins:
        return ""
    most = min(max([0.01, *(max(b.given, b.converted) for b in bins)]) * 1.12, 1.0)
    x = Axis(phrase("given", language), 0, most, "percent")
    y = Axis(phrase("converted", language), 0, most, "percent")
    told = "; ".join(f"{100 * b.given:.1f} % → {100 * b.converted:.1f} %" for b in bins)
    words = Words(f"card-reliability-{language}", phrase("reliability", language), told)
    return reliability(words, x, y, bins, phrase("perfect", language))
