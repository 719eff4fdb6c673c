"""The page: one HTML file that holds everything, in one language.

Decided here: the page has no script, loads nothing, and shows no figure that is not in the JSON:
every headline cell names its place there (`data-key`).
"""

from typing import Any, Final

from markupsafe import Markup

from features.wording.sentences import Language
from features.wording.translation import mark
from models.evaluation.evaluation import Evaluation
from pipelines.reports import shell
from pipelines.reports.evaluation import accounts, cells, headline, horizons, own_models, protected
from pipelines.reports.evaluation.figures import figures
from pipelines.reports.evaluation.parts import part_title, parts
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.evaluation.terms import METRICS, VERDICTS
from pipelines.reports.translation import translate

STEM: Final = "report"
_CAPTIONS: Final = {
    "gain": mark("Gain"),
    "lift": mark("Lift"),
    "compare": mark("AUC with interval"),
    "roc": mark("ROC"),
    "precision_recall": mark("Precision and recall"),
    "reliability": mark("Reliability"),
    "spread": mark("Spread of the probabilities"),
    "beeswarm": mark(
        "Each point is a snapshot: to the right of zero a concept raised its ranking, to the left "
        "it lowered it. Colour: high or low value; grey: a category, or missing."
    ),
}


def page(
    evaluation: Evaluation, language: Language, name: str, about: str = "", beeswarm: str = ""
) -> str:
    """Write the report as one HTML page.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    name, about
        What was evaluated; a line on how (version, revision).
    beeswarm
        The contributions of every concept to the rows of the test, as SVG; "" for none.
    """
    drawn = figures(evaluation, language)
    if beeswarm:
        drawn["beeswarm"] = beeswarm
    labels = plain(dict(evaluation.labels))
    values = {
        "name": name,
        "about": about,
        "e": evaluation,
        "metric": lambda metric: translate(METRICS[metric], language),
        "metrics": list(METRICS),
        "verdict": translate(VERDICTS[evaluation.verdict], language),
        "tested": headline.tested(evaluation, language),
        "tiles": headline.tiles(evaluation, language),
        "comparison": cells.comparison(evaluation, language),
        "calibration": headline.calibration(evaluation, language),
        "parts": _parts(evaluation, language),
        "singles": cells.singles(evaluation, language),
        "splits": cells.splits(evaluation, language),
        "protected": protected.section(plain(evaluation.protected), labels, language),
        "horizons": horizons.section(plain(evaluation.horizons), language),
        "accounts": accounts.section(plain(evaluation.accounts), language),
        "own_models": own_models.section(plain(evaluation.own_models), labels, language),
        "has": lambda key: key in drawn,
        "figure": lambda key: _figure(drawn, key, evaluation, language),
    }
    return shell.page("evaluation.html.j2", language, STEM, values)


def _parts(evaluation: Evaluation, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "title": part_title(evaluation, key, language),
            "rows": cells.groups(evaluation, key, language),
        }
        for key, groups in parts(evaluation).items()
        if groups
    ]


def _figure(drawn: dict[str, str], key: str, evaluation: Evaluation, language: Language) -> Markup:
    """Return a figure with its caption; nothing where there is nothing to draw."""
    if key not in drawn:
        return Markup()
    caption = ""
    if key in _CAPTIONS:
        caption = translate(_CAPTIONS[key], language)
    elif key.startswith("by_"):
        caption = part_title(evaluation, key.removeprefix("by_"), language)
    return shell.figure(caption, drawn[key], key)
