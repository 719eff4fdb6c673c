"""Replay: an old answer is computed again by the model that gave it, and compared.

Decided here: equal means equal bytes. A difference is a defect of ours and says so; it is never
papered over by handing out the old bytes.
"""

import msgspec

from features.errors import ArtifactError, Fault
from features.phrases import Language
from serve.answers import ScoreAnswer
from serve.bodies import ScoreBody, asked_of, read
from serve.questions import Question
from serve.records import Asked
from serve.scoring import Loaded
from serve.scorings import Scoring
from serve.store.history import Histories
from serve.store.receipts import Erased


class ReplayDiffers(ArtifactError):
    """The answer computed again is not the one that was given."""


def replay(scoring: Scoring, loaded: Loaded, histories: Histories) -> bytes:
    """Give the bytes of the answer, computed again.

    Parameters
    ----------
    scoring
        What was logged.
    loaded
        The model that answered.
    histories
        Where a question about a kept lead is read again, as of the revisions of that moment.

    Raises
    ------
    Erased
        If a person was erased with whom it was computed.
    ReplayDiffers
        If they are not the bytes that were sent.
    """
    again = msgspec.json.encode(answered(scoring, loaded, histories))
    if again != scoring.answer:
        raise ReplayDiffers(
            [Fault("other bytes than were sent", "the same bytes", "report it, with the receipt")]
        )
    return again


def answered(scoring: Scoring, loaded: Loaded, histories: Histories) -> ScoreAnswer:
    """Let a model, the same or another, answer a logged question as it was asked.

    Raises
    ------
    Erased
        If a person was erased with whom it was computed.
    """
    language: Language = "ja" if scoring.language == "ja" else "en"
    if scoring.input is None and scoring.revisions is None:
        raise Erased(
            [Fault("another of its account was erased", "all that was read", "read the receipt")]
        )
    if scoring.input is not None:
        question: Asked | Question = asked_of(read(ScoreBody, scoring.input), scoring.at)
    else:
        question, _ = histories.question(scoring.lead_id, scoring.cutoff, scoring.revisions)
    return loaded.answer(question, language, scoring.receipt_id)
