"""Shadow scoring: the challenger answers the requests that the champion has answered.

Decided here: a receipt holds the whole request, so the challenger answers later, from the log, in a
process of its own (`serve.processes.shadow_process`): no answer waits for it, and the request path
has no code for it. Only requests later than the challenger's training data count, and of those a
share, drawn by a hash of the receipt id, so that every process draws the same. A challenger answers
the requests for its own target. Both probabilities are stored in `shadow_scores`; `mikomi shadow`
compares them when the outcomes have matured.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, func, insert, select

from features.errors import MikomiError
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment, reading
from serve.store.leads.history import HistoryReader
from serve.store.receipts.receipts import scoring_of
from serve.store.tables import RECEIPTS, SHADOW_SCORES
from serve.stored_leads.replay import answered
from serve.wire.receipt import Scoring
from serve.wire.responses import ScoreAnswer

BATCH: Final = 200
LATE: Final = timedelta(seconds=10)
"""Receipts are read after this delay, when those with earlier ids have been written too."""
_READ: Final = msgspec.json.Decoder(ScoreAnswer)


class Shadow:
    """Scores logged requests with a challenger.

    Parameters
    ----------
    engine
        The database.
    share
        The share of the receipts that is scored, in [0, 1].
    """

    def __init__(self, engine: Engine, share: float) -> None:
        self._engine = engine
        self._histories = HistoryReader(engine)
        self._share = share
        self._last_ids: dict[str, str] = {}

    def catch_up(self, challenger: LoadedModel, now: datetime) -> int:
        """Score the next receipts.

        Parameters
        ----------
        challenger
            The model.
        now
            The moment.

        Returns
        -------
        The number of receipts read, at most `BATCH`.
        """
        receipts = self._next(challenger, now)
        drawn = [one for one in receipts if drawn_of(one.receipt_id, self._share)]
        rows = [row for one in drawn if (row := self._row(one, challenger, now)) is not None]
        if rows:
            self._write(rows)
        if receipts:
            self._last_ids[challenger.fingerprint] = receipts[-1].receipt_id
        return len(receipts)

    def _next(self, challenger: LoadedModel, now: datetime) -> list[Scoring]:
        query = (
            select(RECEIPTS)
            .where(
                RECEIPTS.c.target == challenger.target,
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
        """Return the id of the last receipt that this challenger has scored."""
        if fingerprint not in self._last_ids:
            query = select(func.max(SHADOW_SCORES.c.receipt_id)).where(
                SHADOW_SCORES.c.model_fingerprint == fingerprint
            )
            with reading(self._engine).connect() as connection:
                self._last_ids[fingerprint] = connection.execute(query).scalar() or ""
        return self._last_ids[fingerprint]

    def _row(self, one: Scoring, challenger: LoadedModel, now: datetime) -> dict[str, Any] | None:
        try:
            answer = answered(one, challenger, self._histories)
        except MikomiError:
            return None  # erased meanwhile, or of data that is no longer stored
        return {
            "receipt_id": one.receipt_id,
            "model_fingerprint": challenger.fingerprint,
            "model_version": challenger.version,
            "at": moment(now),
            "probability": answer.probability,
            "champion_probability": _READ.decode(one.answer).probability,
        }

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Store the scores of leads that were not erased meanwhile."""
        ids = [row["receipt_id"] for row in rows]
        with self._engine.begin() as connection:
            query = select(RECEIPTS.c.receipt_id).where(
                RECEIPTS.c.receipt_id.in_(ids), RECEIPTS.c.erased_at.is_(None)
            )
            present = set(connection.execute(query).scalars())
            wanted = [row for row in rows if row["receipt_id"] in present]
            if wanted:
                connection.execute(insert(SHADOW_SCORES), wanted)


def drawn_of(receipt_id: str, share: float) -> bool:
    """Return whether a receipt is in the share.

    Parameters
    ----------
    receipt_id
        The receipt.
    share
        In [0, 1].

    >>> drawn_of("a", 1.0), drawn_of("a", 0.0)
    (True, False)
    """
    draw = int.from_bytes(hashlib.sha256(receipt_id.encode()).digest()[:6])
    return draw < share * 2**48


def learned_until(challenger: LoadedModel) -> int:
    """Return the end of the outcomes that a challenger was trained on, in microseconds."""
    about = challenger.artifact.about
    end = about.get("learned_until", about.get("observed_until"))
    return 0 if end is None else moment(datetime.fromisoformat(str(end)))
