"""The verdict of a test in shadow, in sentences and as JSON; the card quotes the first."""

from typing import Any, Final

from features.wording.sentences import Language
from features.wording.translation import LANGUAGES, Message, mark
from models.evaluation.paired_trial import Trial
from models.worth.verdict import Shown
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.translation import number, translate

SHOWN: Final[dict[Shown, Message]] = {
    "more": mark(
        "\u201c%(second)s\u201d predicts live leads better than \u201c%(first)s\u201d: log loss "
        "lower by %(gain)s (%(low)s to %(high)s) on %(leads)s leads."
    ),
    "fewer": mark(
        "\u201c%(second)s\u201d predicts live leads worse than \u201c%(first)s\u201d: log loss "
        "lower by %(gain)s (%(low)s to %(high)s) on %(leads)s leads."
    ),
    "not_shown": mark(
        "Not shown yet whether \u201c%(second)s\u201d or \u201c%(first)s\u201d predicts live leads "
        "better: log loss lower by %(gain)s (%(low)s to %(high)s) on %(leads)s leads."
    ),
    "too_few": mark(
        "Too little to say about \u201c%(second)s\u201d and \u201c%(first)s\u201d on live leads: "
        "%(leads)s have matured."
    ),
}


def facts(
    trial: Trial, declared: dict[str, Any], shown: Shown, *, complete: bool
) -> dict[str, Any]:
    """Return what is written about the test.

    Parameters
    ----------
    trial
        Challenger and champion on the same leads.
    declared
        The declaration as plain data.
    shown
        The verdict.
    complete
        Whether the declared time and the last horizon are over.
    """
    return {
        "name": declared["name"],
        "question": declared["question"],
        "shown": shown,
        "complete": complete,
        "verdict": {one: sentence(trial, declared, shown, one) for one in LANGUAGES},
        "sentences": [sentence(trial, declared, shown, "en")],
        "result": plain(trial),
    }


def sentence(trial: Trial, declared: dict[str, Any], shown: Shown, language: Language) -> str:
    """Return the verdict in a sentence.

    Parameters
    ----------
    trial, declared, shown
        As in `facts`.
    language
        The language to translate to.
    """
    ends = {"gain": trial.gain.value, "low": trial.gain.low, "high": trial.gain.high}
    return translate(
        SHOWN[shown],
        language,
        first=declared["first"],
        second=declared["second"],
        leads=number(trial.leads, language),
        **{name: f"{end:+.4f}".replace("-", "−") for name, end in ends.items()},
    )
