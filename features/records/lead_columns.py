"""The records of any number of leads as plain columns: between the rows of a database and codes.

Decided here: the form in which a store returns leads. Ids of leads and accounts are folded already;
every other text is as it was received. Moments are microseconds since 1970-01-01 UTC.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from features.kernel.inputs import Indices, Integers
from features.records.record_types import Value

Texts = Sequence[str | None]
Numbers = Sequence[float | None]


class LeadColumns(NamedTuple):
    """Leads, ascending by id; one entry a lead in every column.

    Attributes
    ----------
    lead_id
        The folded id.
    created_at, visible_from
        When the lead came into being; from when it is visible.
    account_id, owner_id
        The folded id of the account, the owner at first; None or empty without.
    attributes
        The attributes at first, by name.
    """

    lead_id: Sequence[str]
    created_at: Integers
    visible_from: Integers
    account_id: Texts
    owner_id: Texts
    attributes: Sequence[Mapping[str, Value]]


class ActivityColumns(NamedTuple):
    """Activities in any order; one entry an activity in every column.

    Attributes
    ----------
    lead
        Position of the activity's lead in `LeadColumns`.
    occurred_at, visible_from
        When it occurred; from when it is visible.
    activity_type, topic, direction, actor, dwell_seconds, amount, text
        As in the table of activities; None is missing.
    """

    lead: Indices
    occurred_at: Integers
    visible_from: Integers
    activity_type: Sequence[str]
    topic: Texts
    direction: Texts
    actor: Texts
    dwell_seconds: Numbers
    amount: Numbers
    text: Texts


class OutcomeColumns(NamedTuple):
    """Outcomes in any order; one entry an outcome in every column.

    Attributes
    ----------
    lead
        Position of the outcome's lead in `LeadColumns`.
    occurred_at, visible_from
        When it occurred; from when it is visible.
    outcome, deal_id, amount
        As in the table of outcomes; None is missing.
    reason
        Why a deal was lost; for people, no feature reads it.
    """

    lead: Indices
    occurred_at: Integers
    visible_from: Integers
    outcome: Sequence[str]
    deal_id: Texts
    amount: Numbers
    reason: Texts


class ChangeColumns(NamedTuple):
    """Later values of attributes in any order; one entry a change in every column.

    Attributes
    ----------
    lead
        Position of the change's lead in `LeadColumns`.
    occurred_at, visible_from
        When it occurred; from when it is visible.
    attribute, value
        The name of the attribute, its new value; None is missing.
    """

    lead: Indices
    occurred_at: Integers
    visible_from: Integers
    attribute: Sequence[str]
    value: Sequence[Value]


class AccountColumns(NamedTuple):
    """An account.

    Attributes
    ----------
    known_at
        When it was known; None means always.
    attributes
        Its attributes, by name.
    """

    known_at: int | None
    attributes: Mapping[str, Value]


class StoredColumns(NamedTuple):
    """All records of some leads.

    Attributes
    ----------
    leads, activities, outcomes, changes
        The columns of each table.
    accounts
        The accounts by their folded id.
    """

    leads: LeadColumns
    activities: ActivityColumns
    outcomes: OutcomeColumns
    changes: ChangeColumns
    accounts: Mapping[str, AccountColumns]
