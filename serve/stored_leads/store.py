"""The store for routes and pages: everything read from and written to the database."""

from datetime import datetime

from sqlalchemy import Engine

from serve.ranking.stored_weekly_lists import WorkedLists
from serve.store.audit import Audit
from serve.store.erasures import Erasures
from serve.store.leads.display import Displays
from serve.store.leads.erasure import Eraser
from serve.store.leads.history import HistoryReader
from serve.store.leads.ingest import Ingest
from serve.store.leads.owners import Owners
from serve.store.leads.steps import StepLog
from serve.store.people.devices import Devices
from serve.store.people.identities import Identities
from serve.store.people.last_visit import LastVisits
from serve.store.people.sign_ins import SignIns
from serve.store.people.users import Users
from serve.store.ranking.account_ranking import AccountRanking
from serve.store.ranking.cohorts import Cohorts
from serve.store.ranking.counts import RankingCounts
from serve.store.ranking.hand_over import ToHandOver
from serve.store.ranking.nurturing import Nurturing
from serve.store.ranking.ranking import StoredRanking
from serve.store.ranking.refreshing import Refreshing
from serve.store.ranking.standings import Standings
from serve.store.ranking.summaries import Summaries
from serve.store.ranking.visible_accounts import VisibleAccounts
from serve.store.receipts.feedback import Feedback
from serve.store.team.band_limits import StoredLimits
from serve.store.team.points_drafts import PointsDrafts
from serve.store.team.reps import Team
from serve.store.team.speed import SpeedReader
from serve.store.team.spend import Spend
from serve.store.team.weekly import WeeklyFigures
from serve.stored_leads.similar_winners import Winners


class Store:
    """Leads, accounts, activities, outcomes and users in a database.

    Parameters
    ----------
    engine
        Of the database.
    erasures
        Its erasures, as this process knows them; missing means its own.
    """

    def __init__(self, engine: Engine, erasures: Erasures | None = None) -> None:
        self._eraser = Eraser(engine, erasures)
        self.ingest = Ingest(engine)
        self.histories = HistoryReader(engine)
        self.feedback = Feedback(engine)
        self.winners = Winners(engine)
        self.ranking = StoredRanking(engine)
        self.account_ranking = AccountRanking(engine)
        self.visible_accounts = VisibleAccounts(engine)
        self.cohorts = Cohorts(engine)
        self.summaries = Summaries(engine)
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
        self.devices = Devices(engine)
        self.identities = Identities(engine)
        self.audit = Audit(engine)
        self.band_limits = StoredLimits(engine)
        self.nurturing = Nurturing(engine)
        self.records = Refreshing(engine, batch=500)
        self.team = Team(engine)
        self.speed = SpeedReader(engine)
        self.spend = Spend(engine)
        self.points_drafts = PointsDrafts(engine)
        self.weekly = WeeklyFigures(engine)

    def erase(self, lead_id: str, at: datetime, who: str | None = None) -> dict[str, int]:
        """Erase a person; see `serve.store.leads.erasure`.

        Parameters
        ----------
        lead_id
            The lead.
        at
            When it was requested.
        who
            Who requested it: `user:` and an id, or the id of a key.

        Returns
        -------
        The number of erased rows by table.
        """
        try:
            return self._eraser.erase(lead_id, at, who)
        finally:
            self.winners.forget()

    def look_again(self) -> None:
        """Finish erasures, those of other processes included."""
        if self._eraser.look_again():
            self.winners.forget()
