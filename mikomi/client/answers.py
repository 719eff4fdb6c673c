"""Written by `make docs` from the description of the API: other answers."""

# ruff: noqa: UP013 - keys of JSON

from typing import Literal, NotRequired, TypedDict

from mikomi.client.shared import Activity, CurveBody, ReasonBody, SilentForecast


class RankedReason(TypedDict):
    """One reason: the input of `models.explain.reasons.say`, and its evidence."""

    code: str
    feature: int
    value: float | None
    contribution: float
    leads: NotRequired[int]
    converted_leads: NotRequired[int]


class RankedAnswer(TypedDict):
    """A row of the ranking with its reasons as sentences."""

    lead_id: str
    attributes: dict[str, str | float | bool | None]
    owner_id: str | None
    source: str | None
    account_id: str | None
    margin: float
    probability: float
    score: float
    band: Literal["cold", "hot", "warm"]
    trend: Literal["declining", "improving", "not_enough_information", "steady"]
    trend_reason: NotRequired[str | None]
    week_change: NotRequired[float | None]
    standing: NotRequired[Literal["call", "customer", "deal", "lost", "sleeping"]]
    reasons: list[RankedReason]
    created_at: str
    last_activity_at: str | None
    last_activity_type: str | None
    woke_up_at: str | None
    crossed_at: str | None
    band_falls_at: str | None
    as_of: str
    model_fingerprint: str
    target: NotRequired[str]
    sentences: list[ReasonBody]


class Ranking(TypedDict):
    """A page; `total` leads on all pages; `waiting` leads are due for refreshing."""

    leads: list[RankedAnswer]
    next_cursor: str | None
    total: int
    waiting: int
    target: NotRequired[str]


class Added(TypedDict):
    """What was done with the records of a request."""

    added: int
    repeated: int
    conflicting: list[str]
    waiting_for_lead: int


class LeadRevision(TypedDict):
    """A stored lead; `revision` counts the requests about it."""

    lead_id: str
    revision: int


class Erased(TypedDict):
    """How many records of a person were erased."""

    activities: int
    outcomes: int
    attribute_changes: int
    leads: int
    receipts: int


class LeadCounts(TypedDict):
    """How many records of a lead are stored."""

    activities: int
    outcomes: int
    attribute_changes: int


class RankedLead(TypedDict):
    """An open lead as it was last scored; `reasons` are those for it, then those against it."""

    lead_id: str
    attributes: dict[str, str | float | bool | None]
    owner_id: str | None
    source: str | None
    account_id: str | None
    margin: float
    probability: float
    score: float
    band: Literal["cold", "hot", "warm"]
    trend: Literal["declining", "improving", "not_enough_information", "steady"]
    trend_reason: NotRequired[str | None]
    week_change: NotRequired[float | None]
    standing: NotRequired[Literal["call", "customer", "deal", "lost", "sleeping"]]
    reasons: list[RankedReason]
    created_at: str
    last_activity_at: str | None
    last_activity_type: str | None
    woke_up_at: str | None
    crossed_at: str | None
    band_falls_at: str | None
    as_of: str
    model_fingerprint: str
    target: NotRequired[str]


class StoredLead(TypedDict):
    """The stored data of a lead; `ranked` is its row of the ranking, none if it has none."""

    lead_id: str
    revision: int
    created_at: str
    account_id: str | None
    owner_id: str | None
    attributes: dict[str, str | float | bool | None]
    counts: LeadCounts
    last_activity_at: str | None
    last_activity_type: str | None
    ranked: RankedLead | None
    curve: NotRequired[CurveBody | None]


class StoredActivities(TypedDict):
    """The newest activities of a lead, and how many there are."""

    activities: list[Activity]
    total: int


class MissingFact(TypedDict):
    """A missing attribute, and between which probabilities it would put the lead."""

    attribute: str
    label: str
    low: float
    high: float


class PossibleActivity(TypedDict):
    """An activity type, and the probability with one more such activity."""

    activity_type: str
    label: str
    probability: float
    change: float


class ScoreMoves(TypedDict):
    """What could move a score: missing facts, a further activity, and silence."""

    receipt_id: str
    probability: float
    missing_facts: list[MissingFact]
    activities: list[PossibleActivity]
    silence: SilentForecast


class SimilarWinner(TypedDict):
    """A lead that was won, and the labels of the reasons that favour both."""

    lead_id: str
    won_at: str
    owner_id: str | None
    shared: list[str]


class WinnersAnswer(TypedDict):
    """Leads that were won and were alike two weeks before; none until the server has read ..."""

    receipt_id: str
    winners: list[SimilarWinner]


class LeadStep(TypedDict):
    """One step of the history of a lead; `owner_before` and `owner_id` are of an assignment."""

    step_id: int
    lead_id: str
    kind: Literal["assigned", "contacted", "disqualified", "resumed", "snoozed"]
    at: str
    by: str | None
    until: str | None
    result: str | None
    note: str | None
    owner_before: str | None
    owner_id: str | None
    undone_at: str | None


class WorkState(TypedDict):
    """What was last done with a lead, by whom; it is set aside until `until`."""

    version: NotRequired[int]
    kind: NotRequired[Literal["assigned", "contacted", "disqualified", "resumed", "snoozed"] | None]
    at: NotRequired[str | None]
    by: NotRequired[str | None]
    until: NotRequired[str | None]
    result: NotRequired[str | None]
    note: NotRequired[str | None]


class StepsAnswer(TypedDict):
    """What was last done with a lead, and its history, the newest first."""

    state: WorkState
    steps: list[LeadStep]


class Deal(TypedDict):
    """A deal as it stands: `stage` is its last outcome, in which it is since `stage_since`."""

    deal_id: str
    stage: str
    stage_since: str
    opened_at: str
    amount: float | None
    decided: Literal["lost", "won"] | None


class ListedLead(TypedDict):
    """A lead of a list, with its data as it was last looked at; see `RankedLead`."""

    lead_id: str
    standing: Literal["call", "customer", "deal", "lost", "sleeping"]
    moved_at: str
    deals: list[Deal]
    attributes: dict[str, str | float | bool | None]
    owner_id: str | None
    source: str | None
    created_at: str
    last_activity_at: str | None
    last_activity_type: str | None
    woke_up_at: str | None


class ListAnswer(TypedDict):
    """Some leads of a list, and how many it has in all."""

    leads: list[ListedLead]
    total: int


FaultBody = TypedDict("FaultBody", {"found": str, "expected": str, "do": str})
"""One fault: what was found where, what was expected, what to do."""


class ProblemBody(TypedDict):
    """A problem as of RFC 9457."""

    status: int
    type: str
    title: str
    detail: NotRequired[str | None]
    faults: NotRequired[list[FaultBody]]
