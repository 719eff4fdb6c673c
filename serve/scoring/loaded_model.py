"""From records to an answer: the one way, for a body, the store and a replay alike.

Decided here: a loaded model is made once and never changes, so many threads may use it; it reads
no store and no clock. What the model was not taught is counted in the answer.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from math import isnan
from typing import Final

import numpy as np

from features.build import CompiledCatalog
from features.encoders.from_columns import ColumnEncoder
from features.encoders.from_records import LeadEncoder
from features.kernel.inputs import Matrix, Rows
from features.records.histories import Histories
from features.records.lead_columns import ColumnsTold
from features.records.moments import moment_of
from features.records.normalize import folded
from features.records.rows import make_rows
from features.wording.sentences import Language, render
from models.artifact.artifact import Artifact
from models.artifact.fingerprint import FeatureFingerprint
from models.model.reference import BANDS
from models.scoring.lead_score import LeadScore, PickedReason
from models.scoring.scorer import Scorer
from serve.scoring.drift import Drift
from serve.wire.bodies import asked_in
from serve.wire.question import Question, unknown_of
from serve.wire.records import Activity, Asked, Change, Lead, LeadHistory, Outcome, Written
from serve.wire.responses import ModelTold, ReasonTold, ScoreAnswer, Unknown

_SENTENCES: Final = 65_536
_WARM_ROUNDS: Final = 3
_NOTHING_UNKNOWN: Final = Unknown({}, {})
_WARM_BODY: Final = (
    b'{"lead_id": "warm", "created_at": "2026-01-01T00:00:00Z", "activities": [{"activity_type":'
    b' "call", "occurred_at": "2026-01-01T00:00:00Z", "actor": "warm"}]}'
)
_NAN: Final = float("nan")
"""One missing value for all: remembered sentences are found by it, as no other equals itself."""


class Loaded:
    """A model ready to answer.

    Parameters
    ----------
    artifact
        The model with all that belongs to it.
    version
        Its number in the registry, if it has one.
    """

    def __init__(self, artifact: Artifact, version: int | None = None) -> None:
        self.artifact = artifact
        self.version = version
        self.fingerprint = artifact.fingerprint
        self.scorer = Scorer(artifact)
        self._encoder = LeadEncoder(artifact.catalog.vocabulary)
        self._columns = ColumnEncoder(artifact.catalog.vocabulary)
        self._compiled = CompiledCatalog(artifact.catalog)
        self.drift = Drift(artifact)
        self._told = ModelTold(version, self.fingerprint)
        self._horizon: float | None = artifact.about.get("horizon_days")
        self._evidence = artifact.model.evidence_level
        self._names = artifact.catalog.names
        self._feature_fingerprint = FeatureFingerprint(artifact.catalog)
        self._labels: dict[Language, list[str]] = {
            "en": [label.en for label in self.scorer.concepts.labels],
            "ja": [label.ja for label in self.scorer.concepts.labels],
        }
        self.say = lru_cache(_SENTENCES)(self._sentence)

    def values(
        self, asked: Asked | Question | Written, cutoffs: Sequence[datetime] | None = None
    ) -> Matrix:
        """Compute the features of the asked lead: shape (cutoffs, features), float32.

        Parameters
        ----------
        asked
            The question.
        cutoffs
            The moments; missing means the question's own.
        """
        moments = np.array([moment_of(at) for at in cutoffs or (asked.cutoff,)], np.int64)
        if isinstance(asked, Question):
            lead = np.full(moments.size, asked.number, np.int32)
            return self.values_of(self.encoded(asked.told), make_rows(lead, moments))
        if isinstance(asked, Written):
            told = self._encoder.told_of_coded(asked, asked.account)
            return self._compiled.values_of(told, 0, moments)
        told = self._encoder.told(asked.histories, asked.account)
        return self._compiled.values_of(told, _number(asked.histories), moments)

    def asked_in(self, body: bytes, now: datetime) -> Asked | Written:
        """Make the question of a body in the words of this model.

        Raises
        ------
        BadBody
            If it cannot be used.
        """
        return asked_in(body, now, self._encoder.written.coded)

    def encoded(self, told: ColumnsTold) -> Histories:
        """Code what is kept of some leads."""
        return self._columns.encode(told)

    def values_of(self, histories: Histories, rows: Rows) -> Matrix:
        """Compute the features of many rows of coded leads."""
        return self._compiled.values(histories, rows)

    def answer(
        self,
        asked: Asked | Question | Written,
        language: Language,
        receipt_id: str,
        *,
        counted: bool = False,
    ) -> ScoreAnswer:
        """Score the asked lead and say why.

        Parameters
        ----------
        asked
            The question.
        language
            Of the sentences.
        receipt_id
            By which the answer can be asked for again.
        counted
            Whether its features are counted, see `serve.scoring.drift`; a replay's are not.
        """
        values = self.values(asked)
        if counted:
            self.drift.see(values)
        return self.told(asked, values, self.scorer.score_lead(values), language, receipt_id)

    def told(
        self,
        asked: Asked | Question | Written,
        values: Matrix,
        score: LeadScore,
        language: Language,
        receipt_id: str,
    ) -> ScoreAnswer:
        """Put into words what was worked out for the asked lead.

        Parameters
        ----------
        asked
            The question.
        values, score
            Its features, shape (1, features), and what the scorer said of them.
        language, receipt_id
            As for `answer`.
        """
        lead_id, unknown = self._about(asked)
        return ScoreAnswer(
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
            reasons=self.reasons_told(score.reasons, language),
            remainder=score.remainder,
            evidence=self._evidence,
            cutoff=asked.cutoff,
            model=self._told,
            unknown=unknown,
            language=language,
            feature_sha256=self._feature_fingerprint.of(values[0]),
        )

    def warm(self) -> None:
        """Answer a made-up question, so that everything that is made once is made."""
        at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        later = datetime.fromisoformat("2026-02-01T00:00:00+00:00")
        lead = Lead(lead_id="warm", created_at=at)
        done = [Activity(activity_type=name, occurred_at=at) for name in ("call", *self.types[:2])]
        deals = [Outcome(outcome="opened", occurred_at=at)]
        asked = Asked(
            histories=[LeadHistory(lead=lead, activities=done, outcomes=deals)], cutoff=later
        )
        written = self.asked_in(_WARM_BODY, later)
        for question in (asked, written) * _WARM_ROUNDS:
            self.answer(question, "en", "")

    @property
    def types(self) -> tuple[str, ...]:
        """The activity types that the model was taught."""
        return self.artifact.catalog.vocabulary.activity_types

    def reasons_told(self, reasons: Sequence[PickedReason], language: Language) -> list[ReasonTold]:
        """Put reasons into words."""
        codes, labels, names = self.scorer.concepts.codes, self._labels[language], self._names
        return [
            ReasonTold(
                codes[concept],
                labels[concept],
                self.say(feature, _NAN if isnan(value) else value, language),
                100.0 * contribution,
                contribution,
                names[feature],
                snapshots,
                conversions,
            )
            for concept, feature, value, contribution, snapshots, conversions in reasons
        ]

    def _sentence(self, feature: int, value: float, language: Language) -> str:
        catalog = self.artifact.catalog
        return render(catalog.features[feature], value, catalog.vocabulary, language)

    def _about(self, asked: Asked | Question | Written) -> tuple[str, Unknown]:
        """Tell the asked lead, and what the model was not taught of it."""
        book = self._encoder.book
        if isinstance(asked, Question):
            return asked.lead_id, unknown_of(asked, book.types, book.attributes)
        if isinstance(asked, Written):
            strange, lead, changes = asked.activities.strange, asked.lead, asked.changes
        else:
            first = asked.histories[0]
            strange, lead, changes = self._strange(first), first.lead, first.changes
        return folded(lead.lead_id), self._unknown(strange, lead, changes)

    def _strange(self, history: LeadHistory) -> list[str]:
        """List the types that the model was not taught, as often as they come."""
        types = self._encoder.book.types
        told = [one.activity_type for one in history.activities]
        if types.keys() >= set(told):
            return []
        return [name for name in told if name not in types and name.strip() not in types]

    def _unknown(self, strange: list[str], lead: Lead, changes: Sequence[Change]) -> Unknown:
        known = self._encoder.book.attributes
        if not (strange or changes) and known.keys() >= lead.attributes.keys():
            return _NOTHING_UNKNOWN
        names = [*lead.attributes, *(one.attribute for one in changes)]
        return Unknown(Counter(strange), Counter(name for name in names if name not in known))


def _number(histories: Sequence[LeadHistory]) -> int:
    """Tell the number of the first lead among all, which are numbered by id."""
    if len(histories) == 1:
        return 0
    first, *others = (folded(one.lead.lead_id) for one in histories)
    return sum(other < first for other in others)
