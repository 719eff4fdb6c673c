"""What the routes and pages of a running server use: its settings, model, store and clock.

Decided here: the store is described by protocols, because its class is composed of rooms above this
one.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool

from features.kernel.inputs import Matrix
from features.reading.reading import PLAIN, RecordReading
from serve.http.failed_writes import FailedWrites
from serve.http.helper_health import HelperHealth
from serve.http.logs import Log
from serve.http.metrics import Metrics
from serve.http.ranking_lag import RankingLag
from serve.insight.next_step import Rules, read_rules
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.protocols import Champion
from serve.scoring.targets import ServedTargets
from serve.settings import Settings
from serve.store.audit import Audit
from serve.store.database_health import DatabaseHealth
from serve.store.leads.display import Displays
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
from serve.store.receipts.receipts import Receipts
from serve.store.team.band_limits import StoredLimits
from serve.store.team.points_drafts import PointsDrafts
from serve.store.team.reps import Team
from serve.store.team.speed import SpeedReader
from serve.store.team.spend import Spend
from serve.store.team.weekly import WeeklyFigures

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class SimilarWinners(Protocol):
    """The recent wins; `serve.stored_leads.similar_winners.Winners` in the server."""

    def like(self, loaded: LoadedModel, values: Matrix, but: str) -> Iterator[Any]:
        """Yield the winners, the most similar to a lead first.

        Parameters
        ----------
        loaded
            The model.
        values
            The features of the lead, shape (1, features).
        but
            The id of the lead itself, which is left out.
        """

    def renew(self, loaded: Any, now: datetime) -> None:
        """Read the wins again if the last time was long ago.

        Parameters
        ----------
        loaded
            The model.
        now
            The present moment.
        """

    def forget(self) -> None:
        """Forget the wins; they are read again."""

    def stop(self) -> None:
        """Interrupt a reading that is under way."""


class WeeklyLists(Protocol):
    """The lists of the week; `serve.ranking.stored_weekly_lists.WorkedLists` in the server."""

    def keep(self, user_id: str, week: datetime, shown: Any, at: datetime) -> None:
        """Store the leads of a list that are new to the user in this week.

        Parameters
        ----------
        user_id
            Who was shown the list.
        week
            The moment at which the week began.
        shown
            The list.
        at
            The moment at which it was shown.
        """


class LeadStore(Protocol):
    """Everything read from and written to the database; `serve.stored_leads.store.Store`."""

    ingest: Ingest
    histories: HistoryReader
    feedback: Feedback
    ranking: StoredRanking
    account_ranking: AccountRanking
    visible_accounts: VisibleAccounts
    cohorts: Cohorts
    summaries: Summaries
    standings: Standings
    ranking_counts: RankingCounts
    to_hand_over: ToHandOver
    displays: Displays
    steps: StepLog
    owners: Owners
    looks: LastVisits
    users: Users
    sign_ins: SignIns
    devices: Devices
    identities: Identities
    audit: Audit
    band_limits: StoredLimits
    nurturing: Nurturing
    records: Refreshing
    team: Team
    speed: SpeedReader
    spend: Spend
    points_drafts: PointsDrafts
    weekly: WeeklyFigures

    @property
    def winners(self) -> SimilarWinners:
        """The recent wins."""

    @property
    def worked_lists(self) -> WeeklyLists:
        """The lists of the week."""

    def erase(self, lead_id: str, at: datetime, who: str | None = None) -> dict[str, int]:
        """Erase a person; return the number of erased rows by table.

        Parameters
        ----------
        lead_id
            The id of the lead.
        at
            The moment of the erasure.
        who
            Who requested it.
        """

    def look_again(self) -> None:
        """Finish erasures, those of other processes included."""


@dataclass(frozen=True)
class AppContext:
    """Everything a route may use.

    Attributes
    ----------
    settings
        Of the server.
    targets
        The models in use, one a target.
    store
        Leads with their records, the ranking, and users.
    receipts
        The log of answers.
    now
        The clock.
    rules
        Of the next step of a lead.
    metrics
        Counts requests and answers.
    helpers
        Whether the processes beside the server are alive.
    database_health
        Whether the database answers.
    writes
        Whether writes to the database fail.
    ranking_lag
        For how long the ranking has been behind its data.
    log
        Of events, for whoever runs the server.
    """

    settings: Settings
    targets: ServedTargets
    store: LeadStore
    receipts: Receipts
    now: Callable[[], datetime]
    helpers: HelperHealth
    rules: Rules = field(default_factory=read_rules)
    metrics: Metrics = field(default_factory=Metrics)
    database_health: DatabaseHealth = field(default_factory=DatabaseHealth)
    writes: FailedWrites = field(default_factory=FailedWrites)
    ranking_lag: RankingLag = field(default_factory=RankingLag)
    log: Log | None = None

    @property
    def champion(self) -> Champion:
        """The model in use for the default target."""
        return self.targets.champion(None)

    @property
    def reading(self) -> RecordReading:
        """How the records that a CRM sends are read: as the first model in use does."""
        loaded = next(self.targets.ready(), None)
        return PLAIN if loaded is None else loaded.reading

    def local_now(self) -> datetime:
        """Return the moment in the time zone of the company."""
        return self.now().astimezone(ZoneInfo(self.settings.time_zone))

    def threads(
        self,
        function: Callable[_Arguments, _Result],
        *args: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> Awaitable[_Result]:
        """Run a function that blocks, such as a query of the database, in a thread.

        Parameters
        ----------
        function
            To be called.
        args, named
            Its arguments.

        Returns
        -------
        Its result, to be awaited.
        """
        return run_in_threadpool(function, *args, **named)
