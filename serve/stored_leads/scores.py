"""Score a stored lead now, for the API and for its page.

Decided here: every score that is shown has a receipt, which is logged first.
"""

from typing import NamedTuple

import msgspec

from features.wording.sentences import Language
from serve.http.app_context import AppContext
from serve.scoring.loaded_model import LoadedModel
from serve.wire.receipt import Scoring, receipt_id
from serve.wire.records import ScoreRequest
from serve.wire.responses import ScoreAnswer
from serve.wire.stored_request import AnyRequest


class ScoredLead(NamedTuple):
    """The request, the answer, and the scoring to be logged."""

    request: ScoreRequest
    answer: ScoreAnswer
    scoring: Scoring


def score_stored(
    parts: AppContext, loaded: LoadedModel, lead_id: str, language: Language, asker: str | None
) -> ScoredLead:
    """Score a stored lead now; the caller logs the scoring.

    Parameters
    ----------
    parts
        The context of the server.
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
        If it is not stored, or is created later than now.
    """
    now, begun = parts.now(), parts.receipts.erasures
    request, revisions = parts.store.histories.request(lead_id, now)
    answer, scoring = _scored(parts, loaded, request, (language, asker))
    return ScoredLead(request, answer, _read_from(scoring, revisions, begun))


def score_stored_columns(
    parts: AppContext, loaded: LoadedModel, lead_id: str, language: Language, asker: str | None
) -> Scoring:
    """Score a stored lead now, without its records: they are read in columns, which is faster.

    Parameters and errors are those of `score_stored`.
    """
    begun = parts.receipts.erasures
    request, revisions = parts.store.histories.question(lead_id, parts.now())
    _, scoring = _scored(parts, loaded, request, (language, asker))
    return _read_from(scoring, revisions, begun)


def _read_from(scoring: Scoring, revisions: dict[str, int], begun: int) -> Scoring:
    return msgspec.structs.replace(scoring, revisions=revisions, erasures=begun)


def _scored(
    parts: AppContext,
    loaded: LoadedModel,
    request: AnyRequest,
    reader: tuple[Language, str | None],
) -> tuple[ScoreAnswer, Scoring]:
    now, (language, asker) = request.cutoff, reader
    answer = loaded.answer(request, language, receipt_id(now), counted=True)
    parts.metrics.scored(answer)
    scoring = Scoring(
        receipt_id=answer.receipt_id,
        at=now,
        lead_id=answer.lead_id,
        key_id=asker,
        kind="stored",
        target=loaded.target,
        model_version=loaded.version,
        model_fingerprint=loaded.fingerprint,
        cutoff=now,
        feature_sha256=answer.feature_sha256,
        language=language,
        input=None,
        revisions=None,
        answer=msgspec.json.encode(answer),
        limits_id=loaded.limits_id,
    )
    return answer, scoring
