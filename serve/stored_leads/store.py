"""The store for routes and pages: everything read from and written to the database."""

from datetime import datetime

from sqlalchemy import Engine

from serve.ranking.stored_weekly_lists import WorkedLists
from serve.store.leads.display import Displays
from serve.store.leads.erasure import Eraser
from serve.store.leads.history import HistoryReader
from serve.store.leads.ingest import Ingest
from serve.store.leads.owners import Owners
from serve.store.leads.steps import StepLog
from serve.store.people.last_visit import LastVisits
from serve.store.people.sign_ins import SignIns
from serve.store.people.users import Users
from serve.store.ranking.cohorts import Cohorts
from serve.store.ranking.counts import RankingCounts
from serve.store.ranking.hand_over import ToHandOver
from serve.store.ranking.ranking import StoredRanking
from serve.store.ranking.standings import Standings
from serve.store.receipts.feedback import Feedback
from serve.stored_leads.similar_winners import Winners


class Store:
    """Leads, accounts, activities, outcomes and users in a database."""

    def __init__(self, engine: Engine) -> None:
        self._eraser = Eraser(engine)
        self.ingest = Ingest(engine)
        self.histories = HistoryReader(engine)
        self.feedback = Feedback(engine)
        self.winners = Winners(engine)
        self.ranking = StoredRanking(engine)
        self.cohorts = Cohorts(engine)
        self.standings = Standings(engine)
        self.ranking_counts = RankingCounts(engine)
        self.to_hand_over = ToHandOver(engine, self.ranking)
        self.steps = StepLog(engine)
        self.displays = Displays(engine)
        self.owners = Owners(engine)
        self.looks = LastVisits(engine)
        self.worked_lists = WorkedLists(engine)
        self.users = Users(engine)
        self.sign_ins = SignIns(engine)

    def erase(self, lead_id: str, at: datetime) -> dict[str, int]:
        """Erase a person; see `serve.store.leads.erasure`.

        Parameters
        ----------
        lead_id
            The lead.
        at
            When it was requested.

        Returns
        -------
        The number of erased rows by table.
        """
        return self._eraser.erase(lead_id, at)

    def look_again(self, now: datetime) -> int:
        """Erase what was logged of erased persons after their erasure."""
        return self._eraser.look_again(now)
