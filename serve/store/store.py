"""The store as routes see it: what is kept, what is read, what is erased, who signs in."""

from datetime import datetime

from sqlalchemy import Engine

from serve.similar import Winners
from serve.store.erasure import Eraser
from serve.store.feedback import Feedback
from serve.store.history import Histories
from serve.store.ingest import Ingest
from serve.store.looks import Looks
from serve.store.owners import Owners
from serve.store.ranking import Ranking
from serve.store.ranking_counts import RankingCounts
from serve.store.sign_ins import SignIns
from serve.store.to_hand_over import ToHandOver
from serve.store.users import Users
from serve.store.worked_lists import WorkedLists


class Store:
    """Leads, accounts, activities, outcomes and users in a database."""

    def __init__(self, engine: Engine) -> None:
        self._eraser = Eraser(engine)
        self.ingest = Ingest(engine)
        self.histories = Histories(engine)
        self.feedback = Feedback(engine)
        self.winners = Winners(engine)
        self.ranking = Ranking(engine)
        self.ranking_counts = RankingCounts(engine)
        self.to_hand_over = ToHandOver(engine, self.ranking)
        self.owners = Owners(engine, self.ingest)
        self.looks = Looks(engine)
        self.worked_lists = WorkedLists(engine)
        self.users = Users(engine)
        self.sign_ins = SignIns(engine)

    def erase(self, lead_id: str, at: datetime) -> dict[str, int]:
        """Erase a person; see `serve.store.erasure`."""
        return self._eraser.erase(lead_id, at)

    def look_again(self, now: datetime) -> int:
        """Empty what was logged of erased persons after their erasure."""
        return self._eraser.look_again(now)
