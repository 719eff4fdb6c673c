"""Written by `make docs` from the description of the API: its calls; each returns its answer."""

from abc import ABC, abstractmethod
from typing import Any, Literal, NotRequired, TypedDict, Unpack, cast

from mikomi.client.addresses import quoted
from mikomi.client.answers import (
    AccountList,
    Added,
    AssignedAnswer,
    AssignmentAnswer,
    DigestAnswer,
    Erased,
    HookHintList,
    LeadRevision,
    LeadStep,
    LimitsAnswer,
    ListAnswer,
    OneAccount,
    Ranking,
    Rep,
    RepsAnswer,
    ScoreMoves,
    SpendAnswer,
    SpendLines,
    StepsAnswer,
    StoredActivities,
    StoredLead,
    WinnersAnswer,
)
from mikomi.client.bodies import (
    AccountBody,
    ActivitiesBody,
    AssignmentBody,
    BatchBody,
    FeedbackBody,
    HintsTaken,
    LeadBody,
    LimitsBody,
    OutcomesBody,
    RepBody,
    ScoreBody,
    SpendBody,
    StepBody,
)
from mikomi.client.scores import BatchAnswer, ChangeSplit, History, Outlook, ScoreAnswer


class ScoreQuery(TypedDict):
    """What `score` takes by name."""

    lang: NotRequired[Literal["en", "ja"]]
    target: NotRequired[str]


class ScoreBatchQuery(TypedDict):
    """What `score_batch` takes by name."""

    lang: NotRequired[Literal["en", "ja"]]
    target: NotRequired[str]


class OutlookQuery(TypedDict):
    """What `outlook` takes by name."""

    target: NotRequired[str]


class ChangeQuery(TypedDict):
    """What `change` takes by name."""

    since: str
    lang: NotRequired[Literal["en", "ja"]]
    target: NotRequired[str]


class RankingQuery(TypedDict):
    """What `ranking` takes by name."""

    sort: NotRequired[Literal["score"]]
    list: NotRequired[Literal["call"]]
    band: NotRequired[Literal["hot", "warm", "cold"]]
    owner_id: NotRequired[str]
    source: NotRequired[str]
    q: NotRequired[str]
    crossed_since: NotRequired[str]
    woke_since: NotRequired[str]
    limit: NotRequired[int]
    cursor: NotRequired[str]
    lang: NotRequired[Literal["en", "ja"]]
    target: NotRequired[str]


class AccountsQuery(TypedDict):
    """What `accounts` takes by name."""

    limit: NotRequired[int]
    cursor: NotRequired[str]
    target: NotRequired[str]


class AccountQuery(TypedDict):
    """What `account` takes by name."""

    limit: NotRequired[int]
    target: NotRequired[str]


class LeadQuery(TypedDict):
    """What `lead` takes by name."""

    target: NotRequired[str]
    curve: NotRequired[bool]


class ScoreLeadQuery(TypedDict):
    """What `score_lead` takes by name."""

    lang: NotRequired[Literal["en", "ja"]]
    target: NotRequired[str]


class LeadHistoryQuery(TypedDict):
    """What `lead_history` takes by name."""

    target: NotRequired[str]


class LeadChangeQuery(TypedDict):
    """What `lead_change` takes by name."""

    since: str
    lang: NotRequired[Literal["en", "ja"]]
    target: NotRequired[str]


class LeadActivitiesQuery(TypedDict):
    """What `lead_activities` takes by name."""

    limit: NotRequired[int]


class ReceiptChangeQuery(TypedDict):
    """What `receipt_change` takes by name."""

    before: str
    lang: NotRequired[Literal["en", "ja"]]


class ReceiptMovesQuery(TypedDict):
    """What `receipt_moves` takes by name."""

    lang: NotRequired[Literal["en", "ja"]]


class ReceiptSimilarQuery(TypedDict):
    """What `receipt_similar` takes by name."""

    lang: NotRequired[Literal["en", "ja"]]


class ModelQuery(TypedDict):
    """What `model` takes by name."""

    target: NotRequired[str]


class WorklistQuery(TypedDict):
    """What `worklist` takes by name."""

    owner_id: NotRequired[str]
    skip: NotRequired[int]
    limit: NotRequired[int]
    target: NotRequired[str]


class ProposeQuery(TypedDict):
    """What `propose` takes by name."""

    scope: NotRequired[Literal["unowned", "hot", "away", "all"]]
    band: NotRequired[str]
    limit: NotRequired[str]
    owner_id: NotRequired[str]
    target: NotRequired[str]


