"""Whether a segment earns a model of its own, as a section of the report and of the card.

Decided here: drawn from plain data, so that both pages show the same; an evaluation without it has
no section. The conclusion stands in a sentence before any figure.
"""

from typing import Any, Final

from markupsafe import Markup

from features.wording.sentences import Language
from pipelines.reports import shell
from pipelines.reports.evaluation.cells import NOTHING, metric_text, share
from pipelines.reports.evaluation.terms import NOT_VALUES, term
from pipelines.reports.translation import gettext, ngettext

_DIGITS: Final = 4


def section(
    own_models: dict[str, Any] | None, labels: dict[str, Any], language: Language
) -> Markup:
    """Write the section.

    Parameters
    ----------
    own_models
        `Evaluation.own_models` as plain data; None: it was not evaluated.
    labels
        Code -> words in both languages, as plain data.
    language
        The language of all texts.
    """
    if own_models is None:
        return Markup()
    return shell.section(
        "own_models.html.j2",
        language,
        {
            "segments": own_models["segments"],
            "verdict": verdict(own_models, labels, language),
            "name": lambda one: segment(one["attribute"], one["value"], labels, language),
            "loss": lambda value: metric_text("log_loss", value),
            "gain": _signed,
        },
    )


def verdict(own_models: dict[str, Any], labels: dict[str, Any], language: Language) -> str:
    """Return the conclusion in a sentence, and what to do.

    Parameters
    ----------
    own_models
        `Evaluation.own_models` as plain data.
    labels
        Code -> words in both languages, as plain data.
    language
        The language to translate to.
    """
    settings, segments = own_models["settings"], own_models["segments"]
    least = share(settings["least_gain"])
    earned = [
        segment(one["attribute"], one["value"], labels, language)
        for one in segments
        if one["earns"]
    ]
    if earned:
        return _some(("、" if language == "ja" else ", ").join(earned), least, language)
    if segments:
        return _none(len(segments), least, language)
    return gettext(
        "No segment has outcomes enough to be asked: %(fewest)s leads that converted and as many "
        "that did not, in what was learned from and in the test. What to do: nothing; every "
        "evaluation asks again.",
        language,
        fewest=settings["min_conversions"],
    )


def _some(earned: str, least: str, language: Language) -> str:
    return gettext(
        "%(earned)s: shown to gain more than %(least)s of the log loss by a model of its own. What "
        "to do: see whether the next evaluation says so too; then train one in a workspace of its "
        "own, whose mapping keeps only these leads (`where`), and compare both on these leads. "
        "Until then the one model answers for them.",
        language,
        earned=earned,
        least=least,
    )


def _none(number: int, least: str, language: Language) -> str:
    return ngettext(
        "The %(num)s segment with outcomes enough does not earn a model of its own: it is not "
        "shown to gain more than %(least)s of its log loss. What to do: keep the one model.",
        "None of the %(num)s segments with outcomes enough earns a model of its own: none is shown "
        "to gain more than %(least)s of its log loss. What to do: keep the one model.",
        number,
        language,
        least=least,
    )


def segment(attribute: str, value: str, labels: dict[str, Any], language: Language) -> str:
    """Name a segment by the words of its attribute and value.

    Parameters
    ----------
    attribute, value
        Codes; `value` may also be "(other)" or "(missing)".
    labels
        Code -> words in both languages, as plain data.
    language
        The language to translate to.

    Examples
    --------
    >>> segment("size", "(other)", {"size": {"en": "Company size", "ja": "規模"}}, "ja")
    '規模 = （その他）'
    """
    known = [labels.get(code, {}).get(language) for code in (attribute, f"{attribute}={value}")]
    return f"{known[0] or attribute} = {known[1] or term(value, NOT_VALUES, language)}"


def _signed(value: float | None) -> str:
    """Write a gain; what rounds to nothing has no minus.

    >>> _signed(-0.00001), _signed(0.0012), _signed(None)
    ('+0.0000', '+0.0012', '–')
    """
    return NOTHING if value is None else f"{round(value, _DIGITS) + 0.0:+.{_DIGITS}f}"
