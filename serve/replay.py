"""Replay: an old answer is computed again by the model that gave it, and compared.

Decided here: equal means equal bytes. A difference is a defect of ours and says so; it is never
papered over by handing out the old bytes.
"""

import msgspec

from features.errors import ArtifactError, Fault
from features.phrases import Language
from serve.bodies import ScoreBody, asked_of, read
from serve.scoring import Loaded
from serve.scorings import Scoring


class ReplayDiffers(ArtifactError):
    """The answer computed again is not the one that was given."""


def replay(scoring: Scoring, loaded: Loaded) -> bytes:
    """Give the bytes of the answer, computed again.

    Raises
    ------
    ReplayDiffers
        If they are not the bytes that were sent.
    """
    if scoring.input is None:
        raise ReplayDiffers([Fault("a receipt without its question", "the question", "report it")])
    language: Language = "ja" if scoring.language == "ja" else "en"
    body = read(ScoreBody, scoring.input)
    asked = asked_of(body, scoring.at)
    again = msgspec.json.encode(loaded.answer(asked, language, scoring.receipt_id))
    if again != scoring.answer:
        raise ReplayDiffers(
            [Fault("other bytes than were sent", "the same bytes", "report it, with the receipt")]
        )
    return again
