"""The probabilities of other horizons, as a section of the report; none without a curve."""

from typing import Any

from markupsafe import Markup

from features.wording.sentences import Language
from pipelines.reports import shell
from pipelines.reports.evaluation.cells import metric_text, share


def section(horizons: list[dict[str, Any]], language: Language) -> Markup:
    """Write the section.

    Parameters
    ----------
    horizons
        `Evaluation.horizons` as plain data.
    language
        The language of all texts.
    """
    if not horizons:
        return Markup()
    values = {
        "horizons": horizons,
        "days": lambda value: f"{value:g}",
        "share": share,
        "loss": lambda value: metric_text("log_loss", value),
    }
    return shell.section("horizons.html.j2", language, values)