class LimitsQuery(TypedDict):
    """What `limits` takes by name."""

    target: NotRequired[str]


class PutLimitsQuery(TypedDict):
    """What `put_limits` takes by name."""

    target: NotRequired[str]


class DigestQuery(TypedDict):
    """What `digest` takes by name."""

    lang: NotRequired[Literal["en", "ja"]]
    target: NotRequired[str]


class Calls(ABC):
    """Every call of the API."""

    @abstractmethod
    def _send(self, method: str, path: str, query: Any, body: Any) -> Any:
        """Send a request and return its answer."""

    def health(self) -> dict[str, str]:
        """Check that the process answers."""
        return cast(dict[str, str], self._send("GET", "/healthz", {}, None))

    def ready(self) -> dict[str, Any]:
        """Check that a warm model and the database are ready; 503 names what is not."""
        return cast(dict[str, Any], self._send("GET", "/readyz", {}, None))

    def metrics(self) -> str:
        """Return the metrics in the format of Prometheus.

        The key needs the scope `read`.
        """
        return cast(str, self._send("GET", "/metrics", {}, None))

    def score(self, body: ScoreBody, **query: Unpack[ScoreQuery]) -> ScoreAnswer:
        """Score one lead as of now, or as of a past moment.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(ScoreAnswer, self._send("POST", "/v1/score", query, body))

    def score_batch(self, body: BatchBody, **query: Unpack[ScoreBatchQuery]) -> BatchAnswer:
        """Score up to 1,000 leads; each is answered or refused on its own.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(BatchAnswer, self._send("POST", "/v1/score/batch", query, body))

    def outlook(self, body: ScoreBody, **query: Unpack[OutlookQuery]) -> Outlook:
        """Return the scores of 13 weeks, their trend, and when the band falls without activity.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(Outlook, self._send("POST", "/v1/outlook", query, body))

    def change(self, body: ScoreBody, **query: Unpack[ChangeQuery]) -> ChangeSplit:
        """Split the change of the probability since a moment into time, attributes, activities.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(ChangeSplit, self._send("POST", "/v1/change", query, body))

    def ranking(self, **query: Unpack[RankingQuery]) -> Ranking:
        """List the open leads, the hottest first, page by page.

        The key needs the scope `read`.
        """
        return cast(Ranking, self._send("GET", "/v1/leads", query, None))

    def accounts(self, **query: Unpack[AccountsQuery]) -> AccountList:
        """List the accounts with open leads, the most probable first, page by page.

        The key needs the scope `read`.
        """
        return cast(AccountList, self._send("GET", "/v1/accounts", query, None))

    def account(self, account_id: str, **query: Unpack[AccountQuery]) -> OneAccount:
        """Read the probability of an account, and which of its open leads carry it.

        The key needs the scope `read`.

        Parameters
        ----------
        account_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            OneAccount, self._send("GET", f"/v1/accounts/{quoted(account_id)}", query, None)
        )

    def put_account(self, account_id: str, body: AccountBody) -> None:
        """Store an account, once.

        The key needs the scope `ingest`.

        Parameters
        ----------
        account_id
            In the address.
        body
            What is sent.
        """
        self._send("PUT", f"/v1/accounts/{quoted(account_id)}", {}, body)

    def lead(self, lead_id: str, **query: Unpack[LeadQuery]) -> StoredLead:
        """Return the stored data of a lead: attributes, account, owner, counts, its ranked row.

        The key needs the scope `read`.

        Parameters
        ----------
        lead_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(StoredLead, self._send("GET", f"/v1/leads/{quoted(lead_id)}", query, None))

    def put_lead(self, lead_id: str, body: LeadBody) -> LeadRevision:
        """Store a lead; other values of its attributes, sent later, are stored as changes.

        The key needs the scope `ingest`.

        Parameters
        ----------
        lead_id
            In the address.
        body
            What is sent.
        """
        return cast(LeadRevision, self._send("PUT", f"/v1/leads/{quoted(lead_id)}", {}, body))

    def erase_lead(self, lead_id: str) -> Erased:
        """Erase a person; return how many records there were.

        The key needs the scope `admin`.
        """
        return cast(Erased, self._send("DELETE", f"/v1/leads/{quoted(lead_id)}", {}, None))

    def add_activities(self, body: ActivitiesBody) -> Added:
        """Store activities, also late and out of order; the same id twice is stored once.

        The key needs the scope `ingest`.
        """
        return cast(Added, self._send("POST", "/v1/activities", {}, body))

    def add_outcomes(self, body: OutcomesBody) -> Added:
        """Store outcomes of deals; the same outcome twice is stored once.

        The key needs the scope `ingest`.
        """
        return cast(Added, self._send("POST", "/v1/outcomes", {}, body))

    def score_lead(self, lead_id: str, **query: Unpack[ScoreLeadQuery]) -> ScoreAnswer:
        """Score a stored lead now; the answer is logged before it is sent.

        The key needs the scope `score`.

        Parameters
        ----------
        lead_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            ScoreAnswer, self._send("GET", f"/v1/leads/{quoted(lead_id)}/score", query, None)
        )

    def lead_history(self, lead_id: str, **query: Unpack[LeadHistoryQuery]) -> History:
        """Return the scores of 13 weeks, when the band falls without activity, and past answers.

        The key needs the scope `read`.

        Parameters
        ----------
        lead_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(History, self._send("GET", f"/v1/leads/{quoted(lead_id)}/history", query, None))

    def lead_change(self, lead_id: str, **query: Unpack[LeadChangeQuery]) -> ChangeSplit:
        """Split the change of the probability since a moment; the parts add up exactly.

        The key needs the scope `read`.

        Parameters
        ----------
        lead_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            ChangeSplit, self._send("GET", f"/v1/leads/{quoted(lead_id)}/change", query, None)
        )

    def lead_activities(
        self, lead_id: str, **query: Unpack[LeadActivitiesQuery]
    ) -> StoredActivities:
        """List the activities of a lead that are known by now, with their texts.

        The key needs the scope `read`.

        Parameters
        ----------
        lead_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            StoredActivities,
            self._send("GET", f"/v1/leads/{quoted(lead_id)}/activities", query, None),
        )

    def receipt(self, receipt_id: str) -> ScoreAnswer:
        """Return the answer as it was sent, byte for byte.

        The key needs the scope `read`.
        """
        return cast(ScoreAnswer, self._send("GET", f"/v1/receipts/{quoted(receipt_id)}", {}, None))

    def replay(self, receipt_id: str) -> ScoreAnswer:
        """Compute the answer again with the model that gave it; the bytes must be the same.

        The key needs the scope `read`.
        """
        return cast(
            ScoreAnswer, self._send("POST", f"/v1/receipts/{quoted(receipt_id)}/replay", {}, None)
        )

    def feedback(self, receipt_id: str, body: FeedbackBody) -> None:
        """Record a verdict; it never becomes a label by itself.

        The key needs the scope `read`.

        Parameters
        ----------
        receipt_id
            In the address.
        body
            What is sent.
        """
        self._send("POST", f"/v1/receipts/{quoted(receipt_id)}/feedback", {}, body)

    def receipt_change(self, receipt_id: str, **query: Unpack[ReceiptChangeQuery]) -> ChangeSplit:
        """Split the difference of two logged answers about a lead; the parts add up exactly.

        The key needs the scope `read`.

        Parameters
        ----------
        receipt_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            ChangeSplit, self._send("GET", f"/v1/receipts/{quoted(receipt_id)}/change", query, None)
        )

    def receipt_moves(self, receipt_id: str, **query: Unpack[ReceiptMovesQuery]) -> ScoreMoves:
        """Compute what could move a logged score, as of its moment.

        The key needs the scope `read`.

        Parameters
        ----------
        receipt_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            ScoreMoves, self._send("GET", f"/v1/receipts/{quoted(receipt_id)}/moves", query, None)
        )

    def receipt_similar(
        self, receipt_id: str, **query: Unpack[ReceiptSimilarQuery]
    ) -> WinnersAnswer:
        """List leads that were won and were alike two weeks before.

        The key needs the scope `read`.

        Parameters
        ----------
        receipt_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            WinnersAnswer,
            self._send("GET", f"/v1/receipts/{quoted(receipt_id)}/similar", query, None),
        )

    def model(self, **query: Unpack[ModelQuery]) -> dict[str, Any]:
        """Return the model in use, and its card as promotion wrote it, as JSON.

        The key needs the scope `read`.
        """
        return cast(dict[str, Any], self._send("GET", "/v1/model", query, None))

    def lead_steps(self, lead_id: str) -> StepsAnswer:
        """Return what was done with a lead, undone steps included.

        The key needs the scope `read`.
        """
        return cast(StepsAnswer, self._send("GET", f"/v1/leads/{quoted(lead_id)}/steps", {}, None))

    def take_step(self, lead_id: str, body: StepBody) -> LeadStep:
        """Do something with a lead: contacted, snoozed, disqualified, assigned or resumed.

        The key needs the scope `ingest`.

        Parameters
        ----------
        lead_id
            In the address.
        body
            What is sent.
        """
        return cast(LeadStep, self._send("POST", f"/v1/leads/{quoted(lead_id)}/steps", {}, body))

    def undo_step(self, step_id: str) -> LeadStep:
        """Undo a step, if it is the last of its lead.

        The key needs the scope `ingest`.
        """
        return cast(LeadStep, self._send("POST", f"/v1/steps/{quoted(step_id)}/undo", {}, None))

    def worklist(self, name: str, **query: Unpack[WorklistQuery]) -> ListAnswer:
        """Return a list: call, deals, customers, lost or aside, in the order of the page.

        The key needs the scope `read`.

        Parameters
        ----------
        name
            In the address.
        **query
            What narrows the answer.
        """
        return cast(ListAnswer, self._send("GET", f"/v1/lists/{quoted(name)}", query, None))

    def reps(self) -> RepsAnswer:
        """List the salespeople that were described.

        The key needs the scope `read`.
        """
        return cast(RepsAnswer, self._send("GET", "/v1/reps", {}, None))

    def put_rep(self, owner_id: str, body: RepBody) -> Rep:
        """Describe a salesperson: level, capacity a week, skills.

        The key needs the scope `ingest`.

        Parameters
        ----------
        owner_id
            In the address.
        body
            What is sent.
        """
        return cast(Rep, self._send("PUT", f"/v1/reps/{quoted(owner_id)}", {}, body))

    def propose(self, **query: Unpack[ProposeQuery]) -> AssignmentAnswer:
        """Propose who gets which lead, by skills, room and experience; nothing is changed.

        The key needs the scope `read`.
        """
        return cast(AssignmentAnswer, self._send("GET", "/v1/assignment", query, None))

    def confirm(self, body: AssignmentBody) -> AssignedAnswer:
        """Assign leads, all in one transaction; those that changed meanwhile are left.

        The key needs the scope `ingest`.
        """
        return cast(AssignedAnswer, self._send("POST", "/v1/assignment", {}, body))

    def limits(self, **query: Unpack[LimitsQuery]) -> LimitsAnswer:
        """Return the limits of the bands, and their history.

        The key needs the scope `read`.
        """
        return cast(LimitsAnswer, self._send("GET", "/v1/band-limits", query, None))

    def put_limits(self, body: LimitsBody, **query: Unpack[PutLimitsQuery]) -> LimitsAnswer:
        """Set the limits of the bands, or remove them with a `by` of null; see `LimitsBody`.

        The key needs the scope `admin`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(LimitsAnswer, self._send("PUT", "/v1/band-limits", query, body))

    def lines(self) -> SpendLines:
        """List what the channels cost, month by month.

        The key needs the scope `read`.
        """
        return cast(SpendLines, self._send("GET", "/v1/spend", {}, None))

    def put(self, body: SpendBody) -> SpendAnswer:
        """Store what the channels cost; amounts that a person typed in stay.

        The key needs the scope `ingest`.
        """
        return cast(SpendAnswer, self._send("POST", "/v1/spend", {}, body))

    def digest(self, **query: Unpack[DigestQuery]) -> DigestAnswer:
        """Return what changed in the last seven days: counts, movers, promised against won.

        The key needs the scope `read`.
        """
        return cast(DigestAnswer, self._send("GET", "/v1/digest", query, None))

    def hook_hints(self, name: str) -> HookHintList:
        """List what webhooks hinted at and no connection took yet, the earliest first.

        The key needs the scope `read`.
        """
        return cast(HookHintList, self._send("GET", f"/v1/hooks/{quoted(name)}", {}, None))

    def take_hints(self, name: str, body: HintsTaken) -> None:
        """Remove the hints of a connection up to a number, which it has followed.

        The key needs the scope `ingest`.

        Parameters
        ----------
        name
            In the address.
        body
            What is sent.
        """
        self._send("POST", f"/v1/hooks/{quoted(name)}/taken", {}, body)
