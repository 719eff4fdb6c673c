"""Replay: an old answer is computed again by the model that gave it, and compared.

Decided here: equal means equal bytes. A difference is a defect of ours and says so; it is never
papered over by handing out the old bytes.
"""

import msgspec

from features.errors import Fault
from features.wording.sentences import Language
from serve.errors import Erased, ReplayDiffers
from serve.scoring.loaded_model import Loaded
from serve.store.leads.history import Histories
from serve.wire.bodies import ScoreBody, asked_of, read
from serve.wire.question import Question
from serve.wire.receipt import Scoring
from serve.wire.records import Asked
from serve.wire.responses import ScoreAnswer


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
