"""Verdicts of salespeople on the scores of a lead."""

from datetime import datetime

import msgspec
from sqlalchemy import Engine, select

from serve.store.engine import reading, time_of
from serve.store.tables import FEEDBACK, RECEIPTS


class StoredVerdict(msgspec.Struct, frozen=True):
    """One verdict: `by` is `user:` and an id, or the id of a key; `at` is when it was recorded."""

    verdict: str
    note: str | None
    at: datetime
    by: str | None
    receipt_id: str


class Feedback:
    """Reads verdicts from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

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
