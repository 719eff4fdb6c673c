"""A kept lead, scored at the moment of asking: for the API and for its page alike.

Decided here: whoever sees a score has a receipt of it; it is logged before it is shown.
"""

from typing import NamedTuple

import msgspec

from features.wording.sentences import Language
from serve.http.app_context import Parts
from serve.scoring.loaded_model import Loaded
from serve.wire.question import Question
from serve.wire.receipt import Scoring, receipt_id
from serve.wire.records import Asked
from serve.wire.responses import ScoreAnswer


class Scored(NamedTuple):
    """The question, the answer, and what is to be logged of them."""

    asked: Asked
    answer: ScoreAnswer
    scoring: Scoring


def score_kept(
    parts: Parts, loaded: Loaded, lead_id: str, language: Language, asker: str | None
) -> Scored:
    """Score a kept lead now; the caller logs it.

    Parameters
    ----------
    parts
        Of the server.
    loaded
        The model.
    lead_id
        The lead.
    language
        Of the sentences.
    asker
        The id of the key, or `user:` and the id of the user.

    Raises
    ------
    NoLead, NotYet
        If it is not kept, or is created later than now.
    """
    now = parts.now()
    asked, revisions = parts.store.histories.asked(lead_id, now)
    answer, scoring = _scored(parts, loaded, asked, (language, asker))
    return Scored(asked, answer, msgspec.structs.replace(scoring, revisions=revisions))


def score_kept_alone(
    parts: Parts, loaded: Loaded, lead_id: str, language: Language, asker: str | None
) -> Scoring:
    """Do the same where the records are not wanted: they are read in columns, which is quicker."""
    question, revisions = parts.store.histories.question(lead_id, parts.now())
    _, scoring = _scored(parts, loaded, question, (language, asker))
    return msgspec.structs.replace(scoring, revisions=revisions)


def _scored(
    parts: Parts, loaded: Loaded, question: Asked | Question, asked: tuple[Language, str | None]
) -> tuple[ScoreAnswer, Scoring]:
    now, (language, asker) = question.cutoff, asked
    answer = loaded.answer(question, language, receipt_id(now), counted=True)
    parts.metrics.scored(answer)
    scoring = Scoring(
        receipt_id=answer.receipt_id,
        at=now,
        lead_id=answer.lead_id,
        key_id=asker,
        kind="stored",
        model_version=loaded.version,
        model_fingerprint=loaded.fingerprint,
        cutoff=now,
        feature_sha256=answer.feature_sha256,
        language=language,
        input=None,
        revisions=None,
        answer=msgspec.json.encode(answer),
    )
    return answer, scoring
