"""Written by `make docs` from the description of the API: its calls; await each."""

from abc import ABC, abstractmethod
from typing import Any, Unpack, cast

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
from mikomi.client.calls import (
    AccountQuery,
    AccountsQuery,
    ChangeQuery,
    DigestQuery,
    LeadActivitiesQuery,
    LeadChangeQuery,
    LeadHistoryQuery,
    LeadQuery,
    LimitsQuery,
    ModelQuery,
    OutlookQuery,
    ProposeQuery,
    PutLimitsQuery,
    RankingQuery,
    ReceiptChangeQuery,
    ReceiptMovesQuery,
    ReceiptSimilarQuery,
    ScoreBatchQuery,
    ScoreLeadQuery,
    ScoreQuery,
    WorklistQuery,
)
from mikomi.client.scores import BatchAnswer, ChangeSplit, History, Outlook, ScoreAnswer


class AsyncCalls(ABC):
    """Every call of the API."""

    @abstractmethod
    async def _send(self, method: str, path: str, query: Any, body: Any) -> Any:
        """Send a request and return its answer."""

    async def health(self) -> dict[str, str]:
        """Check that the process answers."""
        return cast(dict[str, str], await self._send("GET", "/healthz", {}, None))

    async def ready(self) -> dict[str, Any]:
        """Check that a warm model and the database are ready; 503 names what is not."""
        return cast(dict[str, Any], await self._send("GET", "/readyz", {}, None))

    async def metrics(self) -> str:
        """Return the metrics in the format of Prometheus.

        The key needs the scope `read`.
        """
        return cast(str, await self._send("GET", "/metrics", {}, None))

    async def score(self, body: ScoreBody, **query: Unpack[ScoreQuery]) -> ScoreAnswer:
        """Score one lead as of now, or as of a past moment.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(ScoreAnswer, await self._send("POST", "/v1/score", query, body))

    async def score_batch(self, body: BatchBody, **query: Unpack[ScoreBatchQuery]) -> BatchAnswer:
        """Score up to 1,000 leads; each is answered or refused on its own.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(BatchAnswer, await self._send("POST", "/v1/score/batch", query, body))

    async def outlook(self, body: ScoreBody, **query: Unpack[OutlookQuery]) -> Outlook:
        """Return the scores of 13 weeks, their trend, and when the band falls without activity.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(Outlook, await self._send("POST", "/v1/outlook", query, body))

    async def change(self, body: ScoreBody, **query: Unpack[ChangeQuery]) -> ChangeSplit:
        """Split the change of the probability since a moment into time, attributes, activities.

        The key needs the scope `score`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(ChangeSplit, await self._send("POST", "/v1/change", query, body))

    async def ranking(self, **query: Unpack[RankingQuery]) -> Ranking:
        """List the open leads, the hottest first, page by page.

        The key needs the scope `read`.
        """
        return cast(Ranking, await self._send("GET", "/v1/leads", query, None))

    async def accounts(self, **query: Unpack[AccountsQuery]) -> AccountList:
        """List the accounts with open leads, the most probable first, page by page.

        The key needs the scope `read`.
        """
        return cast(AccountList, await self._send("GET", "/v1/accounts", query, None))

    async def account(self, account_id: str, **query: Unpack[AccountQuery]) -> OneAccount:
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
            OneAccount, await self._send("GET", f"/v1/accounts/{quoted(account_id)}", query, None)
        )

    async def put_account(self, account_id: str, body: AccountBody) -> None:
        """Store an account, once.

        The key needs the scope `ingest`.

        Parameters
        ----------
        account_id
            In the address.
        body
            What is sent.
        """
        await self._send("PUT", f"/v1/accounts/{quoted(account_id)}", {}, body)

    async def lead(self, lead_id: str, **query: Unpack[LeadQuery]) -> StoredLead:
        """Return the stored data of a lead: attributes, account, owner, counts, its ranked row.

        The key needs the scope `read`.

        Parameters
        ----------
        lead_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            StoredLead, await self._send("GET", f"/v1/leads/{quoted(lead_id)}", query, None)
        )

    async def put_lead(self, lead_id: str, body: LeadBody) -> LeadRevision:
        """Store a lead; other values of its attributes, sent later, are stored as changes.

        The key needs the scope `ingest`.

        Parameters
        ----------
        lead_id
            In the address.
        body
            What is sent.
        """
        return cast(LeadRevision, await self._send("PUT", f"/v1/leads/{quoted(lead_id)}", {}, body))

    async def erase_lead(self, lead_id: str) -> Erased:
        """Erase a person; return how many records there were.

        The key needs the scope `admin`.
        """
        return cast(Erased, await self._send("DELETE", f"/v1/leads/{quoted(lead_id)}", {}, None))

    async def add_activities(self, body: ActivitiesBody) -> Added:
        """Store activities, also late and out of order; the same id twice is stored once.

        The key needs the scope `ingest`.
        """
        return cast(Added, await self._send("POST", "/v1/activities", {}, body))

    async def add_outcomes(self, body: OutcomesBody) -> Added:
        """Store outcomes of deals; the same outcome twice is stored once.

        The key needs the scope `ingest`.
        """
        return cast(Added, await self._send("POST", "/v1/outcomes", {}, body))

    async def score_lead(self, lead_id: str, **query: Unpack[ScoreLeadQuery]) -> ScoreAnswer:
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
            ScoreAnswer, await self._send("GET", f"/v1/leads/{quoted(lead_id)}/score", query, None)
        )

    async def lead_history(self, lead_id: str, **query: Unpack[LeadHistoryQuery]) -> History:
        """Return the scores of 13 weeks, when the band falls without activity, and past answers.

        The key needs the scope `read`.

        Parameters
        ----------
        lead_id
            In the address.
        **query
            What narrows the answer.
        """
        return cast(
            History, await self._send("GET", f"/v1/leads/{quoted(lead_id)}/history", query, None)
        )

    async def lead_change(self, lead_id: str, **query: Unpack[LeadChangeQuery]) -> ChangeSplit:
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
            ChangeSplit, await self._send("GET", f"/v1/leads/{quoted(lead_id)}/change", query, None)
        )

    async def lead_activities(
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
            await self._send("GET", f"/v1/leads/{quoted(lead_id)}/activities", query, None),
        )

    async def receipt(self, receipt_id: str) -> ScoreAnswer:
        """Return the answer as it was sent, byte for byte.

        The key needs the scope `read`.
        """
        return cast(
            ScoreAnswer, await self._send("GET", f"/v1/receipts/{quoted(receipt_id)}", {}, None)
        )

    async def replay(self, receipt_id: str) -> ScoreAnswer:
        """Compute the answer again with the model that gave it; the bytes must be the same.

        The key needs the scope `read`.
        """
        return cast(
            ScoreAnswer,
            await self._send("POST", f"/v1/receipts/{quoted(receipt_id)}/replay", {}, None),
        )

    async def feedback(self, receipt_id: str, body: FeedbackBody) -> None:
        """Record a verdict; it never becomes a label by itself.

        The key needs the scope `read`.

        Parameters
        ----------
        receipt_id
            In the address.
        body
            What is sent.
        """
        await self._send("POST", f"/v1/receipts/{quoted(receipt_id)}/feedback", {}, body)

    async def receipt_change(
        self, receipt_id: str, **query: Unpack[ReceiptChangeQuery]
    ) -> ChangeSplit:
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
            ChangeSplit,
            await self._send("GET", f"/v1/receipts/{quoted(receipt_id)}/change", query, None),
        )

    async def receipt_moves(
        self, receipt_id: str, **query: Unpack[ReceiptMovesQuery]
    ) -> ScoreMoves:
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
            ScoreMoves,
            await self._send("GET", f"/v1/receipts/{quoted(receipt_id)}/moves", query, None),
        )

    async def receipt_similar(
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
            await self._send("GET", f"/v1/receipts/{quoted(receipt_id)}/similar", query, None),
        )

    async def model(self, **query: Unpack[ModelQuery]) -> dict[str, Any]:
        """Return the model in use, and its card as promotion wrote it, as JSON.

        The key needs the scope `read`.
        """
        return cast(dict[str, Any], await self._send("GET", "/v1/model", query, None))

    async def lead_steps(self, lead_id: str) -> StepsAnswer:
        """Return what was done with a lead, undone steps included.

        The key needs the scope `read`.
        """
        return cast(
            StepsAnswer, await self._send("GET", f"/v1/leads/{quoted(lead_id)}/steps", {}, None)
        )

    async def take_step(self, lead_id: str, body: StepBody) -> LeadStep:
        """Do something with a lead: contacted, snoozed, disqualified, assigned or resumed.

        The key needs the scope `ingest`.

        Parameters
        ----------
        lead_id
            In the address.
        body
            What is sent.
        """
        return cast(
            LeadStep, await self._send("POST", f"/v1/leads/{quoted(lead_id)}/steps", {}, body)
        )

    async def undo_step(self, step_id: str) -> LeadStep:
        """Undo a step, if it is the last of its lead.

        The key needs the scope `ingest`.
        """
        return cast(
            LeadStep, await self._send("POST", f"/v1/steps/{quoted(step_id)}/undo", {}, None)
        )

    async def worklist(self, name: str, **query: Unpack[WorklistQuery]) -> ListAnswer:
        """Return a list: call, deals, customers, lost or aside, in the order of the page.

        The key needs the scope `read`.

        Parameters
        ----------
        name
            In the address.
        **query
            What narrows the answer.
        """
        return cast(ListAnswer, await self._send("GET", f"/v1/lists/{quoted(name)}", query, None))

    async def reps(self) -> RepsAnswer:
        """List the salespeople that were described.

        The key needs the scope `read`.
        """
        return cast(RepsAnswer, await self._send("GET", "/v1/reps", {}, None))

    async def put_rep(self, owner_id: str, body: RepBody) -> Rep:
        """Describe a salesperson: level, capacity a week, skills.

        The key needs the scope `ingest`.

        Parameters
        ----------
        owner_id
            In the address.
        body
            What is sent.
        """
        return cast(Rep, await self._send("PUT", f"/v1/reps/{quoted(owner_id)}", {}, body))

    async def propose(self, **query: Unpack[ProposeQuery]) -> AssignmentAnswer:
        """Propose who gets which lead, by skills, room and experience; nothing is changed.

        The key needs the scope `read`.
        """
        return cast(AssignmentAnswer, await self._send("GET", "/v1/assignment", query, None))

    async def confirm(self, body: AssignmentBody) -> AssignedAnswer:
        """Assign leads, all in one transaction; those that changed meanwhile are left.

        The key needs the scope `ingest`.
        """
        return cast(AssignedAnswer, await self._send("POST", "/v1/assignment", {}, body))

    async def limits(self, **query: Unpack[LimitsQuery]) -> LimitsAnswer:
        """Return the limits of the bands, and their history.

        The key needs the scope `read`.
        """
        return cast(LimitsAnswer, await self._send("GET", "/v1/band-limits", query, None))

    async def put_limits(self, body: LimitsBody, **query: Unpack[PutLimitsQuery]) -> LimitsAnswer:
        """Set the limits of the bands, or remove them with a `by` of null; see `LimitsBody`.

        The key needs the scope `admin`.

        Parameters
        ----------
        body
            What is sent.
        **query
            What narrows the answer.
        """
        return cast(LimitsAnswer, await self._send("PUT", "/v1/band-limits", query, body))

    async def lines(self) -> SpendLines:
        """List what the channels cost, month by month.

        The key needs the scope `read`.
        """
        return cast(SpendLines, await self._send("GET", "/v1/spend", {}, None))

    async def put(self, body: SpendBody) -> SpendAnswer:
        """Store what the channels cost; amounts that a person typed in stay.

        The key needs the scope `ingest`.
        """
        return cast(SpendAnswer, await self._send("POST", "/v1/spend", {}, body))

    async def digest(self, **query: Unpack[DigestQuery]) -> DigestAnswer:
        """Return what changed in the last seven days: counts, movers, promised against won.

        The key needs the scope `read`.
        """
        return cast(DigestAnswer, await self._send("GET", "/v1/digest", query, None))

    async def hook_hints(self, name: str) -> HookHintList:
        """List what webhooks hinted at and no connection took yet, the earliest first.

        The key needs the scope `read`.
        """
        return cast(HookHintList, await self._send("GET", f"/v1/hooks/{quoted(name)}", {}, None))

    async def take_hints(self, name: str, body: HintsTaken) -> None:
        """Remove the hints of a connection up to a number, which it has followed.

        The key needs the scope `ingest`.

        Parameters
        ----------
        name
            In the address.
        body
            What is sent.
        """
        await self._send("POST", f"/v1/hooks/{quoted(name)}/taken", {}, body)
