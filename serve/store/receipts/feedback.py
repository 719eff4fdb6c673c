"""What sales said of the scores of a lead, read back."""

from datetime import datetime

import msgspec
from sqlalchemy import Engine, select

from serve.store.engine import reading, time_of
from serve.store.tables import FEEDBACK, RECEIPTS


class Said(msgspec.Struct, frozen=True):
    """One verdict: by whom (`user:` and an id, or the id of a key), when, on which receipt."""

    verdict: str
    note: str | None
    at: datetime
    by: str | None
    receipt_id: str


class Feedback:
    """Reads from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def of_lead(self, lead_id: str, most: int = 10) -> list[Said]:
        """Give the newest verdicts on scores of a lead, the newest first."""
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
            Said(row.verdict, row.note, time_of(row.at), row.key_id, row.receipt_id) for row in rows
        ]
