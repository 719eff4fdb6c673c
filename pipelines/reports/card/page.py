"""The card as one self-contained HTML page, in one language.

Decided here: the page is drawn from the card's plain data alone, so it shows nothing that the JSON
does not hold; it stands in the shell of all reports.
"""

from typing import Any, Final

from markupsafe import Markup

from features.feature import Text
from features.views import titles
from features.wording.sentences import Language
from models.charts import Axis, Bin, ChartText, reliability
from pipelines.reports import shell
from pipelines.reports.card.terms import EVIDENCE, VERDICTS
from pipelines.reports.evaluation import calibration_words, own_models, protected
from pipelines.reports.evaluation.cells import metric_interval, metric_value, share
from pipelines.reports.evaluation.terms import METRICS, NOT_VALUES, PREDICTIONS, term
from pipelines.reports.evaluation.terms import VERDICTS as SIGNALS
from pipelines.reports.translation import gettext, translate

STEM: Final = "card"
TILES: Final = ("auc", "lift_at_10", "capture_at_20", "log_loss", "ece")


def page(card: dict[str, Any], language: Language) -> str:
    """Write the card as one HTML page.

    Parameters
    ----------
    card
        The card as plain data.
    language
        The language of all texts.
    """
    labels = card["labels"]
    values = {
        "c": card,
        "heading": shell.heading(card["name"], _target(card), language),
        "metric": lambda name: translate(METRICS[name], language),
        "prediction": lambda name: term(name, PREDICTIONS, language),
        "view": lambda name: _view_title(name, language),
        "verdict_of": lambda name: term(name, VERDICTS, language),
        "evidence": term(card["features"]["evidence"], EVIDENCE, language),
        "signal": translate(SIGNALS[card["verdict"]], language),
        "label": lambda name: _label(card, name, language),
        "ground": lambda why: _ground(why, language),
        "value": lambda attribute, name: _value(card, attribute, name, language),
        "metric_value": metric_value,
        "metric_interval": metric_interval,
        "share": share,
        "tiles": TILES,
        "protected": protected.section(card["protected"], labels, language),
        "own_models": own_models.section(card.get("own_models"), labels, language),
        "calibration": calibration_words.sentences(card["calibration"].get("verdict"), language),
        "reliability": Markup(_reliability(card, language)),  # noqa: S704 (charts escape their texts)
    }
    return shell.page("card.html.j2", language, STEM, values)


def _target(card: dict[str, Any]) -> Text | None:
    """Return what people call the target; None where there is only one."""
    label = card["target"].get("label")
    return None if label is None else Text(label["en"], label["ja"])


def _view_title(name: str, language: Language) -> str:
    """Return the title of a feature view; a view of another version stands by its name."""
    title = titles().get(name)
    return name if title is None else str(getattr(title, language))


def _label(card: dict[str, Any], name: str, language: Language) -> str:
    words = card["labels"].get(name)
    return str(words[language]) if words else name


def _ground(why: str | dict[str, str], language: Language) -> str:
    """Return why a column is not used; cards of earlier versions hold one text."""
    return why if isinstance(why, str) else why[language]


def _value(card: dict[str, Any], attribute: str, name: str, language: Language) -> str:
    words = card["labels"].get(f"{attribute}={name}")
    return str(words[language]) if words else term(name, NOT_VALUES, language)


def _reliability(card: dict[str, Any], language: Language) -> str:
    keys = ("given", "converted", "low", "high", "rows")
    bins = [Bin(*(one[key] for key in keys)) for one in card["calibration"]["bins"]]
    if not bins:
        return ""
    most = min(max([0.01, *(max(b.predicted, b.converted) for b in bins)]) * 1.12, 1.0)
    x = Axis(gettext("Probability given", language), 0, most, "percent")
    y = Axis(gettext("Share that converted", language), 0, most, "percent")
    summary = "; ".join(f"{100 * b.predicted:.1f} % → {100 * b.converted:.1f} %" for b in bins)
    words = ChartText(
        f"card-reliability-{language}",
        gettext("Of those given p, how many converted", language),
        summary,
    )
    return reliability(words, x, y, bins, gettext("perfect", language))
