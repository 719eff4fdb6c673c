"""From a request to an answer: one path for request bodies, stored leads and replays.

Decided here: a loaded model never changes, so many threads may use it; it reads no store and no
clock. Names that the model does not know are counted in the answer.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from functools import lru_cache
from math import isnan
from typing import Final

import numpy as np
from msgspec import UNSET, structs

from features.build import CompiledCatalog
from features.encoders.from_columns import ColumnEncoder
from features.encoders.from_records import LeadEncoder
from features.encoders.moments import moment_of
from features.kernel.inputs import Matrix, Rows
from features.reading.normalize import folded
from features.records.histories import Histories
from features.records.lead_columns import StoredColumns
from features.records.rows import make_rows
from features.wording.sentences import Language
from models.artifact.artifact import Artifact
from models.contact.known_effects import ContactColumns
from models.contact.ranked_by import ranked_by
from models.explain.reasons import in_words
from models.model.reference import BANDS
from models.model.settings import BandSettings
from models.scoring.lead_score import LeadScore, SelectedReason
from models.scoring.scorer import Scorer
from serve.scoring.drift import Drift
from serve.scoring.feature_fingerprint import FeatureFingerprint
from serve.scoring.inputs.missing_features import may_lack, missing_of
from serve.scoring.inputs.own_columns import OwnColumns
from serve.scoring.inputs.undone_wins import standing_columns, standing_request
from serve.scoring.inputs.unknown_names import UnknownNames
from serve.wire.bodies import ScoreBody, read, request_from_body, request_from_bytes
from serve.wire.curve import CurveBody, curve_of
from serve.wire.raw_values import with_reading
from serve.wire.records import (
    Activity,
    CodedScoreRequest,
    DecodedRequest,
    Lead,
    LeadHistory,
    Outcome,
    ScoreRequest,
)
from serve.wire.responses import ModelBody, ReasonBody, ScoreAnswer, Unknown
from serve.wire.stored_request import AnyRequest, StoredRequest
from serve.wire.targets import DEFAULT, target_field
from serve.wire.team.band_limits import BandLimits

_SENTENCES: Final = 65_536
_WARM_ROUNDS: Final = 3
_WARM_BODY: Final = (
    b'{"lead_id": "warm", "created_at": "2026-01-01T00:00:00Z", "activities": [{"activity_type":'
    b' "call", "occurred_at": "2026-01-01T00:00:00Z", "actor": "warm"}]}'
)
_NAN: Final = float("nan")
"""One object for all missing values: cached sentences are matched by it, as NaN equals no NaN."""


class LoadedModel:
    """A model ready to answer.

    Parameters
    ----------
    artifact
        The model with all that belongs to it.
    version
        Its number in the registry, if it has one.
    target
        The target for which it answers; empty is the default.
    features_dir
        Where the functions of own features lie; empty serves none.

    Attributes
    ----------
    own
        The own features that can be computed.
    limits_id
        The limits of the bands that people set; none means those of the artifact.
    ranked_by
        By what its leads are ranked.
    """

    def __init__(
        self,
        artifact: Artifact,
        version: int | None = None,
        target: str = DEFAULT,
        features_dir: str = "",
    ) -> None:
        self.artifact = artifact
        self.version = version
        self.target = target
        self.target_field = target_field(target)
        self.fingerprint = artifact.fingerprint
        self.limits_id: int | None = None
        self.scorer = Scorer(artifact)
        self.reading = artifact.reading
        self._encoder = LeadEncoder(artifact.catalog.vocabulary, artifact.reading)
        self._unknown_names = UnknownNames(self._encoder.book)
        self._columns = ColumnEncoder(artifact.catalog.vocabulary, artifact.reading)
        self._compiled = CompiledCatalog(artifact.catalog)
        self.drift = Drift(artifact)
        self._model_body = ModelBody(version, self.fingerprint)
        self._horizon: float | None = artifact.about.get("horizon_days")
        self._evidence = artifact.model.evidence_level
        self._names = artifact.catalog.names
        self.own = OwnColumns(artifact.catalog, features_dir)
        self._may_lack = may_lack(artifact)
        self.ranked_by = ranked_by(artifact.about, artifact.contact)
        part = artifact.contact
        self._contact = None if part is None else part.on(artifact.catalog)
        self._approximate = UNSET if self.scorer.explainer.exact else True
        self._feature_fingerprint = FeatureFingerprint(artifact.catalog)
        self._labels: dict[Language, list[str]] = {
            "en": [label.en for label in self.scorer.concepts.labels],
            "ja": [label.ja for label in self.scorer.concepts.labels],
        }
        self.sentence = lru_cache(_SENTENCES)(self._render_sentence)

    def with_limits(self, limits: BandLimits | None) -> "LoadedModel":
        """Return the same model with other limits of its bands; none means its own.

        Parameters
        ----------
        limits
            As people set them.
        """
        if limits is None or limits.by is None:
            return self
        other = copy(self)
        other.scorer = self.scorer.with_bands(BandSettings(limits.hot, limits.warm), limits.by)
        other.artifact = other.scorer.artifact
        other.limits_id = limits.limits_id
        return other

    def values(
        self,
        request: AnyRequest,
        cutoffs: Sequence[datetime] | None = None,
    ) -> Matrix:
        """Compute the features of the requested lead.

        Parameters
        ----------
        request
            The request.
        cutoffs
            The moments; missing means the request's own cutoff.

        Returns
        -------
        Shape (cutoffs, features), float32.
        """
        moments = np.array([moment_of(at) for at in cutoffs or (request.cutoff,)], np.int64)
        request = standing_request(request, self.reading)
        if isinstance(request, StoredRequest):
            lead = np.full(moments.size, request.number, np.int32)
            return self.values_of(self._encoded(request.columns), make_rows(lead, moments))
        if isinstance(request, CodedScoreRequest):
            coded = self._encoder.coded_with_activities(request, request.account)
            return self._compiled.values_of(coded, 0, moments)
        coded = self._encoder.coded(request.histories, request.account)
        values = self._compiled.values_of(coded, _number(request.histories), moments)
        if self.own:
            self.own.fill_lead(request.histories[0], self._columns, moments, values)
        return values

    def request_from_bytes(self, body: bytes, now: datetime) -> DecodedRequest:
        """Read a score request from a body, coded for this model.

        Parameters
        ----------
        body
            JSON, as sent.
        now
            When it was received.

        Raises
        ------
        BadBody
            If it cannot be used.
        """
        if self.own:  # their functions read the records
            return self.decoded_request(body, now)
        coded = self._encoder.written.coded
        return with_reading(lambda sent: request_from_bytes(sent, now, coded), body, self.reading)

    def decoded_request(self, body: bytes, now: datetime) -> ScoreRequest:
        """Read a score request from a body, with every record.

        Parameters
        ----------
        body
            JSON, as sent.
        now
            When it was received.

        Raises
        ------
        BadBody
            As `request_from_bytes`.
        """
        return with_reading(
            lambda sent: request_from_body(read(ScoreBody, sent), now), body, self.reading
        )

    def encoded(self, columns: StoredColumns, cutoff: int) -> Histories:
        """Return the coded histories of stored leads.

        Parameters
        ----------
        columns
            Their records.
        cutoff
            The moment, in microseconds; a win counts as undone if that was known before it.
        """
        return self._encoded(standing_columns(columns, cutoff, self.reading))

    def _encoded(self, columns: StoredColumns) -> Histories:
        histories = self._columns.encode(columns)
        return self.own.sourced(histories, columns, self._columns) if self.own else histories

    def values_of(self, histories: Histories, rows: Rows) -> Matrix:
        """Compute the features of many rows.

        Parameters
        ----------
        histories
            Coded leads.
        rows
            A lead and a cutoff each.

        Returns
        -------
        Shape (rows, features), float32.
        """
        values = self._compiled.values(histories, rows)
        if self.own:
            self.own.fill(histories, rows, values)
        return values

    def contact_effects(self, values: Matrix) -> ContactColumns | None:
        """Return what a contact adds to leads; None if that is not known.

        Parameters
        ----------
        values
            Their features, shape (rows, features).
        """
        return None if self._contact is None else self._contact.of(values)

    def answer(
        self,
        request: AnyRequest,
        language: Language,
        receipt_id: str,
        *,
        counted: bool = False,
    ) -> ScoreAnswer:
        """Score the requested lead and explain the score.

        Parameters
        ----------
        request
            The request.
        language
            Of the sentences.
        receipt_id
            The id under which the answer is logged.
        counted
            Whether `serve.scoring.drift` counts its features; not those of a replay.
        """
        values = self.values(request)
        if counted:
            self.drift.see(values)
        return self.response(request, values, self.scorer.score_lead(values), language, receipt_id)

    def response(
        self,
        request: AnyRequest,
        values: Matrix,
        score: LeadScore,
        language: Language,
        receipt_id: str,
    ) -> ScoreAnswer:
        """Write the answer for the requested lead.

        Parameters
        ----------
        request
            The request.
        values
            Its features, shape (1, features).
        score
            What the scorer computed of them.
        language
            Of the sentences.
        receipt_id
            The id under which the answer is logged.
        """
        lead_id, unknown = self.unknown_names(request)
        answer = ScoreAnswer(
            receipt_id=receipt_id,
            lead_id=lead_id,
            probability=score.probability,
            probability_low=score.probability_low,
            probability_high=score.probability_high,
            sufficient_evidence=score.sufficient,
            score=score.score,
            band=BANDS[score.band_code],
            horizon_days=self._horizon,
            base_probability=score.base_probability,
            reasons=self.reason_bodies(score.reasons, language),
            remainder=score.remainder,
            evidence=self._evidence,
            cutoff=request.cutoff,
            model=self._model_body,
            unknown=unknown,
            language=language,
            feature_sha256=self._feature_fingerprint.of(values[0]),
            target=self.target_field,
            curve=self.curve_of(score.probability) if request.curve else UNSET,
            missing_features=missing_of(self._may_lack, values[0]) if self._may_lack else UNSET,
            approximate_reasons=self._approximate,
        )
        if self._contact is None:
            return answer
        return structs.replace(answer, **self._contact.of(values).row(0))

    def unknown_names(self, request: AnyRequest) -> tuple[str, Unknown]:
        """Return the folded id of the requested lead, and the names that the model lacks."""
        return self._unknown_names.of(request)

    def curve_of(self, probability: float) -> CurveBody | None:
        """Compute the conversion curve of a lead; None if the model has none."""
        return curve_of(self.artifact.model, probability)

    def warm(self) -> None:
        """Answer a made-up request, so that all that is compiled or cached once is ready."""
        at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        later = datetime.fromisoformat("2026-02-01T00:00:00+00:00")
        lead = Lead(lead_id="warm", created_at=at)
        done = [Activity(activity_type=name, occurred_at=at) for name in ("call", *self.types[:2])]
        deals = [Outcome(outcome="opened", occurred_at=at)]
        decoded = ScoreRequest(
            histories=[LeadHistory(lead=lead, activities=done, outcomes=deals)], cutoff=later
        )
        coded = self.request_from_bytes(_WARM_BODY, later)
        for request in (decoded, coded) * _WARM_ROUNDS:
            self.answer(request, "en", "")

    @property
    def types(self) -> tuple[str, ...]:
        """The activity types that the model knows."""
        return self.artifact.catalog.vocabulary.activity_types

    def reason_bodies(
        self, reasons: Sequence[SelectedReason], language: Language
    ) -> list[ReasonBody]:
        """Write reasons as they stand in an answer, with their sentences.

        Parameters
        ----------
        reasons
            As the scorer selected them.
        language
            Of the sentences.
        """
        codes, labels, names = self.scorer.concepts.codes, self._labels[language], self._names
        return [
            ReasonBody(
                codes[concept],
                labels[concept],
                self.sentence(feature, _NAN if isnan(value) else value, language),
                100.0 * contribution,
                contribution,
                names[feature],
                leads,
                converted_leads,
            )
            for concept, feature, value, contribution, leads, converted_leads in reasons
        ]

    def _render_sentence(self, feature: int, value: float, language: Language) -> str:
        return in_words((self.artifact.catalog, self.scorer.concepts), feature, value, language)


def _number(histories: Sequence[LeadHistory]) -> int:
    """Return the number of the first lead among all, which are numbered by id."""
    if len(histories) == 1:
        return 0
    first, *others = (folded(one.lead.lead_id) for one in histories)
    return sum(other < first for other in others)
