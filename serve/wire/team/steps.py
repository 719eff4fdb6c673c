"""What people do with a lead, and what a request to do it holds.

Decided here: the codes of results and reasons are fixed, so that they can be counted; a note says
more. `version` is that of the lead as the caller saw it: if somebody did something since, the
request is refused and nothing is overwritten. Missing means that whatever happened is accepted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

from features.errors import Fault

Kind = Literal["contacted", "snoozed", "disqualified", "assigned", "resumed"]
RESULTS: Final[dict[str, tuple[str, ...]]] = {
    "contacted": ("reached", "no_answer", "call_back", "refused"),
    "snoozed": (),
    "disqualified": (
        *("not_a_lead", "no_need", "no_budget", "competitor", "wrong_contact", "duplicate"),
    ),
    "assigned": (),
    "resumed": (),
}
"""The codes of `result` by kind; kinds without any need none."""
MOST_NOTE: Final = 2_000


class StepBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done: `until` ends a snooze, `owner_id` is the owner to assign (none: nobody).

    `result` says how a contact ended, or why a lead is disqualified.
    """

    kind: Kind
    until: datetime | None = None
    result: str | None = None
    note: str | None = None
    owner_id: str | None = None
    version: int | None = None


class Assigning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lead and the owner that it is to get; `version` as in `StepBody`."""

    lead_id: str
    owner_id: str
    version: int | None = None


class WorkState(msgspec.Struct, frozen=True, kw_only=True):
    """What was last done with a lead, by whom; it is set aside until `until`.

    `version` is the number of that step, 0 before the first.
    """

    version: int = 0
    kind: Kind | None = None
    at: datetime | None = None
    by: str | None = None
    until: datetime | None = None
    result: str | None = None
    note: str | None = None

    def aside(self, now: datetime) -> bool:
        """Return whether the lead is set aside at a moment."""
        return self.until is not None and self.until > now


class LeadStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the history of a lead; `owner_before` and `owner_id` are of an assignment."""

    step_id: int
    lead_id: str
    kind: Kind
    at: datetime
    by: str | None
    until: datetime | None
    result: str | None
    note: str | None
    owner_before: str | None
    owner_id: str | None
    undone_at: datetime | None


def step_faults(body: StepBody, now: datetime) -> Iterator[Fault]:
    """Yield what is wrong with a step.

    Parameters
    ----------
    body
        The step.
    now
        The moment.
    """
    known = RESULTS[body.kind]
    if body.result not in (known or (None,)):
        expected = " or ".join(known) or "none"
        yield Fault(f"result: {body.result}", expected, f"say how it was {body.kind}")
    dated = body.kind == "snoozed" or body.result == "call_back"
    if dated and (body.until is None or body.until.tzinfo is None or body.until <= now):
        yield Fault(f"until: {body.until}", "a moment to come, with its zone", "choose a day")
