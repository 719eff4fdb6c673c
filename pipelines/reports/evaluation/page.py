"""The page: one HTML file that holds everything, in one language.

Decided here: the page has no script, loads nothing, and shows no figure that is not in the JSON:
every headline cell names its place there (`data-key`).
"""

from typing import Any

from markupsafe import Markup

from models.evaluation.evaluation import Evaluation
from pipelines.reports.evaluation import cells, own_models, protected
from pipelines.reports.evaluation.figures import figures, part_title, parts
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.evaluation.words import METRICS, VERDICTS, Language, phrase, say
from pipelines.reports.templating import looks, template

_CAPTIONS = {
    "gain": "gain", "lift": "lift", "compare": "compare_auc", "roc": "roc",
    "precision_recall": "pr", "reliability": "reliability", "spread": "spread",
}  # fmt: skip


def page(evaluation: Evaluation, language: Language, name: str, about: str = "") -> str:
    """Write the report as one HTML page.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all words.
    name, about
        What was evaluated; a line on how (version, revision).
    """
    drawn = figures(evaluation, language)
    labels = plain(dict(evaluation.labels))
    text: str = template("pipelines.reports.evaluation", "report.html.j2").render(
        language=language,
        name=name,
        about=about,
        css=Markup(looks()),  # noqa: S704 (our own file)
        e=evaluation,
        t=lambda key, **values: phrase(key, language, **values),
        metric=lambda metric: say(METRICS[metric], language),
        metrics=list(METRICS),
        verdict=say(VERDICTS[evaluation.verdict], language),
        tested=cells.tested(evaluation, language),
        tiles=cells.tiles(evaluation, language),
        comparison=cells.comparison(evaluation, language),
        calibration=cells.calibration(evaluation, language),
        parts=_parts(evaluation, language),
        singles=cells.singles(evaluation, language),
        splits=cells.splits(evaluation, language),
        protected=protected.section(plain(evaluation.protected), labels, language),
        own_models=own_models.section(plain(evaluation.own_models), labels, language),
        has=lambda key: key in drawn,
        figure=_figure(drawn, evaluation, language),
    )
    return text


def _parts(evaluation: Evaluation, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "title": part_title(evaluation, key, language),
            "rows": cells.groups(evaluation, key, language),
        }
        for key, told in parts(evaluation).items()
        if told
    ]


def _figure(drawn: dict[str, str], evaluation: Evaluation, language: Language) -> Any:
    def show(key: str, *, caption: bool = True) -> Markup:
        if key not in drawn:
            return Markup()
        words = ""
        if caption:
            words = (
                phrase(_CAPTIONS[key], language)
                if key in _CAPTIONS
                else part_title(evaluation, key.removeprefix("by_"), language)
            )
        title = Markup("<figcaption>{}</figcaption>").format(words) if words else Markup()
        svg = Markup(drawn[key])  # noqa: S704 (the charts escape their words)
        return Markup('<figure id="figure-{}">{}{}</figure>').format(key, title, svg)

    return show
