"""Replay: compute an old answer again with its model, and compare.

Decided here: equal means equal bytes. A difference is a defect of the server and is reported as
one; the logged bytes are never returned in its place.
"""

from typing import Final

import msgspec

from features.errors import Fault
from features.wording.sentences import Language
from serve.errors import BadBody, PersonErased, ReplayDiffers
from serve.scoring.loaded_model import LoadedModel
from serve.store.leads.history import HistoryReader
from serve.wire.bodies import ScoreBody
from serve.wire.receipt import Scoring
from serve.wire.records import ScoreRequest
from serve.wire.responses import ScoreAnswer
from serve.wire.stored_request import AnyRequest
from serve.wire.unknown_fields import without_unknown

_DO: Final = "report it, with the receipt"


def replay(scoring: Scoring, loaded: LoadedModel, histories: HistoryReader) -> bytes:
    """Return the bytes of an answer, computed again.

    Parameters
    ----------
    scoring
        What was logged.
    loaded
        The model that answered.
    histories
        Reads a stored lead again, as of the revisions of that moment.

    Raises
    ------
    PersonErased
        If a person whose data it used was erased.
    ReplayDiffers
        If the bytes differ from those that were sent.
    """
    again = msgspec.json.encode(answered(scoring, loaded, histories))
    if again != scoring.answer:
        faults = [Fault("other bytes than were sent", "the same bytes", _DO)]
        if loaded.own.unserved:
            observed = f"own features not computed: {', '.join(loaded.own.unserved)}"
            do = "restore the files in MIKOMI_FEATURES_DIR"
            faults.append(Fault(observed, "the files that the model was trained with", do))
        raise ReplayDiffers(faults)
    return again


def logged_request(scoring: Scoring, loaded: LoadedModel, histories: HistoryReader) -> ScoreRequest:
    """Return the records of a logged answer, as of its moment.

    Parameters and errors are those of `answered`.
    """
    _check_not_erased(scoring)
    if scoring.input is not None:
        return _decoded(scoring.input, scoring, loaded)
    return histories.request(scoring.lead_id, scoring.cutoff, scoring.revisions)[0]


def _decoded(body: bytes, scoring: Scoring, loaded: LoadedModel) -> ScoreRequest:
    """Decode a logged body; one of an earlier version may have fields that are refused now."""
    try:
        return loaded.decoded_request(body, scoring.at)
    except BadBody:
        return loaded.decoded_request(without_unknown(ScoreBody, body), scoring.at)


def _check_not_erased(scoring: Scoring) -> None:
    if scoring.input is None and scoring.revisions is None:
        raise PersonErased(
            [Fault("another of its account was erased", "all that was read", "read the receipt")]
        )


def answered(scoring: Scoring, loaded: LoadedModel, histories: HistoryReader) -> ScoreAnswer:
    """Answer a logged request again, with the same model or another.

    Parameters
    ----------
    scoring
        What was logged.
    loaded
        The model.
    histories
        Reads a stored lead again, as of the revisions of that moment.

    Raises
    ------
    PersonErased
        If a person whose data it used was erased.
    """
    language: Language = "ja" if scoring.language == "ja" else "en"
    _check_not_erased(scoring)
    if scoring.input is not None:
        request: AnyRequest = _decoded(scoring.input, scoring, loaded)
    else:
        request, _ = histories.question(scoring.lead_id, scoring.cutoff, scoring.revisions)
    return loaded.answer(request, language, scoring.receipt_id)
