"""Leads that were won, as they were two weeks before the win, and those similar to a lead.

Decided here: similar means similar contributions of the concepts (in log-odds, so a strong reason
counts as much for a cold lead as for a hot one); the proven concepts that favour both are named.
Of a winner, the attributes of that moment and the topics that it read from then on are held in
memory, no activities and no texts. The most recent wins are read once an hour (soon while they are
few) and once a model, by a task of the server (`renew`), never by a request: meanwhile requests get
the previous ones, and after a start or with a new model none. The task pauses between two wins so
that requests are not delayed.
"""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec
import numpy as np
from sqlalchemy import Engine, select

from features.kernel.inputs import Matrix
from models.stats.training_set import Floats
from serve.errors import NoLead, NotYet
from serve.insight.interest import DoneThing, topics_read
from serve.scoring.inputs.point_in_time import attributes_of, owner_of
from serve.scoring.inputs.undone_wins import standing_outcomes
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment, reading, time_of
from serve.store.leads.history import HistoryReader
from serve.store.tables import OUTCOMES
from serve.wire.records import ScoreRequest, Value

MOST: Final = 3
BEFORE: Final = timedelta(days=14)
_WINS: Final = 400
_RENEW_AFTER: Final = timedelta(hours=1)
_SOON: Final = timedelta(seconds=20)
_ENOUGH: Final = 20
"""Fewer winners are read again soon: a new store has none yet, and a few take no time."""
_ROOM_SECONDS: Final = 0.002
_SHARED: Final = 3
_LEAST_SHARED: Final = 0.05
"""Log-odds; a concept with less is not named."""


class Winner(msgspec.Struct, frozen=True):
    """A lead that was won: when, what it was like two weeks before, and what it read next.

    `read_next` are the topics of these two weeks.
    """

    lead_id: str
    owner_id: str | None
    won_at: datetime
    probability: float
    attributes: dict[str, Value]
    read_next: frozenset[str] = frozenset()


class Alike(msgspec.Struct, frozen=True):
    """A winner similar to a lead, and the concepts that favour both, the strongest first."""

    winner: Winner
    shared: list[str]


class _Known(msgspec.Struct, frozen=True):
    fingerprint: str
    at: datetime
    winners: list[Winner]
    concepts: Floats


class Winners:
    """The recent wins of a store, by target: each target has its own outcome."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)
        self._histories = HistoryReader(engine)
        self._known: dict[str, _Known] = {}
        self._forgotten = 0
        self._ending = threading.Event()

    def like(self, loaded: LoadedModel, values: Matrix, but: str) -> Iterator[Alike]:
        """Yield the winners, the most similar to a lead first; none until they have been read.

        Parameters
        ----------
        loaded
            The model.
        values
            The features of the lead, shape (1, features).
        but
            The id of the lead itself, which is left out.
        """
        known = self._known.get(loaded.target)
        if known is None or known.fingerprint != loaded.fingerprint or not known.winners:
            return
        own = _concepts(loaded, values)
        far = np.linalg.norm(known.concepts - own, axis=1)
        order = np.argsort(far, kind="stable").tolist()
        for n in order:
            if known.winners[n].lead_id != but:
                yield Alike(known.winners[n], shared(loaded, own, known.concepts[n]))

    def renew(self, loaded: LoadedModel, now: datetime) -> None:
        """Read the wins again if the last time was long ago, or with another model.

        Parameters
        ----------
        loaded
            The model.
        now
            The moment.
        """
        known = self._known.get(loaded.target)
        if (
            known is None
            or known.fingerprint != loaded.fingerprint
            or now - known.at >= (_RENEW_AFTER if len(known.winners) >= _ENOUGH else _SOON)
        ):
            forgotten, fresh = self._forgotten, self._read(loaded, now)
            if not self._ending.is_set() and forgotten == self._forgotten:
                self._known[loaded.target] = fresh

    def forget(self) -> None:
        """Forget the wins, as a person was erased; they are read again."""
        self._forgotten += 1
        self._known = {}

    def stop(self) -> None:
        """Stop reading: the server ends."""
        self._ending.set()

    def _read(self, loaded: LoadedModel, now: datetime) -> _Known:
        outcome = loaded.artifact.about.get("outcome", "won")
        meanings = loaded.reading.outcomes or {}
        words = [outcome, *(word for word, means in meanings.items() if means == outcome)]
        query = (
            select(OUTCOMES.c.lead_id, OUTCOMES.c.occurred_at)
            .where(OUTCOMES.c.outcome.in_(words), OUTCOMES.c.known_at < moment(now))
            .order_by(OUTCOMES.c.occurred_at.desc())
            .limit(_WINS)
        )
        with self._engine.begin() as connection:
            wins = connection.execute(query).all()
        winners, concepts = [], []
        for lead_id, occurred_at in {row.lead_id: row.occurred_at for row in wins}.items():
            if self._ending.wait(_ROOM_SECONDS):
                break
            winner = self._winner(loaded, lead_id, (time_of(occurred_at), now))
            if winner is not None:
                winners.append(winner[0])
                concepts.append(winner[1])
        shape = (len(winners), len(loaded.scorer.concepts.codes))
        return _Known(loaded.fingerprint, now, winners, np.array(concepts).reshape(shape))

    def _winner(
        self, loaded: LoadedModel, lead_id: str, moments: tuple[datetime, datetime]
    ) -> tuple[Winner, Floats] | None:
        won_at, now = moments
        try:
            request, _ = self._histories.request(lead_id, won_at - BEFORE)
        except (NoLead, NotYet):
            return None
        standing = standing_outcomes(request.histories[0].outcomes, now, loaded.reading)
        if all(one.occurred_at != won_at for one in standing):
            return None
        values = loaded.values(request)
        probability = float(loaded.artifact.model.probability(values)[0])
        attributes = attributes_of(request, won_at - BEFORE)
        read_next = frozenset(
            topics_read(things_of(request), moment(won_at - BEFORE), moment(won_at))
        )
        owner = owner_of(request, now)
        winner = Winner(lead_id, owner, won_at, probability, attributes, read_next)
        return winner, _concepts(loaded, values)


def things_of(request: ScoreRequest) -> Iterator[DoneThing]:
    """Yield the activities of the requested lead, as its interest is computed from them."""
    for one in request.histories[0].activities:
        yield DoneThing(moment(one.occurred_at), one.activity_type, one.topic, one.direction)


def shared(loaded: LoadedModel, own: Floats, other: Floats) -> list[str]:
    """Return the codes of the proven concepts that favour both leads, the strongest first.

    Parameters
    ----------
    loaded
        The model.
    own, other
        The contributions by concept of the two leads, shape (concepts,); a concept counts with the
        lesser of the two.
    """
    codes, proven = loaded.scorer.concepts.codes, set(loaded.artifact.evidence.proven)
    both = np.minimum(own, other)
    order = np.argsort(-both, kind="stable").tolist()
    return [codes[n] for n in order if both[n] >= _LEAST_SHARED and codes[n] in proven][:_SHARED]


def _concepts(loaded: LoadedModel, values: Matrix) -> Floats:
    """Sum the contributions to the margin by concept: shape (concepts,)."""
    scorer = loaded.scorer
    contributions = scorer.explainer.explain(values).contributions[0]
    concepts = scorer.concepts
    summed = np.bincount(concepts.of_feature, weights=contributions, minlength=len(concepts.codes))
    return np.asarray(summed, np.float64)
