"""Written by `make docs` from the description of the API: what is sent."""

from typing import Any, Literal, NotRequired, TypedDict

from mikomi.client.shared import Activity, SpendBodyLine


class Outcome(TypedDict):
    """What became of a deal; `reason` says why it was lost, and is never scored."""

    outcome: str
    occurred_at: str
    known_at: NotRequired[str | None]
    deal_id: NotRequired[str | None]
    amount: NotRequired[float | None]
    reason: NotRequired[str | None]


class Change(TypedDict):
    """A later value of an attribute."""

    attribute: str
    occurred_at: str
    known_at: NotRequired[str | None]
    value: NotRequired[str | float | bool | None]


class Account(TypedDict):
    """A company that leads belong to."""

    account_id: str
    known_at: NotRequired[str | None]
    attributes: NotRequired[dict[str, str | float | bool | None]]


class ScoreBody(TypedDict):
    """A lead with all its records, to be scored as of a moment (missing: now)."""

    lead_id: str
    created_at: str
    known_at: NotRequired[str | None]
    account_id: NotRequired[str | None]
    owner_id: NotRequired[str | None]
    attributes: NotRequired[dict[str, str | float | bool | None]]
    outcomes: NotRequired[list[Outcome]]
    changes: NotRequired[list[Change]]
    account: NotRequired[Account | None]
    as_of: NotRequired[str | None]
    curve: NotRequired[bool]
    activities: NotRequired[list[Activity]]


class BatchBody(TypedDict):
    """Leads to be scored, each on its own."""

    leads: list[Any]


class LeadBody(TypedDict):
    """A lead; a later value of an attribute that differs is stored as a change."""

    created_at: str
    known_at: NotRequired[str | None]
    account_id: NotRequired[str | None]
    owner_id: NotRequired[str | None]
    attributes: NotRequired[dict[str, str | float | bool | None]]
    display: NotRequired[dict[str, str] | None]
    backfill: NotRequired[bool]


class AccountBody(TypedDict):
    """A company."""

    known_at: NotRequired[str | None]
    attributes: NotRequired[dict[str, str | float | bool | None]]


class StoredActivity(TypedDict):
    """An activity of a lead; its id makes sending it twice harmless."""

    activity_type: str
    occurred_at: str
    activity_id: str
    known_at: NotRequired[str | None]
    topic: NotRequired[str | None]
    direction: NotRequired[str | None]
    actor: NotRequired[str | None]
    text: NotRequired[str | None]
    dwell_seconds: NotRequired[float | None]
    amount: NotRequired[float | None]
    lead_id: str


class ActivitiesBody(TypedDict):
    """Activities of any leads, in any order."""

    activities: list[StoredActivity]
    backfill: NotRequired[bool]


class StoredOutcome(TypedDict):
    """An outcome of a lead."""

    outcome: str
    occurred_at: str
    known_at: NotRequired[str | None]
    deal_id: NotRequired[str | None]
    amount: NotRequired[float | None]
    reason: NotRequired[str | None]
    lead_id: str


class OutcomesBody(TypedDict):
    """Outcomes of any leads, in any order."""

    outcomes: list[StoredOutcome]
    backfill: NotRequired[bool]


class FeedbackBody(TypedDict):
    """The verdict of a salesperson on an answer."""

    verdict: Literal["agreed", "contacted", "junk", "wrong"]
    note: NotRequired[str | None]


class StepBody(TypedDict):
    """What is to be done: `until` ends a snooze, `owner_id` is the owner to assign (none: ..."""

    kind: Literal["assigned", "contacted", "disqualified", "resumed", "snoozed"]
    until: NotRequired[str | None]
    result: NotRequired[str | None]
    note: NotRequired[str | None]
    owner_id: NotRequired[str | None]
    version: NotRequired[int | None]


class RepBody(TypedDict):
    """What a salesperson can do: `capacity` is leads a week, `skills` values by kind."""

    level: NotRequired[Literal["junior", "regular", "senior"]]
    capacity: NotRequired[int]
    skills: NotRequired[dict[str, list[str]]]


class Assigning(TypedDict):
    """A lead and the owner that it is to get; `version` as in `StepBody`."""

    lead_id: str
    owner_id: str
    version: NotRequired[int | None]


class AssignmentBody(TypedDict):
    """The leads to be assigned."""

    leads: list[Assigning]


class LimitsBody(TypedDict):
    """Limits to be set: a lead is hot from `hot` on, warm from `warm` on."""

    by: Literal["probability", "score"] | None
    hot: NotRequired[float]
    warm: NotRequired[float]
    note: NotRequired[str | None]


class SpendBody(TypedDict):
    """What channels cost. All amounts of a source and month are replaced, unless typed in."""

    spend: list[SpendBodyLine]
    currency: NotRequired[str | None]


class HintsTaken(TypedDict):
    """The number of the last hint that was followed."""

    until: int
