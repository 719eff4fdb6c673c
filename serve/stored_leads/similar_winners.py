"""Leads that were won, as they looked two weeks before: which of them a lead resembles.

Decided here: alike means that the concepts weigh alike (in log-odds, so a strong reason counts as
much for a cold lead as for a hot one); told are the proven concepts that weigh for both. Of who a
winner is, the attributes of then are kept, no activities and no texts. The most recent wins are
looked at, once an hour and once a model, by a work of the server's own (`renew`), never by a
request: whoever asks meanwhile gets those of before, and after a start or with a new model none
until they are there. Between two wins it makes room for the requests.
"""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import numpy as np
from sqlalchemy import Engine, select

from features.kernel.inputs import Matrix
from models.stats.training_set import Floats
from serve.errors import NoLead, NotYet
from serve.scoring.point_in_time import attributes_of, owner_of
from serve.store.engine import moment, reading, time_of
from serve.store.leads.history import Histories
from serve.store.tables import OUTCOMES
from serve.wire.records import Value

MOST: Final = 3
BEFORE: Final = timedelta(days=14)
_WINS: Final = 400
_KEPT: Final = timedelta(hours=1)
_ROOM_SECONDS: Final = 0.002
_SHARED: Final = 3
_LEAST_SHARED: Final = 0.05
"""Log-odds; less is no reason that anyone would see."""


class Winner(msgspec.Struct, frozen=True):
    """A lead that was won: when, and what was known of it and said two weeks before."""

    lead_id: str
    owner_id: str | None
    won_at: datetime
    probability: float
    attributes: dict[str, Value]


class Alike(msgspec.Struct, frozen=True):
    """A winner like a lead, and the codes of the concepts that weigh for both, the most first."""

    winner: Winner
    shared: list[str]


class _Known(msgspec.Struct, frozen=True):
    fingerprint: str
    at: datetime
    winners: list[Winner]
    concepts: Floats


class Winners:
    """The recent wins of a store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)
        self._histories = Histories(engine)
        self._known: _Known | None = None
        self._ending = threading.Event()

    def like(self, loaded: Any, values: Matrix, but: str) -> Iterator[Alike]:
        """Give the winners most like a lead, the most alike first; none until they are known.

        Parameters
        ----------
        loaded
            The model.
        values
            Shape (1, features): the lead now.
        but
            The lead itself.
        """
        known = self._known
        if known is None or known.fingerprint != loaded.fingerprint or not known.winners:
            return
        own = _concepts(loaded, values)
        far = np.linalg.norm(known.concepts - own, axis=1)
        order = np.argsort(far, kind="stable").tolist()
        for n in order:
            if known.winners[n].lead_id != but:
                yield Alike(known.winners[n], shared(loaded, own, known.concepts[n]))

    def renew(self, loaded: Any, now: datetime) -> None:
        """Look at the wins anew if that was long ago, or with another model."""
        known = self._known
        if known is None or known.fingerprint != loaded.fingerprint or now - known.at >= _KEPT:
            found = self._look(loaded, now)
            self._known = known if self._ending.is_set() else found

    def stop(self) -> None:
        """Give up what is being looked at: the server ends."""
        self._ending.set()

    def _look(self, loaded: Any, now: datetime) -> _Known:
        outcome = loaded.artifact.about.get("outcome", "won")
        query = (
            select(OUTCOMES.c.lead_id, OUTCOMES.c.occurred_at)
            .where(OUTCOMES.c.outcome == outcome, OUTCOMES.c.known_at < moment(now))
            .order_by(OUTCOMES.c.occurred_at.desc())
            .limit(_WINS)
        )
        with self._engine.begin() as connection:
            wins = connection.execute(query).all()
        winners, concepts = [], []
        for lead_id, occurred_at in {row.lead_id: row.occurred_at for row in wins}.items():
            if self._ending.wait(_ROOM_SECONDS):
                break
            found = self._winner(loaded, lead_id, (time_of(occurred_at), now))
            if found is not None:
                winners.append(found[0])
                concepts.append(found[1])
        shape = (len(winners), len(loaded.scorer.concepts.codes))
        return _Known(loaded.fingerprint, now, winners, np.array(concepts).reshape(shape))

    def _winner(
        self, loaded: Any, lead_id: str, moments: tuple[datetime, datetime]
    ) -> tuple[Winner, Floats] | None:
        won_at, now = moments
        try:
            asked, _ = self._histories.asked(lead_id, won_at - BEFORE)
        except (NoLead, NotYet):
            return None
        values = loaded.values(asked)
        probability = float(loaded.artifact.model.probability(values)[0])
        attributes = attributes_of(asked, won_at - BEFORE)
        winner = Winner(lead_id, owner_of(asked, now), won_at, probability, attributes)
        return winner, _concepts(loaded, values)


def shared(loaded: Any, own: Floats, other: Floats) -> list[str]:
    """Give the proven concepts that weigh for both, by the lesser of the two weights."""
    codes, proven = loaded.scorer.concepts.codes, set(loaded.artifact.evidence.proven)
    both = np.minimum(own, other)
    order = np.argsort(-both, kind="stable").tolist()
    return [codes[n] for n in order if both[n] >= _LEAST_SHARED and codes[n] in proven][:_SHARED]


def _concepts(loaded: Any, values: Matrix) -> Floats:
    """Sum the contributions to the margin by concept: shape (concepts,)."""
    scorer = loaded.scorer
    contributions = scorer.explainer.explain(values).contributions[0]
    concepts = scorer.concepts
    summed = np.bincount(concepts.of_feature, weights=contributions, minlength=len(concepts.codes))
    return np.asarray(summed, np.float64)
