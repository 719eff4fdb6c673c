"""The words of a back-test's streams: by which method, and how often trained again."""

from features.wording.sentences import Language
from models.lifecycle.backtest import Stream
from pipelines.reports.evaluation.terms import PREDICTIONS, term
from pipelines.reports.translation import gettext, pgettext


def cadence_text(cadence: float, language: Language) -> str:
    """Return how often a model is trained.

    Parameters
    ----------
    cadence
        Days between two trainings; 0 means once.
    language
        The language to translate to.

    Examples
    --------
    >>> cadence_text(28.0, "en"), cadence_text(0.0, "en"), cadence_text(7.0, "ja")
    ('every 28 days', 'once', '7日ごとに')
    """
    if not cadence:
        return gettext("once", language)
    return pgettext("trained", "every %(days)s days", language, days=f"{cadence:g}")


def training_text(stream: Stream, language: Language) -> str:
    """Return how a stream was trained.

    Parameters
    ----------
    stream
        The stream.
    language
        The language to translate to.

    Examples
    --------
    >>> training_text(Stream("mikomi", 0.0, recalibrated=True), "en")
    'trained once, recalibrated'
    >>> training_text(Stream("mikomi", 28.0), "ja")
    '28日ごとに学習'
    """
    cadence = cadence_text(stream.cadence, language)
    if stream.recalibrated:
        return gettext("trained %(cadence)s, recalibrated", language, cadence=cadence)
    return gettext("trained %(cadence)s", language, cadence=cadence)


def method_name(stream: Stream, language: Language) -> str:
    """Return the name of a stream's method.

    Parameters
    ----------
    stream
        The stream.
    language
        The language to translate to.
    """
    return term(stream.method, PREDICTIONS, language)
