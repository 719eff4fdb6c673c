"""The probabilities of accounts, as a section of the report; none without accounts."""

from typing import Any

from markupsafe import Markup

from features.wording.sentences import Language
from pipelines.reports import shell
from pipelines.reports.evaluation.cells import metric_text, share


def section(accounts: dict[str, Any] | None, language: Language) -> Markup:
    """Write the section.

    Parameters
    ----------
    accounts
        `Evaluation.accounts` as plain data; None without.
    language
        The language of all texts.
    """
    if not accounts:
        return Markup()
    values = {
        "a": accounts,
        "share": share,
        "loss": lambda value: metric_text("log_loss", value),
        "plain": lambda value: f"{value:.3g}",
    }
    return shell.section("accounts.html.j2", language, values)
