"""Written by `make docs` from the description of the API: other answers."""

# ruff: noqa: UP013 - keys of JSON

from typing import Literal, NotRequired, TypedDict

from mikomi.client.shared import (
    Activity,
    CurveBody,
    ReasonBody,
    SilentForecast,
    SpendBodyLine,
)


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
    contact_value: NotRequired[float]
    contact_value_low: NotRequired[float]
    contact_value_high: NotRequired[float]
    call_helps: NotRequired[bool]
    target: NotRequired[str]
    sentences: list[ReasonBody]


class RankedByBody(TypedDict):
    """What the target chose to rank by, what leads are ranked by, and why; in words too."""

    wanted: Literal["contact_value", "probability"]
    by: Literal["contact_value", "probability"]
    why: str | None
    sentence: str


class Ranking(TypedDict):
    """A page; `total` leads on all pages; `waiting` leads are due for refreshing."""

    leads: list[RankedAnswer]
    next_cursor: str | None
    total: int
    waiting: int
    ranked_by: NotRequired[RankedByBody]
    target: NotRequired[str]


class AccountLead(TypedDict):
    """An open lead of an account: its own probability, and what it adds to that of the ..."""

    lead_id: str
    probability: float
    band: Literal["cold", "hot", "warm"]
    share: float
    contribution: float


class RankedAccount(TypedDict):
    """An account: the probability that at least one of its open leads converts."""

    account_id: str
    probability: float
    leads: int
    hot_leads: int
    carried_by: list[AccountLead]
    others_contribution: float
    dependence: float
    as_of: str


class AccountList(TypedDict):
    """A page of accounts."""

    accounts: list[RankedAccount]
    next_cursor: str | None
    total: int
    target: NotRequired[str]


class OneAccount(TypedDict):
    """An account, with as many of its leads as were requested."""

    account_id: str
    probability: float
    leads: int
    hot_leads: int
    carried_by: list[AccountLead]
    others_contribution: float
    dependence: float
    as_of: str
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
    contact_value: NotRequired[float]
    contact_value_low: NotRequired[float]
    contact_value_high: NotRequired[float]
    call_helps: NotRequired[bool]
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


class StageEntry(TypedDict):
    """A stage of a deal, and when the deal came to it."""

    stage: str
    at: str


class Deal(TypedDict):
    """A deal as it stands: `stage` is its last outcome, in which it is since `stage_since`."""

    deal_id: str
    stage: str
    stage_since: str
    opened_at: str
    amount: float | None
    decided: Literal["lost", "won"] | None
    reason: NotRequired[str | None]
    stages: NotRequired[list[StageEntry]]


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


class Rep(TypedDict):
    """A salesperson; `owner_id` is the owner of their leads."""

    level: NotRequired[Literal["junior", "regular", "senior"]]
    capacity: NotRequired[int]
    skills: NotRequired[dict[str, list[str]]]
    owner_id: str


class RepsAnswer(TypedDict):
    """The salespeople that were described."""

    reps: list[Rep]


class ProposedLead(TypedDict):
    """A lead with the owner that is proposed; `expected` is its expected conversions with ..."""

    lead_id: str
    owner_id: str
    owner_before: str | None
    probability: float
    expected: float
    fitting: list[str]
    other: list[str]
    version: int


class ProposedLoad(TypedDict):
    """A salesperson's week: leads assigned until now, how many more fit, how many are ..."""

    owner_id: str
    level: Literal["junior", "regular", "senior"]
    capacity: int
    assigned: int
    free: int
    proposed: int
    away: bool


class AssignmentAnswer(TypedDict):
    """A proposal; nothing is changed until it is confirmed."""

    leads: list[ProposedLead]
    loads: list[ProposedLoad]
    left: list[str]
    expected: float
    in_turn: float


class AssignedAnswer(TypedDict):
    """What was done; `left` are leads with which somebody did something meanwhile."""

    steps: list[LeadStep]
    left: list[str]


class BandLimits(TypedDict):
    """Limits that were set, when and by whom; see `LimitsBody`."""

    limits_id: int
    target: str
    by: Literal["probability", "score"] | None
    hot: float
    warm: float
    at: str
    who: str | None
    note: NotRequired[str | None]


class LimitsAnswer(TypedDict):
    """The limits of the bands in force, and those that were, the newest first."""

    by: str
    hot: float
    warm: float
    history: list[BandLimits]


class SpendAnswer(TypedDict):
    """How many amounts were stored, and how many were left since a person typed in others."""

    stored: int
    typed_in: int


class SpendLines(TypedDict):
    """The amounts, the newest month first."""

    spend: list[SpendBodyLine]
    currency: str


class WeekBody(TypedDict):
    """What happened in a week, counted in leads."""

    new: int
    became_hot: int
    woke_up: int
    contacted: int
    won: int
    lost: int
    won_amount: float


class DigestLead(TypedDict):
    """A lead of the digest; `reason` is the sentence of what moved it, or of its first reason."""

    lead_id: str
    owner_id: str | None
    probability: float
    week_change: float | None
    band: str
    hot_since: str | None
    reason: str


class PromiseBody(TypedDict):
    """What was promised of leads that became hot, and what was won within the horizon."""

    since: str
    until: str
    leads: int
    expected: float
    low: int
    high: int
    won: int


class DigestAnswer(TypedDict):
    """The digest; without `promise`, `knows_from` is when the first one will be known."""

    since: str
    until: str
    week: WeekBody
    week_before: WeekBody
    up: list[DigestLead]
    down: list[DigestLead]
    untouched: list[DigestLead]
    promise: PromiseBody | None
    knows_from: str | None
    target: NotRequired[str]


class HookHint(TypedDict):
    """A record to be read again; `place` is what the system calls its table."""

    number: int
    place: str
    record_id: str


class HookHintList(TypedDict):
    """Records to be read again."""

    hints: list[HookHint]


FaultBody = TypedDict("FaultBody", {"found": str, "expected": str, "do": str})
"""One fault: what was found where, what was expected, what to do."""


class ProblemBody(TypedDict):
    """A problem as of RFC 9457."""

    status: int
    type: str
    title: str
    detail: NotRequired[str | None]
    faults: NotRequired[list[FaultBody]]
