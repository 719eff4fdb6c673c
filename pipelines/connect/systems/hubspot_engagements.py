"""HubSpot's engagements as activities: calls, e-mails, meetings, notes and tasks.

Decided here: an engagement is an activity of every lead that it is associated with, and of none
else. It happened at its own moment (a meeting at its start, a task when it was completed; one that
is not completed has not happened) and was known when it happened or was written down, whichever
came later. It is written under the names of the canonical table, lengths in seconds, so that no
mapping by hand is needed. Properties that nobody is shown, such as recordings, are not read.
A new association is no change to HubSpot, so a version is of the moment and of the leads.
"""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from pipelines.connect.answers import ANYTHING, ID, Shape, readable
from pipelines.connect.crm import ACTIVITY, BETWEEN_LEADS, OF_LEADS
from pipelines.connect.rest_client import RestClient
from pipelines.connect.systems.moments import iso, milliseconds

_BITS: Final = 20
"""Of a version: how many tell the leads apart."""
_ASSOCIATED: Final = 100
"""Engagements a call; the API takes more."""
_COMPLETED: Final = "COMPLETED"
_DIRECTIONS: Final = {
    "INBOUND": "inbound",
    "OUTBOUND": "outbound",
    "INCOMING_EMAIL": "inbound",
    "EMAIL": "outbound",
    "FORWARDED_EMAIL": "outbound",
}
PAGING: Final[Shape] = {"next?": {"after?": ID}}
"""How an answer names the next page."""
_ASSOCIATIONS: Final[Shape] = {
    "results": [{"from": {"id": ID}, "to": [{"toObjectId": ID}], "paging?": PAGING}]
}
_TAG: Final = re.compile(r"<[^>]*>")


class Engagement(NamedTuple):
    """Properties of one kind of engagement; an empty name where it has none."""

    activity_type: str
    title: str
    body: str
    direction: str = ""
    status: str = ""
    length: str = ""
    at: str = "hs_timestamp"

    @property
    def properties(self) -> list[str]:
        """What is read of it."""
        own = [name for name in self[1:] if name]
        return list(dict.fromkeys([*own, "hs_timestamp", "hs_createdate", "hubspot_owner_id"]))


ENGAGEMENTS: Final[Mapping[str, Engagement]] = {
    "calls": Engagement(
        "call", "hs_call_title", "hs_call_body", "hs_call_direction", "hs_call_status",
        "hs_call_duration",
    ),
    "emails": Engagement(
        "email", "hs_email_subject", "hs_email_text", "hs_email_direction", "hs_email_status"
    ),
    "meetings": Engagement(
        "meeting", "hs_meeting_title", "hs_meeting_body", "", "hs_meeting_outcome", "",
        "hs_meeting_start_time",
    ),
    "notes": Engagement("note", "", "hs_note_body"),
    "tasks": Engagement(
        "task", "hs_task_subject", "hs_task_body", "", "hs_task_status", "",
        "hs_task_completion_date",
    ),
}  # fmt: skip
"""By CRM object."""


def after_of(answer: Mapping[str, Any]) -> Any:
    """Return the id from which the next page begins; none at the end."""
    following = (answer.get("paging") or {}).get("next") or {}
    return following.get("after")


def values_of(kind: str, row: Mapping[str, Any], leads: Sequence[str]) -> dict[str, str]:
    """Return an engagement under the headings of the export.

    Parameters
    ----------
    kind
        The CRM object.
    row
        As HubSpot returns it.
    leads
        The leads that it is associated with.
    """
    own = ENGAGEMENTS[kind]
    texts = {name: "" if v is None else str(v) for name, v in row["properties"].items()}
    at = _happened(kind, own, texts)
    return {
        ACTIVITY: f"{own.activity_type}-{row['id']}",
        OF_LEADS: BETWEEN_LEADS.join(leads),
        "activity_type": own.activity_type,
        "occurred_at": at,
        "known_at": max(at, _moment(texts.get("hs_createdate", ""))) if at else "",
        "direction": _DIRECTIONS.get(texts.get(own.direction, ""), ""),
        "actor": texts.get("hubspot_owner_id", ""),
        "dwell_seconds": _seconds(texts.get(own.length, "")),
        "text": " / ".join(filter(None, (_plain(texts.get(n, "")) for n in (own.title, own.body)))),
    }


def _happened(kind: str, own: Engagement, texts: Mapping[str, str]) -> str:
    if kind == "tasks":
        return _moment(texts.get(own.at, "")) if texts.get(own.status) == _COMPLETED else ""
    return _moment(texts.get(own.at, "") or texts.get("hs_timestamp", ""))


def _moment(text: str) -> str:
    """Return a moment of HubSpot in one form, so that texts are in the order of time.

    >>> _moment("2026-01-05T03:00:00Z"), _moment("")
    ('2026-01-05T03:00:00.000Z', '')
    """
    return iso(int(text) if text.isdecimal() else milliseconds(text)) if text else ""


def _plain(text: str) -> str:
    """Return a text without the tags that HubSpot's editor writes.

    >>> _plain("<p>Q&amp;A about <b>prices</b></p>")
    'Q&A about prices'
    """
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _seconds(text: str) -> str:
    """Return milliseconds as seconds.

    >>> _seconds("90500"), _seconds("")
    ('90.5', '')
    """
    return f"{float(text) / 1000:g}" if text else ""


_READ: Final = readable("a moment", _moment)
_LENGTH: Final = readable("milliseconds", _seconds)
PROPERTIES: Final[Shape] = {
    "*": ANYTHING,
    **{f"{name}?": _READ for name in ("hs_timestamp", "hs_createdate")},
    **{f"{one.at}?": _READ for one in ENGAGEMENTS.values()},
    **{f"{one.length}?": _LENGTH for one in ENGAGEMENTS.values() if one.length},
}
"""What of an engagement is read as more than a text."""


def version_of(changed: str, leads: Sequence[str]) -> int:
    """Return a version that grows with the last change, and differs where the leads do.

    Parameters
    ----------
    changed
        The moment of the last change.
    leads
        The associated leads, in any order.
    """
    digest = hashlib.sha256(BETWEEN_LEADS.join(leads).encode()).digest()
    return milliseconds(changed) << _BITS | int.from_bytes(digest[:4], "big") >> (32 - _BITS)


def leads_of(
    client: RestClient, kinds: tuple[str, str], engagement_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Return the leads that engagements are associated with, by engagement; sorted.

    Parameters
    ----------
    client
        Of the API.
    kinds
        The CRM objects of the engagements and of the leads.
    engagement_ids
        The engagements.
    """
    leads: dict[str, set[str]] = {one: set() for one in engagement_ids}
    path = f"/crm/v4/associations/{kinds[0]}/{kinds[1]}/batch/read"
    waiting: list[dict[str, str]] = [{"id": one} for one in engagement_ids]
    while waiting:
        now, waiting = waiting[:_ASSOCIATED], waiting[_ASSOCIATED:]
        answer = client.call("POST", path, {"inputs": now}, shape=_ASSOCIATIONS)
        for one in answer["results"]:
            engagement = str(one["from"]["id"])
            leads.setdefault(engagement, set()).update(str(to["toObjectId"]) for to in one["to"])
            after = after_of(one)
            waiting += [{"id": engagement, "after": str(after)}] if after is not None else []
    return {one: sorted(own, key=lambda lead: (len(lead), lead)) for one, own in leads.items()}
