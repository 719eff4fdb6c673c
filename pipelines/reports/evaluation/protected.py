"""Protected groups as a section of the report and of the card: compared, and their proxies named.

Decided here: drawn from plain data, so that both pages show the same; without protected attributes
there is no section.
"""

from typing import Any

from markupsafe import Markup

from features.wording.sentences import Language
from pipelines.reports import shell
from pipelines.reports.evaluation.cells import metric_interval, metric_value, share
from pipelines.reports.evaluation.terms import NOT_VALUES, term


def section(attributes: list[dict[str, Any]], labels: dict[str, Any], language: Language) -> Markup:
    """Write the section.

    Parameters
    ----------
    attributes
        `Evaluation.protected` as plain data: one item a protected attribute.
    labels
        Code -> words in both languages, as plain data.
    language
        The language of all texts.
    """
    if not attributes:
        return Markup()
    return shell.section(
        "protected.html.j2",
        language,
        {
            "attributes": attributes,
            "label": lambda code: labels[code][language] if code in labels else code,
            "group": lambda name: term(name, NOT_VALUES, language),
            "share": share,
            "metric_value": metric_value,
            "metric_interval": metric_interval,
            "gap": lambda value: f"{100 * value:+.2f} pt",
        },
    )
