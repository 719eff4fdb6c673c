"""What is kept of some leads, as plain columns: between the rows of a database and codes.

Decided here: the form in which a store gives any number of leads. Ids of leads and accounts are
folded already; every other text is as it was told.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from features.kernel.inputs import Indices, Integers

Texts = Sequence[str | None]
Numbers = Sequence[float | None]


class LeadsTold(NamedTuple):
    """Leads, ascending by id; `attributes` are those of the beginning."""

    lead_id: Sequence[str]
    created_at: Integers
    seen_from: Integers
    account_id: Texts
    owner_id: Texts
    attributes: Sequence[Mapping[str, Any]]


class ActivitiesTold(NamedTuple):
    """Activities in any order; `lead` is the place of each one's lead."""

    lead: Indices
    occurred_at: Integers
    seen_from: Integers
    activity_type: Sequence[str]
    topic: Texts
    direction: Texts
    actor: Texts
    dwell_seconds: Numbers
    amount: Numbers


class OutcomesTold(NamedTuple):
    """Outcomes in any order."""

    lead: Indices
    occurred_at: Integers
    seen_from: Integers
    outcome: Sequence[str]
    deal_id: Texts
    amount: Numbers


class ChangesTold(NamedTuple):
    """Later values of attributes, in any order."""

    lead: Indices
    occurred_at: Integers
    seen_from: Integers
    attribute: Sequence[str]
    value: Sequence[Any]


class AccountTold(NamedTuple):
    """An account; `known_at` of none was always known."""

    known_at: int | None
    attributes: Mapping[str, Any]


class ColumnsTold(NamedTuple):
    """All of it; accounts by their folded id."""

    leads: LeadsTold
    activities: ActivitiesTold
    outcomes: OutcomesTold
    changes: ChangesTold
    accounts: Mapping[str, AccountTold]
