"""Shadow scoring: the challenger answers the questions that the champion has answered.

Decided here: a receipt holds the whole question, so the challenger is asked later, from the log, by
a process of its own (`serve.processes.shadow_process`): no answer waits for it, and the way of an
answer has no line of it. Only questions count that were asked after the challenger had learned, and
a share of them, drawn by a hash of the receipt's id, so that all agree which. Both probabilities
are kept, in `shadow_scores`; `mikomi shadow` compares them when the outcomes have matured.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, func, insert, select

from features.errors import MikomiError
from serve.scoring.loaded_model import Loaded
from serve.store.engine import moment, reading
from serve.store.leads.history import Histories
from serve.store.receipts.receipts import scoring_of
from serve.store.tables import RECEIPTS, SHADOW_SCORES
from serve.stored_leads.replay import answered
from serve.wire.receipt import Scoring
from serve.wire.responses import ScoreAnswer

BATCH: Final = 200
LATE: Final = timedelta(seconds=10)
"""Receipts are looked at after so long, when those with earlier ids have been written too."""
_READ: Final = msgspec.json.Decoder(ScoreAnswer)


class Shadow:
    """Asks a challenger what the champion was asked."""

    def __init__(self, engine: Engine, share: float) -> None:
        self._engine = engine
        self._histories = Histories(engine)
        self._share = share
        self._seen: dict[str, str] = {}

    def catch_up(self, challenger: Loaded, now: datetime) -> int:
        """Ask the challenger the next few questions; tell how many receipts were looked at."""
        found = self._next(challenger, now)
        drawn = [one for one in found if drawn_of(one.receipt_id, self._share)]
        rows = [row for one in drawn if (row := self._row(one, challenger, now)) is not None]
        if rows:
            self._write(rows)
        if found:
            self._seen[challenger.fingerprint] = found[-1].receipt_id
        return len(found)

    def _next(self, challenger: Loaded, now: datetime) -> list[Scoring]:
        query = (
            select(RECEIPTS)
            .where(
                RECEIPTS.c.receipt_id > self._mark(challenger.fingerprint),
                RECEIPTS.c.at >= learned_until(challenger),
                RECEIPTS.c.at <= moment(now - LATE),
                RECEIPTS.c.model_fingerprint != challenger.fingerprint,
                RECEIPTS.c.erased_at.is_(None),
            )
            .order_by(RECEIPTS.c.receipt_id)
            .limit(BATCH)
        )
        with reading(self._engine).connect() as connection:
            return [scoring_of(dict(row)) for row in connection.execute(query).mappings()]

    def _mark(self, fingerprint: str) -> str:
        """Tell the receipt up to which this challenger was asked."""
        if fingerprint not in self._seen:
            query = select(func.max(SHADOW_SCORES.c.receipt_id)).where(
                SHADOW_SCORES.c.model_fingerprint == fingerprint
            )
            with reading(self._engine).connect() as connection:
                self._seen[fingerprint] = connection.execute(query).scalar() or ""
        return self._seen[fingerprint]

    def _row(self, one: Scoring, challenger: Loaded, now: datetime) -> dict[str, Any] | None:
        try:
            answer = answered(one, challenger, self._histories)
        except MikomiError:
            return None  # erased meanwhile, or asked with what is no longer kept
        return {
            "receipt_id": one.receipt_id,
            "model_fingerprint": challenger.fingerprint,
            "model_version": challenger.version,
            "at": moment(now),
            "probability": answer.probability,
            "champion_probability": _READ.decode(one.answer).probability,
        }

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Keep what the challenger said of those who were not erased meanwhile."""
        ids = [row["receipt_id"] for row in rows]
        with self._engine.begin() as connection:
            query = select(RECEIPTS.c.receipt_id).where(
                RECEIPTS.c.receipt_id.in_(ids), RECEIPTS.c.erased_at.is_(None)
            )
            kept = set(connection.execute(query).scalars())
            wanted = [row for row in rows if row["receipt_id"] in kept]
            if wanted:
                connection.execute(insert(SHADOW_SCORES), wanted)


def drawn_of(receipt_id: str, share: float) -> bool:
    """Tell whether a receipt is in the share.

    >>> drawn_of("a", 1.0), drawn_of("a", 0.0)
    (True, False)
    """
    draw = int.from_bytes(hashlib.sha256(receipt_id.encode()).digest()[:6])
    return draw < share * 2**48


def learned_until(challenger: Loaded) -> int:
    """Tell from when on the challenger has not learned from outcomes; microseconds."""
    about = challenger.artifact.about
    said = about.get("learned_until", about.get("observed_until"))
    return 0 if said is None else moment(datetime.fromisoformat(str(said)))
