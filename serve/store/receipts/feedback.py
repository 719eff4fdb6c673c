"""Verdicts of salespeople on the scores of a lead."""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, select

from serve.store.engine import reading, time_of
from serve.store.tables import FEEDBACK, RECEIPTS, STANDINGS


class StoredVerdict(msgspec.Struct, frozen=True):
    """One verdict: `by` is `user:` and an id, or the id of a key; `at` is when it was recorded."""

    verdict: str
    note: str | None
    at: datetime
    by: str | None
    receipt_id: str


class JudgedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with the answer it is about.

    `reason` is the strongest one for the lead in that answer, or "" without any; `owner_id` is the
    owner of the lead when it was last looked at.
    """

    at: datetime
    verdict: str
    note: str | None
    by: str | None
    lead_id: str
    owner_id: str | None
    receipt_id: str
    model_version: int | None
    probability: float
    band: str
    reason: str
    label: str


class _AnsweredReason(msgspec.Struct):
    code: str
    label: str
    contribution: float


class _Answered(msgspec.Struct):
    probability: float
    band: str
    reasons: list[_AnsweredReason] = []


_ANSWERED: Final = msgspec.json.Decoder(_Answered)


class Feedback:
    """Reads verdicts from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def judged(self, most: int = 1_000) -> list[JudgedAnswer]:
        """Return at most `most` verdicts with their answers, the newest first.

        Those about erased persons are left out.
        """
        query = (
            select(FEEDBACK, RECEIPTS.c.lead_id, RECEIPTS.c.answer, RECEIPTS.c.model_version)
            .add_columns(STANDINGS.c.owner_id)
            .join(RECEIPTS, RECEIPTS.c.receipt_id == FEEDBACK.c.receipt_id)
            .outerjoin(STANDINGS, STANDINGS.c.lead_id == RECEIPTS.c.lead_id)
            .where(RECEIPTS.c.erased_at.is_(None))
            .order_by(FEEDBACK.c.at.desc(), FEEDBACK.c.feedback_id.desc())
            .limit(most)
        )
        with self._engine.connect() as connection:
            return [_judged(row) for row in connection.execute(query)]

    def of_lead(self, lead_id: str, most: int = 10) -> list[StoredVerdict]:
        """Return at most `most` verdicts on scores of a lead, the newest first.

        Parameters
        ----------
        lead_id
            The normalised id of the lead.
        most
            How many verdicts at most.
        """
        query = (
            select(FEEDBACK)
            .join(RECEIPTS, RECEIPTS.c.receipt_id == FEEDBACK.c.receipt_id)
            .where(RECEIPTS.c.lead_id == lead_id)
            .order_by(FEEDBACK.c.at.desc(), FEEDBACK.c.feedback_id.desc())
            .limit(most)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(query).all()
        return [
            StoredVerdict(row.verdict, row.note, time_of(row.at), row.key_id, row.receipt_id)
            for row in rows
        ]


def _judged(row: Any) -> JudgedAnswer:
    answered = _ANSWERED.decode(row.answer)
    strongest = max(answered.reasons, key=lambda one: one.contribution, default=None)
    helped = strongest if strongest is not None and strongest.contribution > 0 else None
    return JudgedAnswer(
        at=time_of(row.at),
        verdict=row.verdict,
        note=row.note,
        by=row.key_id,
        lead_id=row.lead_id,
        owner_id=row.owner_id,
        receipt_id=row.receipt_id,
        model_version=row.model_version,
        probability=answered.probability,
        band=answered.band,
        reason=helped.code if helped else "",
        label=helped.label if helped else "",
    )
